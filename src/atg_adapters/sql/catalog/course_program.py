"""A course program as a tree, read by a fixed number of statements that all start from its place, on SQL."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.catalog.columns import columns_of
from atg_adapters.sql.result import Result
from atg_adapters.sql.tables import catalog as t
from atg_adapters.sql.tables.tests import final_tests, lesson_tests
from atg_core.catalog.model import Lesson, Program, ProgramTree, Test, Topic, TopicFile

type Rows = list[dict[str, Any]]

_programs = t.course_programs.c
_lesson = columns_of(t.lessons, Lesson)
_topic = columns_of(t.topics, Topic, without=("content",))
_file = columns_of(t.topic_files, TopicFile)


def _active(table: sa.Table, *columns: sa.Column[Any]) -> sa.Select[Any]:
    return sa.select(*columns).where(table.c.is_active).order_by(table.c.order_index, table.c.id)


def _tree(here: sa.ColumnElement[bool]) -> tuple[sa.Select[Any], ...]:
    """The statements about the first active program of those that are `here`."""
    first = (
        sa.select(_programs.id)
        .where(here, _programs.is_active)
        .order_by(_programs.order_index, _programs.id)
        .limit(1)
        .scalar_subquery()
    )
    in_program = t.lessons.c.course_program_id == first

    def texts(text: sa.Column[str]) -> sa.Select[Any]:
        table = text.table
        return sa.select(text).where(table.c.course_program_id == first).order_by(table.c.order_index, table.c.id)

    return (
        sa.select(*columns_of(t.course_programs, Program)).where(_programs.id == first),
        texts(t.learning_outcomes.c.outcome_text),
        texts(t.requirements.c.requirement_text),
        texts(t.target_audience.c.audience_text),
        sa.select(*columns_of(final_tests, Test)).where(
            final_tests.c.course_program_id == first, final_tests.c.is_active
        ),
        _active(t.lessons, *_lesson).where(in_program),
        sa.select(lesson_tests.c.lesson_id, *columns_of(lesson_tests, Test))
        .join_from(lesson_tests, t.lessons)
        .where(in_program, lesson_tests.c.is_active),
        _active(t.topics, *_topic).join_from(t.topics, t.lessons).where(in_program),
        _active(t.topic_files, *_file).join_from(t.topic_files, t.topics).join(t.lessons).where(in_program),
    )


_is_shown = sa.exists().where(t.courses.c.id == sa.bindparam("course_id"), t.shows(t.courses, t.course_programs))
TREE = _tree(_programs.station_id == sa.bindparam("station_id"))
"""The statements, for the parameter `station_id`; `tree_of` takes their results."""
TREE_OF_COURSE = _tree(_is_shown)
"""The same, for the parameter `course_id`."""


def tree_of(results: Sequence[Result]) -> ProgramTree | None:
    """The program with its active lessons, topics, files and tests; None if there is none."""
    programs, outcomes, requirements, audience, finals, lessons, tests, topics, files = results
    found = programs.entities(Program)
    if not found:
        return None
    final = finals.entities(Test)
    return ProgramTree(
        program=found[0],
        learning_outcomes=outcomes.scalars(),
        requirements=requirements.scalars(),
        target_audience=audience.scalars(),
        final_test=final[0] if final else None,
        lessons=_lessons(lessons.mappings(), tests.mappings(), topics.mappings(), files.mappings()),
    )


def _lessons(lessons: Rows, tests: Rows, topics: Rows, files: Rows) -> list[Lesson]:
    test_of = {row["lesson_id"]: row for row in tests}
    files_of, topics_of = _by("topic_id", files), _by("lesson_id", topics)
    for topic in topics:
        topic["files"] = files_of.get(topic["id"], ())
    for lesson in lessons:
        lesson["test"], lesson["topics"] = test_of.get(lesson["id"]), topics_of.get(lesson["id"], ())
    return convert(lessons, list[Lesson])


def _by(column: str, rows: Rows) -> dict[Any, Rows]:
    grouped: defaultdict[Any, Rows] = defaultdict(list)
    for row in rows:
        grouped[row[column]].append(row)
    return grouped
