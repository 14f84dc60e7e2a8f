"""A course program with all that it holds, read in nine statements whatever its size."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.database import fields_of
from atg_adapters.sql.tables import catalog as t
from atg_adapters.sql.tables.tests import final_tests, lesson_tests
from atg_core.catalog.model import Lesson, Program, ProgramTree, Test

_program: sa.BindParameter[int] = sa.bindparam("program_id")
_PROGRAM = (
    sa.select(t.course_programs)
    .where(
        t.course_programs.c.station_id == sa.bindparam("station_id"),
        t.course_programs.c.is_active,
    )
    .order_by(t.course_programs.c.order_index, t.course_programs.c.id)
    .limit(1)
)


def _texts(table: sa.Table, column: str) -> sa.Select[Any]:
    ordered = sa.select(table.c[column]).order_by(table.c.order_index, table.c.id)
    return ordered.where(table.c.course_program_id == _program)


def _active(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).where(table.c.is_active).order_by(table.c.order_index, table.c.id)


_OUTCOMES = _texts(t.learning_outcomes, "outcome_text")
_REQUIREMENTS = _texts(t.requirements, "requirement_text")
_AUDIENCE = _texts(t.target_audience, "audience_text")
_FINAL_TEST = sa.select(final_tests).where(final_tests.c.course_program_id == _program, final_tests.c.is_active)
_in_program = t.lessons.c.course_program_id == _program
_LESSONS = _active(t.lessons).where(_in_program)
_LESSON_TESTS = sa.select(lesson_tests).join(t.lessons).where(_in_program, lesson_tests.c.is_active)
_TOPICS = _active(t.topics).join_from(t.topics, t.lessons).where(_in_program)
_FILES = _active(t.topic_files).join_from(t.topic_files, t.topics).join(t.lessons).where(_in_program)


async def read_program_tree(connection: AsyncConnection, station_id: int) -> ProgramTree | None:
    """The first active program of a station with its active lessons, topics, files and tests."""
    found = (await connection.execute(_PROGRAM, {"station_id": station_id})).first()
    if found is None:
        return None

    async def rows(statement: sa.Select[Any]) -> list[dict[str, Any]]:
        return [fields_of(row) for row in await connection.execute(statement, {"program_id": found.id})]

    files = _by(await rows(_FILES), "topic_id")
    topics = _by(({**row, "files": files[row["id"]]} for row in await rows(_TOPICS)), "lesson_id")
    tests = {row["lesson_id"]: row for row in await rows(_LESSON_TESTS)}
    final = await rows(_FINAL_TEST)
    return ProgramTree(
        program=convert(found, Program, from_attributes=True),
        learning_outcomes=[row["outcome_text"] for row in await rows(_OUTCOMES)],
        requirements=[row["requirement_text"] for row in await rows(_REQUIREMENTS)],
        target_audience=[row["audience_text"] for row in await rows(_AUDIENCE)],
        final_test=convert(final[0], Test) if final else None,
        lessons=[
            convert(
                {**row, "test": tests.get(row["id"]), "topics": topics[row["id"]]},
                Lesson,
            )
            for row in await rows(_LESSONS)
        ],
    )


def _by(rows: Iterable[dict[str, Any]], column: str) -> defaultdict[Any, list[dict[str, Any]]]:
    grouped: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row[column]].append(row)
    return grouped
