"""The JSON of what is handed in, and of its grades."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.homework.marking import Mark
from atg_core.homework.model import Answer, SubmissionStatus
from atg_core.homework.ports import ShownSubmission
from atg_core.homework.submitting import GivenAnswer
from atg_entrypoints.http.schemas import GIVEN_DECIMAL
from atg_entrypoints.http.wire import NO_NUL, Instant, Text, to_wire

type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Reason = Annotated[str, Meta(max_length=1_000, pattern=NO_NUL)]
type Grade = Annotated[Decimal, Meta(examples=["7.50"])]
type GivenGrade = Annotated[
    Decimal,
    Meta(
        description="A number, or a string of one, with two decimals at most",
        examples=["7.50"],
        extra_json_schema={"extra": GIVEN_DECIMAL},
    ),
]


class SubmissionRow(Struct, frozen=True, kw_only=True):
    """`grade` is there once every answer has one; `is_late`: handed in after the homework was due."""

    id: int
    homework_id: int
    student_id: UUID
    student_name: str
    attempt: int
    status: SubmissionStatus
    submitted_at: Instant | None
    grade: Grade | None
    max_grade: Grade
    is_late: bool
    created_at: Instant
    updated_at: Instant


class AnswerRow(Struct, frozen=True, kw_only=True):
    """`grade` and `comment` are shown to the student once the submission is graded."""

    id: int
    submission_id: int
    question_id: int
    text: str | None
    choice_ids: list[int]
    grade: Grade | None
    comment: str | None


class SubmissionReply(SubmissionRow, frozen=True, kw_only=True):
    """With its answers, in the order of their questions."""

    answers: list[AnswerRow]

    @classmethod
    def of(cls, submission: ShownSubmission, answers: Sequence[Answer]) -> "SubmissionReply":
        row = to_wire(submission, SubmissionRow)
        rows = [
            AnswerRow(
                id=answer.id,
                submission_id=row.id,
                question_id=answer.question_id,
                text=answer.text,
                choice_ids=list(answer.choice_ids),
                grade=answer.grade,
                comment=answer.comment,
            )
            for answer in answers
        ]
        return cls(**{name: getattr(row, name) for name in row.__struct_fields__}, answers=rows)


class HomeworkAnswerGiven(Struct, frozen=True, kw_only=True):
    """A text question is answered by `text`, another by `choice_ids`; without either the answer is taken back."""

    question_id: Serial
    text: Text | None = None
    choice_ids: Annotated[list[Serial], Meta(max_length=50)] = []

    @property
    def given(self) -> GivenAnswer:
        return GivenAnswer(question_id=self.question_id, text=self.text, choice_ids=self.choice_ids)


class GradeGiven(Struct, frozen=True, kw_only=True):
    """From 0 to the points of the question. `reason`: why it is another than before, for the record."""

    question_id: Serial
    grade: GivenGrade
    comment: Text | None | UnsetType = UNSET
    reason: Reason | None = None

    @property
    def mark(self) -> Mark:
        return Mark(
            question_id=self.question_id,
            grade=self.grade,
            comment=None if self.comment is UNSET else self.comment,
            keeps_comment=self.comment is UNSET,
            reason=self.reason,
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
