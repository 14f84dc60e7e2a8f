"""JSON of control points, their grades and their history (spec: homework-gradebook, Gradebook)."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.gradebook.control_points import GradeInput
from atg_core.gradebook.model import ControlPointKind, GradedField
from atg_entrypoints.http.gradebook.journal_wire import Shown
from atg_entrypoints.http.late_rule import LateRuleRow
from atg_entrypoints.http.openapi import DECIMAL_INPUT
from atg_entrypoints.http.wire import NO_NUL, FilledName, Instant, Text

type Number = Annotated[
    Decimal,
    Meta(
        description="A number, or a string of one, with two decimals at most",
        examples=["5.00"],
        extra_json_schema={"extra": DECIMAL_INPUT},
    ),
]
type Day = date
type Reason = Annotated[str, Meta(max_length=1_000, pattern=NO_NUL)]


class ControlPointRow(Struct, frozen=True, kw_only=True):
    id: int
    group_id: int
    title: str
    kind: ControlPointKind
    date: date
    max_grade: Shown
    weight: Shown
    created_at: Instant
    updated_at: Instant


class ControlPointCreation(Struct, frozen=True, kw_only=True):
    """`weight`: in the average, 2 by default; that of homework is 1."""

    title: FilledName
    kind: ControlPointKind
    date: date
    max_grade: Number
    weight: Number | UnsetType = UNSET


class ControlPointChanges(Struct, frozen=True, kw_only=True):
    """Members that are left out stay unchanged. `reason`: of another weight or scale, for the history."""

    title: FilledName | UnsetType = UNSET
    kind: ControlPointKind | UnsetType = UNSET
    date: Day | UnsetType = UNSET
    max_grade: Number | UnsetType = UNSET
    weight: Number | UnsetType = UNSET
    reason: Reason | None | UnsetType = UNSET


class ControlPointChangeRow(Struct, frozen=True, kw_only=True):
    """Another weight or scale (`max_grade`) of a control point that has, or had, grades."""

    id: int
    control_point_id: int
    title: str
    field: GradedField
    actor_id: UUID
    actor_name: str
    at: Instant
    old_value: Shown
    new_value: Shown
    reason: str | None


class LateRuleChangeRow(Struct, frozen=True, kw_only=True):
    """Another rule for late work of a piece of homework; null: none."""

    id: int
    homework_id: int
    title: str
    actor_id: UUID
    actor_name: str
    at: Instant
    old_rule: LateRuleRow | None
    new_rule: LateRuleRow | None


class ControlPointGradeGiven(Struct, frozen=True, kw_only=True):
    """From 0 to the `max_grade` of the control point; null removes the grade.

    `excused`: instead of a grade; the control point counts in no average of the student then.

    `reason`: of the change, for the grade history. `was`: the grade that the caller saw, null for none; with it the
    grade is saved only if it is still that.
    """

    student_id: UUID
    grade: Number | None
    comment: Text | None | UnsetType = UNSET
    reason: Reason | None = None
    was: Number | None | UnsetType = UNSET
    excused: bool = False
    was_excused: bool = False

    def to_input(self) -> GradeInput:
        return GradeInput(
            student_id=self.student_id,
            grade=self.grade,
            comment=None if self.comment is UNSET else self.comment,
            keeps_comment=self.comment is UNSET,
            reason=self.reason or None,
            is_conditional=self.was is not UNSET,
            was=None if self.was is UNSET else self.was,
            excused=self.excused,
            was_excused=self.was_excused,
        )


class ControlPointGradeRow(Struct, frozen=True, kw_only=True):
    """`graded_by`: who gave or last changed the grade. Who is `excused` has none."""

    control_point_id: int
    student_id: UUID
    student_name: str
    grade: Shown | None
    excused: bool
    comment: str | None
    graded_by: UUID
    updated_at: Instant


class ControlPointGradeChangeRow(Struct, frozen=True, kw_only=True):
    """`old_grade`: null for the first grade; `new_grade`: null for a removed grade."""

    id: int
    control_point_id: int
    title: str
    student_id: UUID
    student_name: str
    actor_id: UUID
    actor_name: str
    at: Instant
    old_grade: Shown | None
    new_grade: Shown | None
    old_excused: bool
    new_excused: bool
    reason: str | None
