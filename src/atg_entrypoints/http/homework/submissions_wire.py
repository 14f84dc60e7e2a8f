"""JSON of submissions and answers."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from atg_core.homework.model import SubmissionStatus
from atg_core.homework.queries import SubmissionDetails
from atg_core.homework.submissions import AnswerInput
from atg_entrypoints.http.wire import Instant, Text, to_wire

type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Grade = Annotated[Decimal, Meta(examples=["7.50"])]


class SubmissionRow(Struct, frozen=True, kw_only=True):
    """`grade`: null until every answer has one; `is_late`: submitted after `due_at`.

    `days_late`: days that had begun since then. `final_grade`: what counts, less what lateness takes off.
    """

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
    days_late: int
    final_grade: Grade | None
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


class AnswerFileRow(Struct, frozen=True, kw_only=True):
    """Its content is at `/submissions/{submission_id}/files/{id}`."""

    id: UUID
    submission_id: int
    question_id: int
    name: str
    media_type: str
    size: int
    created_at: Instant


class QueuedSubmissionRow(SubmissionRow, frozen=True, kw_only=True):
    """With the homework and the group that it is of."""

    homework_title: str
    group_id: int
    group_name: str


class MissingStudentRow(Struct, frozen=True, kw_only=True):
    """`has_draft`: whether they have begun."""

    student_id: UUID
    student_name: str
    has_draft: bool


class SubmissionReply(SubmissionRow, frozen=True, kw_only=True):
    """With its answers, in question order, and the files of answers."""

    answers: list[AnswerRow]
    files: list[AnswerFileRow]

    @classmethod
    def of(cls, details: SubmissionDetails) -> "SubmissionReply":
        row = to_wire(details.submission, SubmissionRow)
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
            for answer in details.answers
        ]
        files = to_wire(details.files, list[AnswerFileRow])
        return cls(**{name: getattr(row, name) for name in row.__struct_fields__}, answers=rows, files=files)


class HomeworkAnswerGiven(Struct, frozen=True, kw_only=True):
    """A text question is answered by `text`, a choice question by `choice_ids`; without both it is cleared."""

    question_id: Serial
    text: Text | None = None
    choice_ids: Annotated[list[Serial], Meta(max_length=50)] = []

    def to_input(self) -> AnswerInput:
        return AnswerInput(question_id=self.question_id, text=self.text, choice_ids=self.choice_ids)
