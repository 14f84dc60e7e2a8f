"""Saving a whole course program in one request, as the existing frontend does (spec: catalog-learning, admin pages)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from atg_core.catalog.curriculum import Curriculum, free_code
from atg_core.catalog.curriculum_ports import CurriculumStore
from atg_core.catalog.curriculum_records import LESSONS, PROGRAMS, TOPICS, ProgramNotFound, RecordKind, Row
from atg_core.catalog.model import ProgramTree
from atg_core.catalog.ports import CatalogQueries, StationNotFound
from atg_core.catalog.test_authoring import FINAL_TESTS, LESSON_TESTS
from atg_core.clock import Clock
from atg_core.errors import Fault, Invalid

type Values = dict[str, Any]

_TEXTS = {
    "learning_outcomes": ("course_program_learning_outcomes", "outcome_text"),
    "requirements": ("course_program_requirements", "requirement_text"),
    "target_audience": ("course_program_target_audience", "audience_text"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicInput:
    """A topic to save. It is matched with a stored one by `key`, else by `id`, else by `code` where it has no key.

    `code`: what people see; None keeps it, or takes the key for a new topic.
    """

    id: int | None
    key: str | None
    code: str | None
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonInput:
    """A lesson to save, matched as a topic.

    `test`: None keeps it, one without a title deactivates it; `topics`: None keeps them.
    """

    id: int | None
    key: str | None
    values: Values
    test: Values | None
    topics: Sequence[TopicInput] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramInput:
    """A program to save; `lessons`: None keeps them; `final_test`: as the `test` of a lesson."""

    id: int | None
    values: Values
    texts: dict[str, Sequence[str]]
    final_test: Values | None
    lessons: Sequence[LessonInput] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCourseProgram:
    """Saves the program of this id, else the first active one of the station, else a new one, in one transaction.

    Lessons and topics are matched by key. Those that are not named are deactivated, so that progress is kept.
    Raises StationNotFound, ProgramNotFound, Invalid.
    """

    curriculum: Curriculum
    catalog_queries: CatalogQueries
    clock: Clock

    async def __call__(self, station_id: int, written: ProgramInput) -> ProgramTree | None:
        """Returns the first active program of the station after the change."""
        async with self.curriculum.changing("stations", station_id, StationNotFound) as (store, _):
            program = await self._program(store, station_id, written)
            for name, texts in written.texts.items():
                await store.replace_texts(*_TEXTS[name], program["id"], texts)
            await self._write_test(store, FINAL_TESTS, program["id"], written.final_test)
            if written.lessons is not None:
                await self._write_lessons(store, program["id"], written.lessons)
        return await self.catalog_queries.program_tree(station_id)

    async def _program(self, store: CurriculumStore, station_id: int, written: ProgramInput) -> Row:
        programs = await store.children(PROGRAMS, station_id)
        found = [row for row in programs if row["id"] == written.id or (written.id is None and row["is_active"])]
        if found:
            return await self._changed(store, PROGRAMS, found[0], written.values)
        if written.id is not None:
            raise ProgramNotFound
        if not written.values.get("title"):
            raise Invalid("is required", field="title", code="required")
        return await self._added(store, PROGRAMS, station_id, written.values)

    async def _write_lessons(self, store: CurriculumStore, program_id: int, written: Sequence[LessonInput]) -> None:
        _require_once([lesson.key for lesson in written], "lessons[{}].lessonKey")
        lessons = _Stored(LESSONS, await store.children(LESSONS, program_id))
        topics = _Stored(TOPICS, [row for each in lessons.rows for row in await store.children(TOPICS, each)])
        for number, lesson in enumerate(written, start=1):
            values = {"is_active": True, "order_index": number, **lesson.values}
            row = lessons.take(lesson.id, lesson.key, lesson.key and f"{program_id}-{lesson.key}")
            if lesson.key and not (row and LESSONS.key_of(row) == lesson.key):
                values["lesson_key"] = lesson.key
            if row:
                row = await self._changed(store, LESSONS, row, values)
            else:
                values["code"] = await self._lesson_code(store, program_id, lesson.key)
                row = await self._added(store, LESSONS, program_id, values)
            lessons.keep(row)
            await self._write_test(store, LESSON_TESTS, row["id"], lesson.test)
            if lesson.topics is None:
                topics.kept.update(topic["id"] for topic in topics.of(row["id"]))
            else:
                await self._write_topics(store, row["id"], lesson.topics, topics, f"lessons[{number - 1}].topics[{{}}]")
        await self._deactivate(store, LESSONS, lessons.rest)
        await self._deactivate(store, TOPICS, topics.rest)

    async def _write_topics(
        self, store: CurriculumStore, lesson_id: int, written: Sequence[TopicInput], topics: "_Stored", field: str
    ) -> None:
        """`topics`: of the whole program, of which one may change its lesson.

        A code is free as soon as who has it gives it away: topics may exchange theirs, and one that is not named
        any more loses it to the topic that wants it.
        """
        _require_once([topic.key for topic in written], f"{field}.topicKey")
        here = topics.of(lesson_id)
        rows = [topics.take(each.id, each.key, None if each.key else each.code, lesson_id) for each in written]
        codes = _codes(written, rows, here)
        _require_once(codes, f"{field}.code")
        owners = {code: row["id"] if row else None for code, row in zip(codes, rows, strict=True)}
        for row in here:
            if owners.get(row["code"], row["id"]) != row["id"]:
                given_away = {"code": f"{row['code'][:36]}~{row['id']}", "topic_key": TOPICS.key_of(row)}
                topics.rows[row["id"]] = await self._changed(store, TOPICS, row, given_away)
        for number, (topic, former, code) in enumerate(zip(written, rows, codes, strict=True), start=1):
            values = {"is_active": True, "order_index": number, "lesson_id": lesson_id, **topic.values, "code": code}
            key = topic.key or (TOPICS.key_of(former) if former else code)
            if key != code or (former and former["topic_key"]):
                values["topic_key"] = key
            if former:
                topics.keep(await self._changed(store, TOPICS, topics.rows[former["id"]], values))
            else:
                topics.keep(await self._added(store, TOPICS, lesson_id, values))

    async def _write_test(
        self, store: CurriculumStore, kind: RecordKind, parent_id: int, written: Values | None
    ) -> None:
        if written is None:
            return
        former = next(iter(await store.children(kind, parent_id)), None)
        if not written.get("title"):
            await self._deactivate(store, kind, [former] if former else [])
        elif former:
            await self._changed(store, kind, former, {"is_active": True, **written})
        else:
            await self._added(store, kind, parent_id, written)

    async def _added(self, store: CurriculumStore, kind: RecordKind, parent_id: int, values: Values) -> Row:
        now = self.clock()
        return await store.add(kind, {kind.parent: parent_id, **values, "created_at": now, "updated_at": now})

    async def _changed(self, store: CurriculumStore, kind: RecordKind, row: Row, values: Values) -> Row:
        if all(row[name] == value for name, value in values.items()):
            return row
        return await store.change(kind, row["id"], {**values, "updated_at": self.clock()})

    async def _deactivate(self, store: CurriculumStore, kind: RecordKind, rows: Any) -> None:
        for row in rows:
            await self._changed(store, kind, row, {"is_active": False})

    async def _lesson_code(self, store: CurriculumStore, program_id: int, key: str | None) -> str | None:
        """Codes of lessons are unique among all programs; a key that is taken is prefixed with the program's id."""
        if key is None or not await store.is_taken(LESSONS, key):
            return key
        return f"{program_id}-{key}"[:50]


class _Stored:
    """The lessons or topics of a program by id, and the ids of those that are kept."""

    def __init__(self, kind: RecordKind, rows: Sequence[Row]) -> None:
        self.kind = kind
        self.rows = {row["id"]: row for row in rows}
        self.kept: set[int] = set()

    def of(self, parent_id: int) -> list[Row]:
        return [row for row in self.rows.values() if row[self.kind.parent] == parent_id]

    @property
    def rest(self) -> list[Row]:
        return [row for row in self.rows.values() if row["id"] not in self.kept]

    def keep(self, row: Row) -> None:
        self.rows[row["id"]] = row
        self.kept.add(row["id"])

    def take(
        self, record_id: int | None, key: str | None, code: str | None, parent_id: int | None = None
    ) -> Row | None:
        """The row of the key, else of the id, else of the code, which is kept from now on; none that was taken before.

        `parent_id`: where key and code are looked for; only the id finds a row of another parent.
        """
        here = [row for row in self.rest if parent_id in {None, row[self.kind.parent]}]
        by_key = [row for row in here if key and self.kind.key_of(row) == key]
        by_code = [row for row in here if code and row["code"] == code]
        found = [*by_key, *(row for row in self.rest if row["id"] == record_id), *by_code]
        if not found:
            return None
        self.kept.add(found[0]["id"])
        return found[0]


def _codes(written: Sequence[TopicInput], rows: Sequence[Row | None], here: Sequence[Row]) -> list[str]:
    """The codes of topics after saving: as given, else as before, else the key, else the next number."""
    taken = {name for row in here for name in (row["code"], row["topic_key"])}
    taken |= {name for topic in written for name in (topic.key, topic.code)}
    codes: list[str] = []
    for topic, row in zip(written, rows, strict=True):
        code = topic.code or (row["code"] if row else topic.key) or free_code(filter(None, taken))
        taken.add(code)
        codes.append(code)
    return codes


def _require_once(names: Sequence[str | None], field: str) -> None:
    """Raises Invalid."""
    twice = [index for index, name in enumerate(names) if name is not None and name in names[:index]]
    if twice:
        raise Invalid(faults=[Fault(field.format(index), "is named twice", "named_twice") for index in twice])
