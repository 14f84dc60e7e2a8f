"""Authoring courses, programs, lessons, topics and what belongs to them (spec: catalog-learning)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from atg_core.catalog.authoring import Values
from atg_core.catalog.ports import CourseNotFound, LessonNotFound, StationNotFound, TopicNotFound
from atg_core.catalog.topic_files import TopicFileNotFound
from atg_core.clock import Clock
from atg_core.errors import Conflict, Invalid, NotFound
from atg_core.ids import NewId
from atg_core.opening import Open

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
class Part:
    """A kind of record of the curriculum: its table, the column of its parent, and how absence is told.

    `has_code`: it is made with a code, the next free number where none is given. `is_ordered`: it has an `order_index`.
    """

    table: str
    absent: type[NotFound]
    parent: str
    parent_table: str
    parent_absent: type[NotFound]
    has_code: bool = False
    is_ordered: bool = True


COURSES = Part(
    table="courses",
    absent=CourseNotFound,
    parent="station_id",
    parent_table="stations",
    parent_absent=StationNotFound,
    is_ordered=False,
)
PROGRAMS = Part(
    table="course_programs",
    absent=ProgramNotFound,
    parent="station_id",
    parent_table="stations",
    parent_absent=StationNotFound,
)
LESSONS = Part(
    table="lessons",
    absent=LessonNotFound,
    parent="course_program_id",
    parent_table="course_programs",
    parent_absent=ProgramNotFound,
)
TOPICS = Part(
    table="topics",
    absent=TopicNotFound,
    parent="lesson_id",
    parent_table="lessons",
    parent_absent=LessonNotFound,
    has_code=True,
)
MATERIALS = Part(
    table="lesson_materials",
    absent=MaterialNotFound,
    parent="lesson_id",
    parent_table="lessons",
    parent_absent=LessonNotFound,
    is_ordered=False,
)
FILES = Part(
    table="topic_files",
    absent=TopicFileNotFound,
    parent="topic_id",
    parent_table="topics",
    parent_absent=TopicNotFound,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOption:
    """`id`: of the option that it changes, None for a new one."""

    id: int | None = None
    text: str
    is_correct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenQuestion:
    """`id`: of the question that it changes, None for a new one."""

    id: int | None = None
    text: str
    question_type: str = "single"
    points: int = 1
    options: Sequence[WrittenOption] = ()


class CurriculumStore(Protocol):
    """Within a transaction. Whoever writes holds the station, so that its counters are right in the end."""

    async def hold(self, table: str, record_id: Id, absent: type[NotFound]) -> int | None:
        """Holds the station that a record belongs to, and gives it; None for a course without one. Raises `absent`."""

    async def children(self, part: Part, parent_id: Id) -> list[Row]:
        """The rows of a parent, the inactive ones too, by `order_index` where there is one."""

    async def row(self, part: Part, record_id: Id) -> Row:
        """Raises the part's `absent`."""

    async def is_taken(self, part: Part, code: str) -> bool:
        """Whether any record of the kind has this code."""

    async def add(self, part: Part, values: Values) -> Row:
        """Raises CodeTaken."""

    async def change(self, part: Part, record_id: Id, values: Values) -> Row:
        """Raises the part's `absent`, CodeTaken."""

    async def remove(self, part: Part, record_id: Id) -> None:
        """What learners have made progress with is deactivated, and all else is deleted with what is in it."""

    async def replace_texts(self, table: str, column: str, program_id: int, texts: Sequence[str]) -> None: ...

    async def questions(self, part: Part, test_id: int) -> list[Row]:
        """The questions of a test by position, each with its `options` in order."""

    async def write_questions(self, part: Part, test_id: int, questions: Sequence[WrittenQuestion]) -> None:
        """Puts the questions in place of what is there; those with an id, and their options, are changed."""

    async def recount(self, station_id: int) -> None:
        """Makes the counters of a station what they count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curriculum:
    """Changes of one station in one transaction, with all that follows for its learners.

    `together`: one transaction of all stores; `settle` draws the conclusions for the learners of a station.
    """

    together: Callable[[], AbstractAsyncContextManager[object]]
    open: Open[CurriculumStore]
    settle: Callable[[int], Awaitable[None]]

    @asynccontextmanager
    async def changing(
        self, table: str, record_id: Id, absent: type[NotFound]
    ) -> AsyncIterator[tuple[CurriculumStore, int | None]]:
        """The store, and the station that the record belongs to. Raises `absent`."""
        async with self.together():
            async with self.open() as store:
                station = await store.hold(table, record_id, absent)
                yield store, station
                if station is not None:
                    await store.recount(station)
            if station is not None:
                await self.settle(station)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCurriculum:
    """Each verb is one transaction; it raises what the store's verb of that name raises, and absence."""

    curriculum: Curriculum
    clock: Clock
    new_id: NewId

    async def add(self, part: Part, values: Values) -> Row:
        """The new row, after its siblings where no place is given. Raises the part's `parent_absent`, CodeTaken."""
        parent_id, now = values.get(part.parent), self.clock()
        times = {"created_at": now, "updated_at": now}
        if parent_id is None:
            async with self.curriculum.open() as store:
                return await store.add(part, {**self._own_id(part), **values, **times})
        changing = self.curriculum.changing(part.parent_table, parent_id, part.parent_absent)
        async with changing as (store, _):
            siblings = await store.children(part, parent_id)
            own = self._own_id(part)
            if part.has_code and not values.get("code"):
                own["code"] = free_code(row["code"] for row in siblings)
            if part.is_ordered:
                own["order_index"] = max((row["order_index"] for row in siblings), default=0) + 1
            return await store.add(part, {**own, **values, **times})

    async def change(self, part: Part, record_id: Id, values: Values, parent_id: Id | None = None) -> Row:
        """`parent_id`: whose record it has to be."""
        changed = {**values, "updated_at": self.clock()}
        async with self.curriculum.changing(part.table, record_id, part.absent) as (store, station):
            await self._require_parent(store, part, record_id, parent_id)
            moved = values.get("station_id") if part is COURSES else None
            if moved is None or moved == station:
                return await store.change(part, record_id, changed)
            await store.hold(part.parent_table, moved, part.parent_absent)
            row = await store.change(part, record_id, changed)
            await store.recount(moved)
            await self.curriculum.settle(moved)
        return row

    async def remove(self, part: Part, record_id: Id, parent_id: Id | None = None) -> None:
        """`parent_id`: whose record it has to be. What learners have made progress with stays, and is inactive."""
        async with self.curriculum.changing(part.table, record_id, part.absent) as (store, _):
            await self._require_parent(store, part, record_id, parent_id)
            await store.remove(part, record_id)

    async def order(self, part: Part, ids: Sequence[int], parent_id: Id | None = None) -> list[Row]:
        """Puts siblings in an order; those that are not named come after them. Raises Invalid, absence."""
        if not ids or len(set(ids)) != len(ids):
            raise Invalid("Names each record once")
        async with self.curriculum.changing(part.table, ids[0], part.absent) as (store, _):
            parent = (await store.row(part, ids[0]))[part.parent]
            siblings = {row["id"]: row for row in await store.children(part, parent)}
            if not siblings.keys() >= set(ids) or parent_id not in {None, parent}:
                raise Invalid("These records are not all of one parent")
            rest = [sibling for sibling in siblings if sibling not in set(ids)]
            for number, record_id in enumerate([*ids, *rest], start=1):
                if siblings[record_id]["order_index"] != number:
                    siblings[record_id] = await store.change(part, record_id, {"order_index": number})
            return [siblings[record_id] for record_id in [*ids, *rest]]

    async def _require_parent(self, store: CurriculumStore, part: Part, record_id: Id, parent_id: Id | None) -> None:
        if parent_id is not None and (await store.row(part, record_id))[part.parent] != parent_id:
            raise part.absent

    def _own_id(self, part: Part) -> Row:
        return {"id": self.new_id()} if part is COURSES else {}


def free_code(taken: Iterable[str]) -> str:
    """A number that is no code yet."""
    codes = set(taken)
    number = len(codes) + 1
    while str(number) in codes:
        number += 1
    return str(number)
