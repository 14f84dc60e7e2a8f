"""Curriculum authoring, on SQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.catalog.counters import RECOUNTS_OF_COURSE, RECOUNTS_OF_STATION
from atg_adapters.sql.catalog.options import write_options
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import fields_of
from atg_adapters.sql.folding import with_folded
from atg_adapters.sql.question_draws import draws_of
from atg_adapters.sql.tables.catalog import (
    course_programs,
    courses,
    lesson_materials,
    lessons,
    stations,
    topic_files,
    topics,
)
from atg_adapters.sql.tables.every import metadata
from atg_adapters.sql.tables.tests import (
    final_tests,
    lesson_tests,
    question_banks,
    test_draw_tags,
    test_draws,
    test_options,
    test_questions,
)
from atg_core.catalog.curriculum_ports import DrawInput, QuestionInput, TestDraw
from atg_core.catalog.curriculum_records import CodeTaken, Place, RecordKind
from atg_core.errors import NotFound

type Values = Mapping[str, Any]
type Id = int | UUID

_TEST_COLUMN = {"lesson_tests": "lesson_test_id", "final_tests": "final_test_id"}
_of_lesson = lessons.join(course_programs)
_of_topic = topics.join(_of_lesson)
_of_program = (course_programs.c.station_id, course_programs.c.course_id)
_PLACE_OF: dict[str, sa.Select[Any]] = {
    table.name: sa.select(*place).select_from(path).where(table.c.id == sa.bindparam("record"))
    for table, path, place in (
        (stations, stations, (stations.c.id, sa.null())),
        (courses, courses, (courses.c.station_id, courses.c.id)),
        (course_programs, course_programs, _of_program),
        (lessons, _of_lesson, _of_program),
        (lesson_materials, lesson_materials.join(_of_lesson), _of_program),
        (topics, _of_topic, _of_program),
        (topic_files, topic_files.join(_of_topic), _of_program),
        (lesson_tests, lesson_tests.join(_of_lesson), _of_program),
        (final_tests, final_tests.join(course_programs), _of_program),
    )
}
# Blocks other changes of this station's curriculum, but not inserts of rows that refer to the station.
_LOCK_STATION = sa.select(stations.c.id).where(stations.c.id == sa.bindparam("station")).with_for_update(key_share=True)
_DRAW_TAGS = (
    sa.select(test_draw_tags.c.draw_id, test_draw_tags.c.tag)
    .where(test_draw_tags.c.draw_id.in_(sa.bindparam("draws", expanding=True)))
    .order_by(test_draw_tags.c.order_index, test_draw_tags.c.id)
)
_HOLD_BANKS = (
    sa.select(question_banks.c.id)
    .where(question_banks.c.id.in_(sa.bindparam("banks", expanding=True)))
    .order_by(question_banks.c.id)
    .with_for_update(read=True, key_share=True)
)
# Blocks enrolling, so that no enrollment is missed when completion is updated.
_LOCK_COURSES = (
    sa.select(courses.c.id)
    .where(courses.c.station_id == sa.bindparam("station"))
    .order_by(courses.c.id)
    .with_for_update(key_share=True)
)
_LOCK_COURSE = sa.select(courses.c.id).where(courses.c.id == sa.bindparam("course")).with_for_update(key_share=True)


class SqlCurriculum:
    """`CurriculumStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def lock_place(self, table: str, record_id: Id, not_found: type[NotFound]) -> Place:
        found = (await self.connection.execute(_PLACE_OF[table], {"record": record_id})).first()
        if found is None:
            raise not_found
        station, course = found
        if station is None:
            await self.connection.execute(_LOCK_COURSE, {"course": course})
            return Place(course_id=course)
        await self.connection.execute(_LOCK_STATION, {"station": station})
        await self.connection.execute(_LOCK_COURSES, {"station": station})
        return Place(station_id=station)

    async def children(self, kind: RecordKind, parent_id: Id) -> list[dict[str, Any]]:
        table = metadata.tables[kind.table]
        order = (table.c.order_index, table.c.id) if kind.is_ordered else (table.c.id,)
        rows = await self.connection.execute(sa.select(table).where(table.c[kind.parent] == parent_id).order_by(*order))
        return [fields_of(row) for row in rows]

    async def every(self, kind: RecordKind) -> list[dict[str, Any]]:
        table = metadata.tables[kind.table]
        return [fields_of(row) for row in await self.connection.execute(sa.select(table).order_by(table.c.id))]

    async def row(self, kind: RecordKind, record_id: Id) -> dict[str, Any]:
        table = metadata.tables[kind.table]
        row = (await self.connection.execute(sa.select(table).where(table.c.id == record_id))).first()
        if row is None:
            raise kind.not_found
        return fields_of(row)

    async def is_taken(self, kind: RecordKind, code: str) -> bool:
        table = metadata.tables[kind.table]
        return (await self.connection.execute(sa.select(table.c.id).where(table.c.code == code))).first() is not None

    async def add(self, kind: RecordKind, values: Values) -> dict[str, Any]:
        table = metadata.tables[kind.table]
        row = await self._written(sa.insert(table).values(_columns(table, values)).returning(table))
        assert row is not None  # noqa: S101 - an insert that is not refused gives a row
        return row

    async def change(self, kind: RecordKind, record_id: Id, values: Values) -> dict[str, Any]:
        table = metadata.tables[kind.table]
        changed = _columns(table, values) or {"id": record_id}
        row = await self._written(sa.update(table).where(table.c.id == record_id).values(changed).returning(table))
        if row is None:
            raise kind.not_found
        return row

    async def remove(self, kind: RecordKind, record_id: Id) -> bool:
        table = metadata.tables[kind.table]
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(sa.delete(table).where(table.c.id == record_id))
        except IntegrityError:  # learners' progress refers to it or its children
            await self.connection.execute(sa.update(table).where(table.c.id == record_id).values(is_active=False))
            return False
        return True

    async def replace_texts(self, table: str, column: str, program_id: int, texts: Sequence[str]) -> None:
        of = metadata.tables[table]
        await self.connection.execute(sa.delete(of).where(of.c.course_program_id == program_id))
        rows = [
            {"course_program_id": program_id, column: text, "order_index": number}
            for number, text in enumerate(texts, start=1)
        ]
        if rows:
            await self.connection.execute(sa.insert(of), rows)

    async def questions(self, kind: RecordKind, test_id: int) -> list[dict[str, Any]]:
        mine = test_questions.c[_TEST_COLUMN[kind.table]] == test_id
        options: dict[int, list[dict[str, Any]]] = {}
        of_test = sa.select(test_options).join(test_questions).where(mine)
        for option in await self.connection.execute(of_test.order_by(test_options.c.order_index, test_options.c.id)):
            options.setdefault(option.question_id, []).append(fields_of(option))
        rows = await self.connection.execute(sa.select(test_questions).where(mine).order_by(test_questions.c.position))
        return [{**fields_of(row), "options": options.get(row.id, [])} for row in rows]

    async def write_questions(self, kind: RecordKind, test_id: int, questions: Sequence[QuestionInput]) -> None:
        column = _TEST_COLUMN[kind.table]
        mine = test_questions.c[column] == test_id
        kept = [question.id for question in questions if question.id is not None]
        await self.connection.execute(sa.delete(test_questions).where(mine, test_questions.c.id.not_in(kept)))
        # Moved away first, since positions are unique at every moment.
        await self.connection.execute(
            sa.update(test_questions).where(mine).values(position=-test_questions.c.position - 1)
        )
        for position, question in enumerate(questions, start=1):
            values = {
                "position": position,
                "text": question.text,
                "question_type": question.question_type,
                "points": question.points,
                "image": question.image,
                "explanation": question.explanation,
            }
            if question.id is None:
                new = sa.insert(test_questions).values(**values, **{column: test_id}).returning(test_questions.c.id)
                question_id = (await self.connection.execute(new)).scalar_one()
            else:
                question_id = question.id
                this = test_questions.c.id == question_id
                await self.connection.execute(sa.update(test_questions).where(this).values(values))
            await write_options(self.connection, question_id, question.options)

    async def draws(self, kind: RecordKind, test_id: int) -> list[TestDraw]:
        found = await draws_of(self.connection, _TEST_COLUMN[kind.table], test_id)
        if not found:
            return []
        tags: dict[int, list[str]] = {row.id: [] for row, _ in found}
        for draw_id, tag in await self.connection.execute(_DRAW_TAGS, {"draws": list(tags)}):
            tags[draw_id].append(tag)
        return [
            TestDraw(
                bank_id=row.bank_id,
                category=row.category,
                tags=tags[row.id],
                count=draw.count,
                candidates=draw.candidates,
            )
            for row, draw in found
        ]

    async def write_draws(self, kind: RecordKind, test_id: int, draws: Sequence[DrawInput]) -> None:
        column = _TEST_COLUMN[kind.table]
        await self.connection.execute(sa.delete(test_draws).where(test_draws.c[column] == test_id))
        for order, draw in enumerate(draws, start=1):
            values = {"bank_id": draw.bank_id, "category": draw.category, "questions_count": draw.count}
            new = sa.insert(test_draws).values({**values, column: test_id, "order_index": order})
            draw_id = await self.connection.scalar(new.returning(test_draws.c.id))
            if draw.tags:
                tags = [{"draw_id": draw_id, "tag": tag, "order_index": at} for at, tag in enumerate(draw.tags)]
                await self.connection.execute(sa.insert(test_draw_tags), tags)

    async def known_banks(self, bank_ids: Collection[int]) -> set[int]:
        return set(await self.connection.scalars(_HOLD_BANKS, {"banks": list(bank_ids)}))

    async def recount(self, place: Place) -> None:
        statements = RECOUNTS_OF_COURSE if place.station_id is None else RECOUNTS_OF_STATION
        for statement in statements:
            await self.connection.execute(statement, {"station": place.station_id, "course": place.course_id})

    async def _written(self, statement: Any) -> dict[str, Any] | None:
        try:
            async with self.connection.begin_nested():
                row = (await self.connection.execute(statement)).first()
        except IntegrityError as error:
            raise CodeTaken from error
        return fields_of(row) if row else None


def _columns(table: sa.Table, values: Values) -> dict[str, Any]:
    return with_folded(table, {name: value for name, value in values.items() if name in table.c})
