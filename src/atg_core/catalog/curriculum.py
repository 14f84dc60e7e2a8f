"""Curriculum authoring: courses, programs, lessons, topics, materials and files (spec: catalog-learning)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from atg_core.catalog.ports import CourseNotFound, LessonNotFound, StationNotFound, TopicNotFound
from atg_core.catalog.stations import Values
from atg_core.catalog.topic_files import TopicFileNotFound
from atg_core.clock import Clock
from atg_core.errors import Conflict, Invalid, NotFound
from atg_core.ids import NewId
from atg_core.unit_of_work import UnitOfWork

type Id = int | UUID
type Row = dict[str, Any]
"""A record by column."""


class ProgramNotFound(NotFound):
    """Program not found"""


class MaterialNotFound(NotFound):
    """Material not found"""


class CodeTaken(Conflict):
    """There is one of this code already"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind:
    """A kind of record of the curriculum: its table, its parent's column and table, and the errors for absence.

    `has_code`: a new record gets the next free number as its code unless it has one. `is_ordered`: has `order_index`.
    `key`: the column with the key that a frontend knows a record by; where it is null, the code is that key.
    """

    table: str
    not_found: type[NotFound]
    parent: str
    parent_table: str
    parent_not_found: type[NotFound]
    has_code: bool = False
    is_ordered: bool = True
    key: str | None = None

    def key_of(self, row: Row) -> str | None:
        """The key of a row of this kind, which has keys."""
        key: str | None = row[self.key or "code"] or row["code"]
        return key


COURSES = RecordKind(
    table="courses",
    not_found=CourseNotFound,
    parent="station_id",
    parent_table="stations",
    parent_not_found=StationNotFound,
    is_ordered=False,
)
PROGRAMS = RecordKind(
    table="course_programs",
    not_found=ProgramNotFound,
    parent="station_id",
    parent_table="stations",
    parent_not_found=StationNotFound,
)
LESSONS = RecordKind(
    table="lessons",
    not_found=LessonNotFound,
    parent="course_program_id",
    parent_table="course_programs",
    parent_not_found=ProgramNotFound,
    key="lesson_key",
)
TOPICS = RecordKind(
    table="topics",
    not_found=TopicNotFound,
    parent="lesson_id",
    parent_table="lessons",
    parent_not_found=LessonNotFound,
    has_code=True,
    key="topic_key",
)
MATERIALS = RecordKind(
    table="lesson_materials",
    not_found=MaterialNotFound,
    parent="lesson_id",
    parent_table="lessons",
    parent_not_found=LessonNotFound,
    is_ordered=False,
)
FILES = RecordKind(
    table="topic_files",
    not_found=TopicFileNotFound,
    parent="topic_id",
    parent_table="topics",
    parent_not_found=TopicNotFound,
)


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


class CurriculumStore(Protocol):
    """The curriculum within a transaction. Writers lock the station first, so that its counters stay right."""

    async def lock_station(self, table: str, record_id: Id, not_found: type[NotFound]) -> int | None:
        """Locks and returns the station that a record belongs to, None for a course without one. Raises `not_found`."""

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

    async def remove(self, kind: RecordKind, record_id: Id) -> None:
        """Deletes a record with its children, or deactivates it if learners have progress in it."""

    async def replace_texts(self, table: str, column: str, program_id: int, texts: Sequence[str]) -> None: ...

    async def questions(self, kind: RecordKind, test_id: int) -> list[Row]:
        """The questions of a test by position, each with its `options` in order."""

    async def write_questions(self, kind: RecordKind, test_id: int, questions: Sequence[QuestionInput]) -> None:
        """Replaces the questions of a test; those with an id are updated in place, with their options."""

    async def recount(self, station_id: int) -> None:
        """Recounts the counters of a station."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curriculum:
    """Changes to the curriculum of one station, in one transaction with the completion of its learners.

    `transaction`: one for all stores; `update_completion`: for the learners of a station.
    """

    transaction: Callable[[], AbstractAsyncContextManager[object]]
    open: UnitOfWork[CurriculumStore]
    update_completion: Callable[[int], Awaitable[None]]

    @asynccontextmanager
    async def changing(
        self, table: str, record_id: Id, not_found: type[NotFound]
    ) -> AsyncIterator[tuple[CurriculumStore, int | None]]:
        """Yields the store and the station that the record belongs to, which is locked. Raises `not_found`."""
        async with self.transaction():
            async with self.open() as store:
                station = await store.lock_station(table, record_id, not_found)
                yield store, station
                if station is not None:
                    await store.recount(station)
            if station is not None:
                await self.update_completion(station)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCurriculum:
    """Add, change, remove and reorder records. Each method is one transaction and raises what the store raises."""

    curriculum: Curriculum
    clock: Clock
    new_id: NewId

    async def add(self, kind: RecordKind, values: Values) -> Row:
        """The new row, placed last unless `order_index` is given. Raises the kind's `parent_not_found`, CodeTaken."""
        parent_id, now = values.get(kind.parent), self.clock()
        times = {"created_at": now, "updated_at": now}
        if parent_id is None:
            async with self.curriculum.open() as store:
                return await store.add(kind, {**self._own_id(kind), **values, **times})
        changing = self.curriculum.changing(kind.parent_table, parent_id, kind.parent_not_found)
        async with changing as (store, _):
            siblings = await store.children(kind, parent_id)
            own = self._own_id(kind)
            if kind.has_code and not values.get("code"):
                own["code"] = free_code(name for row in siblings for name in (row["code"], kind.key_of(row)) if name)
            if kind.is_ordered:
                own["order_index"] = max((row["order_index"] for row in siblings), default=0) + 1
            return await store.add(kind, {**own, **values, **times})

    async def change(self, kind: RecordKind, record_id: Id, values: Values, parent_id: Id | None = None) -> Row:
        """`parent_id`: the required parent, if any. Another code leaves the key as it is."""
        changed = {**values, "updated_at": self.clock()}
        async with self.curriculum.changing(kind.table, record_id, kind.not_found) as (store, station):
            await self._require_parent(store, kind, record_id, parent_id)
            if kind.key and "code" in values:
                changed[kind.key] = kind.key_of(await store.row(kind, record_id))
            moved = values.get("station_id") if kind is COURSES else None
            if moved is None or moved == station:
                return await store.change(kind, record_id, changed)
            await store.lock_station(kind.parent_table, moved, kind.parent_not_found)
            row = await store.change(kind, record_id, changed)
            await store.recount(moved)
            await self.curriculum.update_completion(moved)
        return row

    async def remove(self, kind: RecordKind, record_id: Id, parent_id: Id | None = None) -> None:
        """`parent_id`: the required parent. A record that learners have progress in is deactivated instead."""
        async with self.curriculum.changing(kind.table, record_id, kind.not_found) as (store, _):
            await self._require_parent(store, kind, record_id, parent_id)
            await store.remove(kind, record_id)

    async def order(self, kind: RecordKind, ids: Sequence[int], parent_id: Id | None = None) -> list[Row]:
        """Reorders siblings; those that are not named come last. Raises Invalid, the kind's `not_found`."""
        if not ids or len(set(ids)) != len(ids):
            raise Invalid("Names each record once")
        async with self.curriculum.changing(kind.table, ids[0], kind.not_found) as (store, _):
            parent = (await store.row(kind, ids[0]))[kind.parent]
            siblings = {row["id"]: row for row in await store.children(kind, parent)}
            if not siblings.keys() >= set(ids) or parent_id not in {None, parent}:
                raise Invalid("These records are not all of one parent")
            rest = [sibling for sibling in siblings if sibling not in set(ids)]
            for number, record_id in enumerate([*ids, *rest], start=1):
                if siblings[record_id]["order_index"] != number:
                    siblings[record_id] = await store.change(kind, record_id, {"order_index": number})
            return [siblings[record_id] for record_id in [*ids, *rest]]

    async def _require_parent(
        self, store: CurriculumStore, kind: RecordKind, record_id: Id, parent_id: Id | None
    ) -> None:
        if parent_id is not None and (await store.row(kind, record_id))[kind.parent] != parent_id:
            raise kind.not_found

    def _own_id(self, kind: RecordKind) -> Row:
        return {"id": self.new_id()} if kind is COURSES else {}


def free_code(taken: Iterable[str]) -> str:
    """The next number that is not taken."""
    codes = set(taken)
    number = len(codes) + 1
    while str(number) in codes:
        number += 1
    return str(number)
