"""JSON of homework as it is shown."""

from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from atg_core.homework.model import Choice, Question, QuestionType
from atg_core.homework.ports import HomeworkView, SubmissionView
from atg_core.homework.queries import HomeworkDetails
from atg_entrypoints.http.homework.submissions_wire import Grade, SubmissionRow
from atg_entrypoints.http.late_rule import LateRuleRow
from atg_entrypoints.http.wire import Instant, to_wire


class HomeworkChoiceRow(Struct, frozen=True, kw_only=True):
    """`is_correct`: for students only once their grade is final."""

    id: int
    question_id: int
    position: int
    text: str
    is_correct: bool | UnsetType = UNSET

    @classmethod
    def of(cls, choice: Choice, question_id: int, *, shows_correct: bool) -> "HomeworkChoiceRow":
        return cls(
            id=choice.id,
            question_id=question_id,
            position=choice.position,
            text=choice.text,
            is_correct=choice.is_correct if shows_correct else UNSET,
        )


class HomeworkQuestionRow(Struct, frozen=True, kw_only=True):
    id: int
    homework_id: int
    position: int
    question_type: QuestionType
    text: str
    points: Grade
    allow_files: bool
    choices: list[HomeworkChoiceRow]

    @classmethod
    def of(cls, question: Question, homework_id: int, *, shows_correct: bool) -> "HomeworkQuestionRow":
        choices = [HomeworkChoiceRow.of(each, question.id, shows_correct=shows_correct) for each in question.choices]
        return cls(
            id=question.id,
            homework_id=homework_id,
            position=question.position,
            question_type=question.question_type,
            text=question.text,
            points=question.points,
            allow_files=question.allow_files,
            choices=choices,
        )


class HomeworkRow(Struct, frozen=True, kw_only=True):
    """`submission`: the caller's latest, for students; `max_grade`: the points of all questions.

    `late_rule`: what late work costs; null: nothing.
    """

    id: int
    teacher_id: UUID
    group_id: int
    lesson_id: int | None
    title: str
    description: str
    due_at: Instant | None
    max_attempts: int | None
    allow_late: bool
    late_rule: LateRuleRow | None
    published_at: Instant | None
    max_grade: Grade
    submission: SubmissionRow | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, homework: HomeworkView, submission: SubmissionView | None) -> "HomeworkRow":
        fields = {name: getattr(homework, name) for name in cls.__struct_fields__ if name != "submission"}
        return to_wire({**fields, "submission": submission}, cls)


class HomeworkReply(HomeworkRow, frozen=True, kw_only=True):
    """With its questions, in order."""

    questions: list[HomeworkQuestionRow]

    @classmethod
    def from_details(cls, details: HomeworkDetails) -> "HomeworkReply":
        row = HomeworkRow.of(details.homework, details.submission)
        questions = [
            HomeworkQuestionRow.of(each, row.id, shows_correct=details.shows_correct) for each in details.questions
        ]
        return cls(**{name: getattr(row, name) for name in row.__struct_fields__}, questions=questions)
