"""The JSON of question banks."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, convert

from atg_core.catalog.curriculum_ports import OptionInput
from atg_core.catalog.question_banks import BankQuestionInput
from atg_entrypoints.http.catalog.curriculum_wire import Changes
from atg_entrypoints.http.catalog.test_authoring_wire import (
    AuthoredOption,
    Code,
    ImageKey,
    Options,
    Points,
    QuestionText,
    Tags,
    Title,
)
from atg_entrypoints.http.wire import NO_NUL, FilledName, Instant, Text


class BankChanges(Changes, frozen=True, kw_only=True):
    title: Title | UnsetType = UNSET
    code: Code | None | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET


class NewBank(BankChanges, frozen=True, kw_only=True):
    title: Title


class BankRow(Struct, frozen=True, kw_only=True):
    """`questions_count`: of questions that are not retired."""

    id: int
    code: str | None
    title: str
    description: str | None
    questions_count: int
    created_at: Instant
    updated_at: Instant


class TallyRow(Struct, frozen=True, kw_only=True):
    """`name`: null for questions without a category."""

    name: str | None
    questions_count: int


class BankDetails(BankRow, frozen=True, kw_only=True):
    """With what draws can name, by name."""

    categories: list[TallyRow]
    tags: list[TallyRow]


class BankQuestionChanges(Changes, frozen=True, kw_only=True):
    """`is_active`: a question that is not is retired: no attempt draws it any more.

    Options with an id are updated, those without are new, others are deleted.
    """

    category: FilledName | None | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    text: QuestionText | UnsetType = UNSET
    question_type: Literal["single", "multiple"] | UnsetType = UNSET
    points: Points | UnsetType = UNSET
    image: ImageKey | None | UnsetType = UNSET
    explanation: Text | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    options: Options | UnsetType = UNSET

    def written(self) -> dict[str, Any]:
        """The fields of a `BankQuestionInput` that are named."""
        values = self.present_fields()
        if "options" in values:
            values["options"] = convert(values["options"], list[OptionInput], from_attributes=True)
        return values


class NewBankQuestion(BankQuestionChanges, frozen=True, kw_only=True):
    """Behind the other questions of the bank. Tags that differ in case are one."""

    text: QuestionText
    options: Options

    def to_input(self) -> BankQuestionInput:
        return BankQuestionInput(**self.written())


class BankQuestionRow(Struct, frozen=True, kw_only=True):
    id: int
    bank_id: int
    position: int
    category: str | None
    tags: list[str]
    text: str
    question_type: Literal["single", "multiple"]
    points: int
    image: str | None
    explanation: str | None
    is_active: bool
    options: list[AuthoredOption]


class QuestionsFile(Struct, frozen=True, kw_only=True):
    """Questions as text in GIFT or Aiken. `category` and `tags`: of those that name none themselves."""

    format: Literal["gift", "aiken"]
    text: Annotated[str, Meta(min_length=1, max_length=1_000_000, pattern=NO_NUL)]
    category: FilledName | None = None
    tags: Tags = []


class QuestionsAdded(Struct, frozen=True, kw_only=True):
    """`left_out`: what the file has and questions have no place for, counted."""

    ids: list[int]
    left_out: dict[str, int]
