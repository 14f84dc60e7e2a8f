"""The JSON of attendance, control points and their grades (spec: homework-gradebook)."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.gradebook.grading import SentGrade
from atg_core.gradebook.model import AttendanceStatus, ControlPointKind
from atg_core.gradebook.ports import Mark
from atg_entrypoints.http.gradebook_wire import Shown
from atg_entrypoints.http.schemas import GIVEN_DECIMAL
from atg_entrypoints.http.wire import NO_NUL, FilledName, Instant, Text

type Number = Annotated[
    Decimal,
    Meta(
        description="A number, or a string of one, with two decimals at most",
        examples=["5.00"],
        extra_json_schema={"extra": GIVEN_DECIMAL},
    ),
]
type Day = date
type Why = Annotated[str, Meta(max_length=1_000, pattern=NO_NUL)]


class AttendanceMark(Struct, frozen=True, kw_only=True):
    """`status`: null takes the mark away."""

    student_id: UUID
    status: AttendanceStatus | None

    @property
    def mark(self) -> Mark:
        return Mark(student_id=self.student_id, status=self.status)


class AttendanceRow(Struct, frozen=True, kw_only=True):
    lesson_id: int
    student_id: UUID
    student_name: str
    status: AttendanceStatus
    updated_at: Instant


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
    """`weight`: how often its grade counts, twice by default; that of homework counts once."""

    title: FilledName
    kind: ControlPointKind
    date: date
    max_grade: Number
    weight: Number | UnsetType = UNSET


class ControlPointChanges(Struct, frozen=True, kw_only=True):
    """Only what is named changes."""

    title: FilledName | UnsetType = UNSET
    kind: ControlPointKind | UnsetType = UNSET
    date: Day | UnsetType = UNSET
    max_grade: Number | UnsetType = UNSET
    weight: Number | UnsetType = UNSET


class ControlPointGradeGiven(Struct, frozen=True, kw_only=True):
    """From 0 to the `max_grade` of the control point; null takes the grade back.

    `reason`: why it is another than before, for the record.
    """

    student_id: UUID
    grade: Number | None
    comment: Text | None | UnsetType = UNSET
    reason: Why | None = None

    @property
    def sent(self) -> SentGrade:
        return SentGrade(
            student_id=self.student_id,
            grade=self.grade,
            comment=None if self.comment is UNSET else self.comment,
            keeps_comment=self.comment is UNSET,
            reason=self.reason or None,
        )


class ControlPointGradeRow(Struct, frozen=True, kw_only=True):
    """`graded_by`: who gave the grade, or changed it last."""

    control_point_id: int
    student_id: UUID
    student_name: str
    grade: Shown
    comment: str | None
    graded_by: UUID
    updated_at: Instant


class ControlPointGradeChangeRow(Struct, frozen=True, kw_only=True):
    """`old_grade`: null for a first grade; `new_grade`: null for one that was taken back."""

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
    reason: str | None
