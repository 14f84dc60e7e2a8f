"""JSON of submissions and answers."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from atg_core.homework.model import Answer, SubmissionStatus
from atg_core.homework.ports import SubmissionView
from atg_core.homework.submissions import AnswerInput
from atg_entrypoints.http.wire import Instant, Text, to_wire

type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Grade = Annotated[Decimal, Meta(examples=["7.50"])]


class SubmissionRow(Struct, frozen=True, kw_only=True):
    """`grade`: null until every answer has one; `is_late`: submitted after `due_at`."""

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
    """With its answers, in question order."""

    answers: list[AnswerRow]

    @classmethod
    def of(cls, submission: SubmissionView, answers: Sequence[Answer]) -> "SubmissionReply":
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
    """A text question is answered by `text`, a choice question by `choice_ids`; without both it is cleared."""

    question_id: Serial
    text: Text | None = None
    choice_ids: Annotated[list[Serial], Meta(max_length=50)] = []

    def to_input(self) -> AnswerInput:
        return AnswerInput(question_id=self.question_id, text=self.text, choice_ids=self.choice_ids)
