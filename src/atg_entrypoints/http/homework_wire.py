"""The JSON of homework (spec: homework-gradebook)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.errors import Invalid
from atg_core.homework.model import Choice, Question, QuestionType
from atg_core.homework.ports import ShownHomework, ShownSubmission, WrittenChoice, WrittenQuestion
from atg_core.homework.showing import SeenHomework
from atg_entrypoints.http.submissions_wire import GivenGrade, Grade, Serial, SubmissionRow
from atg_entrypoints.http.wire import NO_NUL, FilledName, Instant, Text, named, to_wire

_EARLIEST, _LATEST = 1970, 9998  # within which every time zone has every moment

type Moment = Annotated[datetime, Meta(tz=True)]
type FilledText = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=NO_NUL)]
type Attempts = Annotated[int, Meta(ge=1, le=1_000)]


class HomeworkChoiceRow(Struct, frozen=True, kw_only=True):
    """A student gets `is_correct` once their grade is final."""

    id: int
    question_id: int
    position: int
    text: str
    is_correct: bool | UnsetType = UNSET

    @classmethod
    def of(cls, choice: Choice, question_id: int, *, shows_right: bool) -> "HomeworkChoiceRow":
        return cls(
            id=choice.id,
            question_id=question_id,
            position=choice.position,
            text=choice.text,
            is_correct=choice.is_correct if shows_right else UNSET,
        )


class HomeworkQuestionRow(Struct, frozen=True, kw_only=True):
    id: int
    homework_id: int
    position: int
    question_type: QuestionType
    text: str
    points: Grade
    choices: list[HomeworkChoiceRow]

    @classmethod
    def of(cls, question: Question, homework_id: int, *, shows_right: bool) -> "HomeworkQuestionRow":
        choices = [HomeworkChoiceRow.of(each, question.id, shows_right=shows_right) for each in question.choices]
        return cls(
            id=question.id,
            homework_id=homework_id,
            position=question.position,
            question_type=question.question_type,
            text=question.text,
            points=question.points,
            choices=choices,
        )


class HomeworkRow(Struct, frozen=True, kw_only=True):
    """`submission`: the caller's latest, for students; `max_grade`: the points of all questions."""

    id: int
    teacher_id: UUID
    group_id: int
    lesson_id: int | None
    title: str
    description: str
    due_at: Instant | None
    max_attempts: int | None
    allow_late: bool
    published_at: Instant | None
    max_grade: Grade
    submission: SubmissionRow | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, homework: ShownHomework, submission: ShownSubmission | None) -> "HomeworkRow":
        fields = {name: getattr(homework, name) for name in cls.__struct_fields__ if name != "submission"}
        return to_wire({**fields, "submission": submission}, cls)


class HomeworkReply(HomeworkRow, frozen=True, kw_only=True):
    """With its questions, in their order."""

    questions: list[HomeworkQuestionRow]

    @classmethod
    def seen(cls, seen: SeenHomework) -> "HomeworkReply":
        row = HomeworkRow.of(seen.homework, seen.submission)
        questions = [HomeworkQuestionRow.of(each, row.id, shows_right=seen.shows_right) for each in seen.questions]
        return cls(**{name: getattr(row, name) for name in row.__struct_fields__}, questions=questions)


class NewHomeworkChoice(Struct, frozen=True, kw_only=True):
    text: FilledText
    is_correct: bool = False


class HomeworkChoiceWritten(NewHomeworkChoice, frozen=True, kw_only=True):
    """`id`: of the choice that it changes; without one it is new."""

    id: Serial | None = None


class NewHomeworkQuestion(Struct, frozen=True, kw_only=True):
    """Only choice questions have `choices`."""

    question_type: QuestionType
    text: FilledText
    points: GivenGrade
    choices: Annotated[list[NewHomeworkChoice], Meta(max_length=50)] = []


class HomeworkQuestionWritten(Struct, frozen=True, kw_only=True):
    """`id`: of the question that it changes; without one it is new."""

    id: Serial | None = None
    question_type: QuestionType
    text: FilledText
    points: GivenGrade
    choices: Annotated[list[HomeworkChoiceWritten], Meta(max_length=50)] = []


class NewHomework(Struct, frozen=True, kw_only=True):
    """With all questions, in their order. Without `allow_late` nothing is taken after `due_at`."""

    group_id: Serial
    lesson_id: Serial | None = None
    title: FilledName
    description: Text = ""
    due_at: Moment | None = None
    max_attempts: Attempts | None = None
    allow_late: bool = False
    questions: Annotated[list[NewHomeworkQuestion], Meta(max_length=200)] = []

    def written(self) -> tuple[dict[str, Any], list[WrittenQuestion]]:
        """The columns, and the questions. Raises Invalid."""
        return _columns(self), _questions(self.questions)


class HomeworkChanges(Struct, frozen=True, kw_only=True):
    """Only what is named changes; `questions`, where they are named, are all of them, in their order."""

    group_id: Serial | UnsetType = UNSET
    lesson_id: Serial | None | UnsetType = UNSET
    title: FilledName | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    due_at: Moment | None | UnsetType = UNSET
    max_attempts: Attempts | None | UnsetType = UNSET
    allow_late: bool | UnsetType = UNSET
    questions: Annotated[list[HomeworkQuestionWritten], Meta(max_length=200)] | UnsetType = UNSET

    def written(self) -> tuple[dict[str, Any], list[WrittenQuestion] | None]:
        """The columns, and the questions, None where they are not named. Raises Invalid."""
        return _columns(self), None if self.questions is UNSET else _questions(self.questions)


class HomeworkCopy(Struct, frozen=True, kw_only=True):
    """`group_id`: for which group; without it for the same."""

    group_id: Serial | None = None


def _columns(body: NewHomework | HomeworkChanges) -> dict[str, Any]:
    values = {name: value for name, value in named(body).items() if name != "questions"}
    if isinstance(due_at := values.get("due_at"), datetime):
        if not _EARLIEST <= due_at.year <= _LATEST:
            raise Invalid(f"is not between the years {_EARLIEST} and {_LATEST}", field="due_at")
        values["due_at"] = due_at.astimezone(UTC)
    return values


def _questions(questions: Sequence[NewHomeworkQuestion | HomeworkQuestionWritten]) -> list[WrittenQuestion]:
    return [
        WrittenQuestion(
            id=getattr(question, "id", None),
            question_type=question.question_type,
            text=question.text,
            points=question.points,
            choices=[
                WrittenChoice(id=getattr(choice, "id", None), text=choice.text, is_correct=choice.is_correct)
                for choice in question.choices
            ],
        )
        for question in questions
    ]
