"""Curriculum authoring: courses, programs, lessons, topics, materials and files (spec: catalog-learning)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from atg_core.catalog.curriculum_ports import CurriculumStore
from atg_core.catalog.curriculum_records import COURSES, LESSONS, TOPICS, Id, Place, RecordKind, Row
from atg_core.catalog.ports import LessonNotFound
from atg_core.catalog.stations import Values
from atg_core.clock import Clock, is_version, next_version
from atg_core.errors import ChangedMeanwhile, Invalid, NotFound
from atg_core.ids import NewId
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Curriculum:
    """Changes to the curriculum of one place, in one transaction with the completion of its learners.

    `transaction`: one for all stores; `update_completion`: for the learners of a place.
    """

    transaction: Callable[[], AbstractAsyncContextManager[object]]
    open: UnitOfWork[CurriculumStore]
    update_completion: Callable[[Place], Awaitable[None]]

    @asynccontextmanager
    async def changing(
        self, table: str, record_id: Id, not_found: type[NotFound]
    ) -> AsyncIterator[tuple[CurriculumStore, Place]]:
        """Yields the store and the place that the record belongs to, which is locked. Raises `not_found`."""
        async with self.transaction():
            async with self.open() as store:
                place = await store.lock_place(table, record_id, not_found)
                yield store, place
                await store.recount(place)
            await self.update_completion(place)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCurriculum:
    """Add, change, remove and reorder records. Each method is one transaction and raises what the store raises."""

    curriculum: Curriculum
    clock: Clock
    new_id: NewId

    async def add(self, kind: RecordKind, values: Values) -> Row:
        """The new row, placed last unless `order_index` is given.

        Raises the kind's `parent_not_found`, CodeTaken, Invalid.
        """
        kind = kind.below(values)
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

    async def change(
        self,
        kind: RecordKind,
        record_id: Id,
        values: Values,
        parent_id: Id | None = None,
        *,
        was: datetime | None = None,
    ) -> Row:
        """`parent_id`: the required parent, if any. Another code leaves the key as it is.

        Another `lesson_id` moves a topic to another lesson of its program, where it is the last one unless
        `order_index` is given. `was`: when a topic was last changed, as far as the caller knows; None: however it is
        now. Raises Invalid, ChangedMeanwhile with the row as it is.
        """
        changed = {**values, "updated_at": self.clock()}
        async with self.curriculum.changing(kind.table, record_id, kind.not_found) as (store, place):
            await self._require_parent(store, kind, record_id, parent_id)
            if kind.is_versioned:
                before = await store.row(kind, record_id)
                if was and not is_version(was, before["updated_at"]):
                    raise ChangedMeanwhile(before)
                changed["updated_at"] = next_version(before["updated_at"], changed["updated_at"])
            if kind.key and "code" in values:
                changed[kind.key] = kind.key_of(await store.row(kind, record_id))
            if kind is TOPICS and "lesson_id" in values:
                changed |= await self._in_lesson(store, record_id, values)
            there = _moved_to(kind, record_id, values)
            if there is None or there == place:
                return await store.change(kind, record_id, changed)
            if there.station_id is not None:
                await store.lock_place(kind.parent_table, there.station_id, kind.parent_not_found)
            row = await store.change(kind, record_id, changed)
            await store.recount(there)
            await self.curriculum.update_completion(there)
        return row

    async def remove(self, kind: RecordKind, record_id: Id, parent_id: Id | None = None) -> bool:
        """Whether it is gone: a record that learners have progress in is deactivated. `parent_id`: the required one."""
        async with self.curriculum.changing(kind.table, record_id, kind.not_found) as (store, _):
            await self._require_parent(store, kind, record_id, parent_id)
            return await store.remove(kind, record_id)

    async def order(self, kind: RecordKind, ids: Sequence[int], parent_id: Id | None = None) -> list[Row]:
        """Reorders siblings; those that are not named come last. Raises Invalid, the kind's `not_found`."""
        if not ids or len(set(ids)) != len(ids):
            raise Invalid("Names each record once")
        async with self.curriculum.changing(kind.table, ids[0], kind.not_found) as (store, _):
            first = await store.row(kind, ids[0])
            kind = kind.below(first)
            parent = first[kind.parent]
            siblings = {row["id"]: row for row in await store.children(kind, parent)}
            if not siblings.keys() >= set(ids) or parent_id not in {None, parent}:
                raise Invalid("These records are not all of one parent")
            rest = [sibling for sibling in siblings if sibling not in set(ids)]
            for number, record_id in enumerate([*ids, *rest], start=1):
                if siblings[record_id]["order_index"] != number:
                    siblings[record_id] = await store.change(kind, record_id, {"order_index": number})
            return [siblings[record_id] for record_id in [*ids, *rest]]

    async def _in_lesson(self, store: CurriculumStore, topic_id: Id, values: Values) -> Row:
        """What else changes when a topic goes to another lesson: its place, and a code or key that is taken there.

        Another code than it had stays as the author gave it.
        """
        topic = await store.row(TOPICS, topic_id)
        if topic["lesson_id"] == values["lesson_id"]:
            return {}
        try:
            there = await store.row(LESSONS, values["lesson_id"])
        except LessonNotFound:
            there = {}
        here = await store.row(LESSONS, topic["lesson_id"])
        if there.get("course_program_id") != here["course_program_id"]:
            raise Invalid("is no lesson of this program", field="lesson_id", code="other_program")
        siblings = await store.children(TOPICS, values["lesson_id"])
        last = {"order_index": max((row["order_index"] for row in siblings), default=0) + 1, **values}["order_index"]
        taken = {name for row in siblings for name in (row["code"], TOPICS.key_of(row)) if name}
        if taken.isdisjoint((topic["code"], TOPICS.key_of(topic))):
            return {"order_index": last}
        given = values.get("code")
        code = given if given and given != topic["code"] else free_code(taken)
        return {"order_index": last, "code": code, "topic_key": None}

    async def _require_parent(
        self, store: CurriculumStore, kind: RecordKind, record_id: Id, parent_id: Id | None
    ) -> None:
        if parent_id is not None and (await store.row(kind, record_id))[kind.parent] != parent_id:
            raise kind.not_found

    def _own_id(self, kind: RecordKind) -> Row:
        return {"id": self.new_id()} if kind is COURSES else {}


def _moved_to(kind: RecordKind, record_id: Id, values: Values) -> Place | None:
    """Where the values move a course; None if they say nothing of that."""
    if kind is not COURSES or "station_id" not in values or not isinstance(record_id, UUID):
        return None
    return Place.of_course(record_id, values["station_id"])


def free_code(taken: Iterable[str]) -> str:
    """The next number that is not taken."""
    codes = set(taken)
    number = len(codes) + 1
    while str(number) in codes:
        number += 1
    return str(number)
