"""The JSON of authoring tests with their questions and options."""

from typing import Annotated, Any, Literal, Self

from msgspec import UNSET, Meta, Struct, UnsetType, convert

from atg_core.catalog.curriculum_ports import DrawInput, OptionInput, QuestionInput
from atg_core.catalog.curriculum_records import Row
from atg_core.catalog.test_authoring import MAX_TAG
from atg_entrypoints.http.catalog.curriculum_wire import Changes
from atg_entrypoints.http.wire import NAME, NO_NUL, TRIMMED, FilledName, Instant, Text, to_wire

type Title = Annotated[str, Meta(min_length=1, max_length=500, pattern=NO_NUL, extra=TRIMMED)]
type Code = Annotated[str, Meta(min_length=1, max_length=50, pattern=NAME)]
type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Points = Annotated[int, Meta(ge=1, le=10_000)]
type QuestionText = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=NO_NUL)]
type ImageKey = Annotated[str, Meta(max_length=1024, pattern=NO_NUL, description="An object key")]
type Tag = Annotated[str, Meta(min_length=1, max_length=MAX_TAG, pattern=NAME)]
type Tags = Annotated[list[Tag], Meta(max_length=50)]
type Options = Annotated[list[OptionWritten], Meta(min_length=1, max_length=100)]


class OptionWritten(Struct, frozen=True, kw_only=True):
    """`id`: of the option to update; null for a new one."""

    id: Serial | None = None
    text: Title
    is_correct: bool = False


class QuestionWritten(Struct, frozen=True, kw_only=True):
    """`id`: of the question to update; null for a new one."""

    id: Serial | None = None
    text: QuestionText
    question_type: Literal["single", "multiple"] = "single"
    points: Points = 1
    image: ImageKey | None = None
    explanation: Text | None = None
    options: Options


class DrawWritten(Struct, frozen=True, kw_only=True):
    """`count` questions of a bank for each attempt: of any category if it is null, with all of the tags."""

    bank_id: Serial
    category: FilledName | None = None
    tags: Tags = []
    count: Annotated[int, Meta(ge=1, le=500)]


class TestChanges(Changes, frozen=True, kw_only=True):
    """`questions` and `draws`, if present, replace the stored ones, in this order.

    Each attempt asks the questions first, then those that are drawn for it. `shuffle_options`: it has the options of
    all in an order of its own.

    `shows_right_answers`: the existing frontend is told them with the questions, since it grades its page by itself.
    """

    title: Title | UnsetType = UNSET
    code: Code | None | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    passing_score: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    max_attempts: Count | None | UnsetType = UNSET
    time_limit_minutes: Annotated[int, Meta(ge=1, le=100_000)] | UnsetType = UNSET
    time_limit_enforced: bool | UnsetType = UNSET
    shows_right_answers: bool | UnsetType = UNSET
    shuffle_options: bool | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    questions: Annotated[list[QuestionWritten], Meta(max_length=1_000)] | UnsetType = UNSET
    draws: Annotated[list[DrawWritten], Meta(max_length=50)] | UnsetType = UNSET

    def written(self) -> tuple[dict[str, Any], list[QuestionInput] | None, list[DrawInput] | None]:
        """The columns, the questions and the draws, None where they are not named."""
        values = self.present_fields()
        questions, draws = values.pop("questions", None), values.pop("draws", None)
        return (
            values,
            questions and self._questions(questions),
            draws and convert(draws, list[DrawInput], from_attributes=True),
        )

    def _questions(self, questions: list[QuestionWritten]) -> list[QuestionInput]:
        return [
            QuestionInput(
                id=question.id,
                text=question.text,
                question_type=question.question_type,
                points=question.points,
                image=question.image,
                explanation=question.explanation,
                options=[convert(option, OptionInput, from_attributes=True) for option in question.options],
            )
            for question in questions
        ]


class NewTest(TestChanges, frozen=True, kw_only=True):
    title: Title


class AuthoredOption(Struct, frozen=True, kw_only=True):
    id: int
    text: str
    is_correct: bool


class AuthoredQuestion(Struct, frozen=True, kw_only=True):
    id: int
    position: int
    text: str
    question_type: Literal["single", "multiple"]
    points: int
    image: str | None
    explanation: str | None
    options: list[AuthoredOption]


class AuthoredDraw(Struct, frozen=True, kw_only=True):
    """`available`: how many questions it chooses from now."""

    bank_id: int
    category: str | None
    tags: list[str]
    count: int
    available: int


class AuthoredTest(Struct, frozen=True, kw_only=True):
    """A test with its correct options, of the lesson `lesson_id` or the program `program_id`.

    `questions_count`: of an attempt.
    """

    id: int
    lesson_id: int | None
    program_id: int | None
    code: str | None
    title: str
    description: str | None
    questions_count: int
    passing_score: int
    max_attempts: int | None
    time_limit_minutes: int
    time_limit_enforced: bool
    shows_right_answers: bool
    shuffle_options: bool
    is_active: bool
    questions: list[AuthoredQuestion]
    draws: list[AuthoredDraw]
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, row: Row) -> Self:
        parents = {"lesson_id": row.get("lesson_id"), "program_id": row.get("course_program_id")}
        return to_wire({**row, **parents}, cls)
