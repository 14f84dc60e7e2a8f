"""Writing a whole course program at once, as the existing frontend does (spec: catalog-learning, the admin pages)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from atg_core.catalog.curriculum import (
    LESSONS,
    PROGRAMS,
    TOPICS,
    Curriculum,
    CurriculumStore,
    Part,
    ProgramNotFound,
    Row,
    free_code,
)
from atg_core.catalog.model import ProgramTree
from atg_core.catalog.ports import Catalog, StationNotFound
from atg_core.catalog.test_writing import FINAL_TESTS, LESSON_TESTS
from atg_core.clock import Clock
from atg_core.errors import Invalid

type Values = dict[str, Any]

_TEXTS = {
    "learning_outcomes": ("course_program_learning_outcomes", "outcome_text"),
    "requirements": ("course_program_requirements", "requirement_text"),
    "target_audience": ("course_program_target_audience", "audience_text"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTopic:
    """`key`: the code by which it is known again; `id`: that by which it is known if its key is not."""

    id: int | None
    key: str | None
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLesson:
    """`test`: None leaves it, one without a title takes it away. `topics`: all, None leaves them."""

    id: int | None
    key: str | None
    values: Values
    test: Values | None
    topics: Sequence[WrittenTopic] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenProgram:
    """`values`, `texts`: what is to be changed; `lessons`: all, None leaves them; `final_test`: as a lesson's."""

    id: int | None
    values: Values
    texts: dict[str, Sequence[str]]
    final_test: Values | None
    lessons: Sequence[WrittenLesson] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteProgram:
    """Changes the named program of a station, else its first active one, else makes one, in one transaction.

    Lessons and topics are known by their codes. What is not named becomes inactive, so that learners' progress stays.
    Raises StationNotFound, ProgramNotFound, Invalid.
    """

    curriculum: Curriculum
    catalog: Catalog
    clock: Clock

    async def __call__(self, station_id: int, written: WrittenProgram) -> ProgramTree | None:
        """The first active program of the station as it is then."""
        async with self.curriculum.changing("stations", station_id, StationNotFound) as (store, _):
            program = await self._program(store, station_id, written)
            for name, texts in written.texts.items():
                await store.replace_texts(*_TEXTS[name], program["id"], texts)
            await self._write_test(store, FINAL_TESTS, program["id"], written.final_test)
            if written.lessons is not None:
                await self._write_lessons(store, program["id"], written.lessons)
        return await self.catalog.program_tree(station_id)

    async def _program(self, store: CurriculumStore, station_id: int, written: WrittenProgram) -> Row:
        programs = await store.children(PROGRAMS, station_id)
        found = [row for row in programs if row["id"] == written.id or (written.id is None and row["is_active"])]
        if found:
            return await self._changed(store, PROGRAMS, found[0], written.values)
        if written.id is not None:
            raise ProgramNotFound
        if not written.values.get("title"):
            raise Invalid("Required", field="title")
        return await self._added(store, PROGRAMS, station_id, written.values)

    async def _write_lessons(self, store: CurriculumStore, program_id: int, lessons: Sequence[WrittenLesson]) -> None:
        _require_keys_once([lesson.key for lesson in lessons], "lessons[{}].lessonKey")
        stored = await store.children(LESSONS, program_id)
        topics = {row["id"]: row for lesson in stored for row in await store.children(TOPICS, lesson["id"])}
        kept: set[int] = set()
        for number, lesson in enumerate(lessons, start=1):
            values = {"is_active": True, "order_index": number, **lesson.values}
            row = _known(stored, lesson.id, _codes(program_id, lesson.key), kept)
            if row is None:
                code = await self._lesson_code(store, program_id, lesson.key)
                row = await self._added(store, LESSONS, program_id, {**values, "code": code})
            else:
                row = await self._changed(store, LESSONS, row, values)
            kept.add(row["id"])
            await self._write_test(store, LESSON_TESTS, row["id"], lesson.test)
            if lesson.topics is not None:
                await self._write_topics(store, row["id"], lesson.topics, topics, number - 1)
            else:
                topics = {key: topic for key, topic in topics.items() if topic["lesson_id"] != row["id"]}
        await self._deactivate(store, LESSONS, [row for row in stored if row["id"] not in kept])
        await self._deactivate(store, TOPICS, topics.values())

    async def _write_topics(
        self, store: CurriculumStore, lesson_id: int, written: Sequence[WrittenTopic], stored: dict[int, Row], at: int
    ) -> None:
        """Takes out of `stored`, the topics of the whole program, what is written here; a topic may have moved."""
        _require_keys_once([topic.key for topic in written], f"lessons[{at}].topics[{{}}].topicKey")
        here = [row for row in stored.values() if row["lesson_id"] == lesson_id]
        here_kept: set[int] = set()
        codes = {row["code"] for row in here} | {topic.key for topic in written if topic.key}
        for number, topic in enumerate(written, start=1):
            values = {"is_active": True, "order_index": number, "lesson_id": lesson_id, **topic.values}
            row = _known(here, topic.id, [topic.key] if topic.key else [], here_kept) or stored.get(topic.id or 0)
            if row is not None and row["id"] in stored:
                del stored[row["id"]]
                here_kept.add(row["id"])
                if topic.key:
                    values["code"] = topic.key
                await self._changed(store, TOPICS, row, values)
            else:
                values["code"] = topic.key or free_code(codes)
                codes.add(values["code"])
                await self._added(store, TOPICS, lesson_id, values)

    async def _write_test(self, store: CurriculumStore, part: Part, parent_id: int, written: Values | None) -> None:
        if written is None:
            return
        former = next(iter(await store.children(part, parent_id)), None)
        if not written.get("title"):
            await self._deactivate(store, part, [former] if former else [])
        elif former:
            await self._changed(store, part, former, {"is_active": True, **written})
        else:
            await self._added(store, part, parent_id, written)

    async def _added(self, store: CurriculumStore, part: Part, parent_id: int, values: Values) -> Row:
        now = self.clock()
        return await store.add(part, {part.parent: parent_id, **values, "created_at": now, "updated_at": now})

    async def _changed(self, store: CurriculumStore, part: Part, row: Row, values: Values) -> Row:
        if all(row[name] == value for name, value in values.items()):
            return row
        return await store.change(part, row["id"], {**values, "updated_at": self.clock()})

    async def _deactivate(self, store: CurriculumStore, part: Part, rows: Any) -> None:
        for row in rows:
            await self._changed(store, part, row, {"is_active": False})

    async def _lesson_code(self, store: CurriculumStore, program_id: int, key: str | None) -> str | None:
        """Codes of lessons are unique among all programs; where a key is taken the program's id tells it apart."""
        if key is None or not await store.is_taken(LESSONS, key):
            return key
        return _codes(program_id, key)[1]


def _codes(program_id: int, key: str | None) -> tuple[str, ...]:
    """What a lesson of this key may have as its code."""
    return (key, f"{program_id}-{key}") if key else ()


def _known(rows: Sequence[Row], record_id: int | None, keys: Sequence[str], kept: set[int]) -> Row | None:
    """The row of one of the keys, else that of the id, unless it is another's already."""
    for matches in (
        lambda row: row["code"] is not None and row["code"] in keys,
        lambda row: row["id"] == record_id,
    ):
        for row in rows:
            if row["id"] not in kept and matches(row):
                return row
    return None


def _require_keys_once(keys: Sequence[str | None], field: str) -> None:
    """Raises Invalid."""
    for index, key in enumerate(keys):
        if key is not None and key in keys[:index]:
            raise Invalid("This key is named twice", field=field.format(index))
