"""Question banks: questions by category and tags, from which tests draw (spec: catalog-learning; decision 0054)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from atg_core.catalog.curriculum_ports import OptionInput, QuestionInput
from atg_core.catalog.stations import Values
from atg_core.catalog.test_authoring import checked_tags, require_right_options
from atg_core.clock import Clock
from atg_core.errors import Conflict, Faults, Invalid, NotFound
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import phrase

_FEWEST_OPTIONS = 2


class BankNotFound(NotFound):
    """Question bank not found"""


class QuestionNotFound(NotFound):
    """Question not found"""


class BankUsed(Conflict):
    """A test draws questions from this bank"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionBank:
    """`questions_count`: of questions that are not retired."""

    id: int
    code: str | None
    title: str
    description: str | None
    questions_count: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BankOption:
    id: int
    text: str
    is_correct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BankQuestion:
    """`is_active`: whether it is drawn, or is retired. `tags`: folded (`atg_core.text.fold`)."""

    id: int
    bank_id: int
    position: int
    category: str | None
    tags: tuple[str, ...] = ()
    text: str
    question_type: str
    points: int
    image: str | None
    explanation: str | None
    is_active: bool
    options: tuple[BankOption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BankQuestionInput(QuestionInput):
    """A question of a bank to save."""

    category: str | None = None
    tags: Sequence[str] = ()
    is_active: bool = True

    @property
    def columns(self) -> dict[str, Any]:
        """What is stored of the question itself; its options and tags have tables of their own."""
        names = ("text", "question_type", "points", "image", "explanation", "is_active")
        return {"category": self.category or None, **{name: getattr(self, name) for name in names}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many questions that are not retired have this category or tag; None: no category."""

    name: str | None
    questions_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFilter:
    """`tag`: in any case."""

    category: str | None = None
    tag: str | None = None
    is_active: bool | None = None


class QuestionBankStore(Protocol):
    """Question banks within a transaction."""

    async def add_bank(self, values: Values) -> int:
        """Raises CodeTaken."""

    async def change_bank(self, bank_id: int, values: Values) -> None:
        """Raises BankNotFound, CodeTaken."""

    async def delete_bank(self, bank_id: int) -> None:
        """With its questions. Raises BankNotFound, BankUsed."""

    async def add_questions(self, bank_id: int, questions: Sequence[BankQuestionInput], now: datetime) -> list[int]:
        """Behind those that are there; returns their ids in this order. Raises BankNotFound."""

    async def question(self, bank_id: int, question_id: int) -> BankQuestion:
        """Locks the bank. Raises QuestionNotFound."""

    async def change_question(self, question_id: int, question: BankQuestionInput) -> None:
        """Options with an id are updated, those without are new, others are deleted."""

    async def delete_question(self, bank_id: int, question_id: int) -> bool:
        """Retires one that has been answered; whether it was deleted. Raises QuestionNotFound."""


class QuestionBankQueries(Protocol):
    async def banks(self, q: str | None, *, limit: int, offset: int) -> tuple[list[QuestionBank], int]:
        """A page of those whose title holds `q`, in the order of their creation, and their total number."""

    async def bank(self, bank_id: int) -> tuple[QuestionBank, list[Tally], list[Tally]]:
        """With its categories and tags, by name. Raises BankNotFound."""

    async def questions(
        self, bank_id: int, wanted: QuestionFilter, *, limit: int | None = None, offset: int = 0
    ) -> tuple[list[BankQuestion], int]:
        """A page by position, all without a limit, and their total number. Raises BankNotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditQuestionBanks:
    """Each method is one transaction and raises what the store raises."""

    open: UnitOfWork[QuestionBankStore]
    clock: Clock

    async def add(self, values: Values) -> int:
        now = self.clock()
        async with self.open() as store:
            return await store.add_bank({**values, "created_at": now, "updated_at": now})

    async def change(self, bank_id: int, values: Values) -> None:
        async with self.open() as store:
            await store.change_bank(bank_id, {**values, "updated_at": self.clock()})

    async def remove(self, bank_id: int) -> None:
        async with self.open() as store:
            await store.delete_bank(bank_id)

    async def add_questions(self, bank_id: int, questions: Sequence[BankQuestionInput]) -> list[int]:
        """Raises Invalid, whose fields begin with `questions[0].`."""
        faults, checked = Faults(), []
        for index, question in enumerate(questions):
            with faults:
                checked.append(checked_question(question, f"questions[{index}]."))
        faults.raise_any()
        async with self.open() as store:
            return await store.add_questions(bank_id, checked, self.clock())

    async def add_question(self, bank_id: int, question: BankQuestionInput) -> BankQuestion:
        """Raises Invalid."""
        checked = checked_question(question)
        async with self.open() as store:
            [added] = await store.add_questions(bank_id, [checked], self.clock())
            return await store.question(bank_id, added)

    async def change_question(self, bank_id: int, question_id: int, values: Values) -> BankQuestion:
        """`values`: fields of `BankQuestionInput`; others stay. Raises Invalid."""
        async with self.open() as store:
            stored = await store.question(bank_id, question_id)
            known = {option.id for option in stored.options}
            changed = checked_question(replace(_input_of(stored), **values))
            named = [option.id for option in changed.options if option.id is not None]
            if len(set(named)) != len(named) or not known.issuperset(named):
                template = phrase("these are no options of this question, or named twice")
                raise Invalid(template, field="options", code="unknown_option")
            await store.change_question(question_id, changed)
            return await store.question(bank_id, question_id)

    async def remove_question(self, bank_id: int, question_id: int) -> bool:
        """Whether it was deleted; else people have answered it, and it is retired. Raises QuestionNotFound."""
        async with self.open() as store:
            return await store.delete_question(bank_id, question_id)


def checked_question(question: BankQuestionInput, prefix: str = "") -> BankQuestionInput:
    """With its tags as they are kept. Raises Invalid, whose fields begin with `prefix`."""
    if len(question.options) < _FEWEST_OPTIONS:
        raise Invalid("needs two options at least", field=f"{prefix}options", code="too_few_options")
    require_right_options(question, f"{prefix}options")
    return replace(question, tags=checked_tags(question.tags, f"{prefix}tags"))


def _input_of(question: BankQuestion) -> BankQuestionInput:
    fields = {name: value for name, value in asdict(question).items() if name not in {"bank_id", "position"}}
    return BankQuestionInput(**{**fields, "options": [OptionInput(**each) for each in fields["options"]]})
