"""JSON that teachers send to write homework."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.errors import Invalid
from atg_core.homework.model import QuestionType
from atg_core.homework.ports import ChoiceInput, QuestionInput
from atg_entrypoints.http.homework.manual_grading_wire import GivenGrade
from atg_entrypoints.http.homework.submissions_wire import Serial
from atg_entrypoints.http.late_rule import LateRuleGiven, late_rule_columns
from atg_entrypoints.http.wire import NO_NUL, FilledName, Text, present_fields

_EARLIEST, _LATEST = 1970, 9998  # in these years every time zone can represent every instant

type Moment = Annotated[datetime, Meta(tz=True)]
type FilledText = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=NO_NUL)]
type Attempts = Annotated[int, Meta(ge=1, le=1_000)]


class NewHomeworkChoice(Struct, frozen=True, kw_only=True):
    text: FilledText
    is_correct: bool = False


class HomeworkChoiceWritten(NewHomeworkChoice, frozen=True, kw_only=True):
    """`id`: the choice to change; a new one without."""

    id: Serial | None = None


class NewHomeworkQuestion(Struct, frozen=True, kw_only=True):
    """Only choice questions have `choices`, and only texts `allow_files`."""

    question_type: QuestionType
    text: FilledText
    points: GivenGrade
    allow_files: bool = False
    choices: Annotated[list[NewHomeworkChoice], Meta(max_length=50)] = []


class HomeworkQuestionWritten(Struct, frozen=True, kw_only=True):
    """`id`: the question to change; a new one without."""

    id: Serial | None = None
    question_type: QuestionType
    text: FilledText
    points: GivenGrade
    allow_files: bool = False
    choices: Annotated[list[HomeworkChoiceWritten], Meta(max_length=50)] = []


class NewHomework(Struct, frozen=True, kw_only=True):
    """With all questions, in order. Without `allow_late` nothing is accepted after `due_at`.

    `late_rule`: what late work costs, null for nothing; by default that of the group.
    """

    group_id: Serial
    lesson_id: Serial | None = None
    title: FilledName
    description: Text = ""
    due_at: Moment | None = None
    max_attempts: Attempts | None = None
    allow_late: bool = False
    late_rule: LateRuleGiven | None | UnsetType = UNSET
    questions: Annotated[list[NewHomeworkQuestion], Meta(max_length=200)] = []

    def to_input(self) -> tuple[dict[str, Any], list[QuestionInput]]:
        """The columns, and the questions. Raises Invalid."""
        return _columns(self), _questions(self.questions)


class HomeworkChanges(Struct, frozen=True, kw_only=True):
    """Members that are left out stay unchanged; `questions` replaces all questions, in order.

    `was`: the `updated_at` that the change is based on; another one is refused.
    """

    group_id: Serial | UnsetType = UNSET
    lesson_id: Serial | None | UnsetType = UNSET
    title: FilledName | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    due_at: Moment | None | UnsetType = UNSET
    max_attempts: Attempts | None | UnsetType = UNSET
    allow_late: bool | UnsetType = UNSET
    late_rule: LateRuleGiven | None | UnsetType = UNSET
    questions: Annotated[list[HomeworkQuestionWritten], Meta(max_length=200)] | UnsetType = UNSET
    was: Moment | UnsetType = UNSET

    def to_input(self) -> tuple[dict[str, Any], list[QuestionInput] | None, datetime | None]:
        """The columns, and the questions and `was`, None where they are not named. Raises Invalid."""
        questions = None if self.questions is UNSET else _questions(self.questions)
        return _columns(self), questions, None if self.was is UNSET else self.was


class HomeworkExemption(Struct, frozen=True, kw_only=True):
    """`excused`: whether the grade of a student counts in no average."""

    student_id: UUID
    excused: bool


class HomeworkPublication(Struct, frozen=True, kw_only=True):
    """`group_ids`: further groups, each of which gets a copy that is published too."""

    group_ids: Annotated[list[Serial], Meta(max_length=100)] = []


class HomeworkCopy(Struct, frozen=True, kw_only=True):
    """`group_id`: the group of the copy; the same by default."""

    group_id: Serial | None = None


def _columns(body: NewHomework | HomeworkChanges) -> dict[str, Any]:
    values = {
        name: value for name, value in present_fields(body).items() if name not in {"questions", "was", "late_rule"}
    }
    values |= late_rule_columns(body.late_rule)
    if isinstance(due_at := values.get("due_at"), datetime):
        if not _EARLIEST <= due_at.year <= _LATEST:
            raise Invalid(
                "the year must be between {low} and {high}",
                field="due_at",
                code="out_of_range",
                low=_EARLIEST,
                high=_LATEST,
            )
        values["due_at"] = due_at.astimezone(UTC)
    return values


def _questions(questions: Sequence[NewHomeworkQuestion | HomeworkQuestionWritten]) -> list[QuestionInput]:
    return [
        QuestionInput(
            id=getattr(question, "id", None),
            question_type=question.question_type,
            text=question.text,
            points=question.points,
            allow_files=question.allow_files,
            choices=[
                ChoiceInput(id=getattr(choice, "id", None), text=choice.text, is_correct=choice.is_correct)
                for choice in question.choices
            ],
        )
        for question in questions
    ]
