"""JSON of grades and of the grade history."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.homework.manual_grading import GradeInput
from atg_entrypoints.http.homework.submissions_wire import Grade, Serial
from atg_entrypoints.http.openapi import DECIMAL_INPUT
from atg_entrypoints.http.wire import NO_NUL, Instant, Text

type Reason = Annotated[str, Meta(max_length=1_000, pattern=NO_NUL)]
type GivenGrade = Annotated[
    Decimal,
    Meta(
        description="A number, or a string of one, with two decimals at most",
        examples=["7.50"],
        extra_json_schema={"extra": DECIMAL_INPUT},
    ),
]


class GradeGiven(Struct, frozen=True, kw_only=True):
    """From 0 to the points of the question. `reason`: of the change, for the grade history.

    `was`: the grade that this one replaces, null for none; another one is refused.
    """

    question_id: Serial
    grade: GivenGrade
    comment: Text | None | UnsetType = UNSET
    reason: Reason | None = None
    was: GivenGrade | None | UnsetType = UNSET

    def to_input(self) -> GradeInput:
        return GradeInput(
            question_id=self.question_id,
            grade=self.grade,
            comment=None if self.comment is UNSET else self.comment,
            keeps_comment=self.comment is UNSET,
            reason=self.reason,
            is_conditional=self.was is not UNSET,
            was=None if self.was is UNSET else self.was,
        )


class GradeChangeRow(Struct, frozen=True, kw_only=True):
    """`old_grade`: null for the first grade of an answer."""

    id: int
    question_id: int
    actor_id: UUID
    actor_name: str
    at: Instant
    old_grade: Grade | None
    new_grade: Grade
    reason: str | None
