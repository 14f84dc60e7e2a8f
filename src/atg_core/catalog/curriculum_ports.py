"""The store of the curriculum, and what is written to it (spec: catalog-learning)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from atg_core.catalog.curriculum_records import Id, Place, RecordKind, Row
from atg_core.catalog.stations import Values
from atg_core.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionInput:
    """An answer option to save; `id`: None for a new one."""

    id: int | None = None
    text: str
    is_correct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionInput:
    """A question to save; `id`: None for a new one."""

    id: int | None = None
    text: str
    question_type: str = "single"
    points: int = 1
    image: str | None = None
    explanation: str | None = None
    options: Sequence[OptionInput] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawInput:
    """`count` questions of a bank that each attempt at a test draws: of a category, with all of the tags."""

    bank_id: int
    category: str | None = None
    tags: Sequence[str] = ()
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TestDraw(DrawInput):
    """`candidates`: the ids of the questions that it chooses from now."""

    candidates: Sequence[int]

    @property
    def available(self) -> int:
        return len(self.candidates)


class CurriculumStore(Protocol):
    """The curriculum within a transaction. Writers lock the place first, so that its counters stay right."""

    async def lock_place(self, table: str, record_id: Id, not_found: type[NotFound]) -> Place:
        """Locks and returns the place that a record belongs to. Raises `not_found`."""

    async def children(self, kind: RecordKind, parent_id: Id) -> list[Row]:
        """All rows of a parent, including inactive ones, by `order_index` where there is one, then by id."""

    async def every(self, kind: RecordKind) -> list[Row]:
        """All rows of all parents, including inactive ones, by id."""

    async def row(self, kind: RecordKind, record_id: Id) -> Row:
        """Raises the kind's `not_found`."""

    async def is_taken(self, kind: RecordKind, code: str) -> bool:
        """Whether any record of the kind has this code."""

    async def add(self, kind: RecordKind, values: Values) -> Row:
        """Raises CodeTaken."""

    async def change(self, kind: RecordKind, record_id: Id, values: Values) -> Row:
        """Raises the kind's `not_found`, CodeTaken."""

    async def remove(self, kind: RecordKind, record_id: Id) -> bool:
        """Deletes a record with its children, or deactivates it if learners have progress in it; whether it is gone."""

    async def replace_texts(self, table: str, column: str, program_id: int, texts: Sequence[str]) -> None: ...

    async def questions(self, kind: RecordKind, test_id: int) -> list[Row]:
        """The questions of a test by position, each with its `options` in order."""

    async def write_questions(self, kind: RecordKind, test_id: int, questions: Sequence[QuestionInput]) -> None:
        """Replaces the questions of a test; those with an id are updated in place, with their options."""

    async def draws(self, kind: RecordKind, test_id: int) -> list[TestDraw]:
        """In their order."""

    async def write_draws(self, kind: RecordKind, test_id: int, draws: Sequence[DrawInput]) -> None:
        """Replaces them; their banks are known."""

    async def known_banks(self, bank_ids: Collection[int]) -> set[int]:
        """Those of these banks that are there; they can not be deleted until the end of the transaction."""

    async def recount(self, place: Place) -> None:
        """Recounts the counters of a place."""
