"""Learner and compliance reports, on SQL: plain reads."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.folding import escaped
from atg_adapters.sql.learning.course_learners import COMPLIANCE, learners
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, shows, topics
from atg_adapters.sql.tables.learning import user_courses, user_test_results, user_topic_progress
from atg_adapters.sql.tables.tests import final_tests, lesson_tests
from atg_adapters.sql.types import UtcDateTime
from atg_core.learning.ports import CourseNotFound, NotEnrolled
from atg_core.learning.reports import (
    Compliance,
    ComplianceRow,
    CourseLearner,
    CourseReport,
    Headcount,
    LearnerQuery,
    TopicReport,
)

_course: sa.BindParameter[UUID] = sa.bindparam("course")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_COURSE = sa.select(courses.c.id, courses.c.title).where(courses.c.id == _course)

_enrolled = sa.and_(user_courses.c.course_id == _course, user_courses.c.cancelled_at.is_(None))
_is_shown = sa.exists().where(courses.c.id == _course, shows(courses, course_programs))
_here = sa.and_(_is_shown, course_programs.c.is_active)
_lesson_here = sa.and_(_here, lessons.c.is_active)
_ENROLLMENT = sa.select(
    user_courses.c.status, user_courses.c.progress_percent, user_courses.c.tests_since, user_courses.c.topics_since
).where(user_courses.c.user_id == _user, _enrolled)
_EVER = datetime.min.replace(tzinfo=UTC)
_PROGRAMS = (
    sa.select(course_programs.c.id, course_programs.c.title)
    .where(_here)
    .order_by(course_programs.c.order_index, course_programs.c.id)
)
_LESSONS = (
    sa.select(lessons.c.id, lessons.c.title, lessons.c.course_program_id)
    .join(course_programs)
    .where(_lesson_here)
    .order_by(lessons.c.order_index, lessons.c.id)
)
_my_progress = (user_topic_progress.c.topic_id == topics.c.id) & (user_topic_progress.c.user_id == _user)
_progress_columns = (
    topics.c.id,
    topics.c.title,
    topics.c.code,
    topics.c.lesson_id,
    sa.func.coalesce(user_topic_progress.c.completed, sa.false()).label("completed"),
    user_topic_progress.c.completed_at,
    sa.func.coalesce(user_topic_progress.c.position_seconds, 0).label("position_seconds"),
    user_topic_progress.c.last_activity,
)
_completed_at = sa.func.coalesce(user_topic_progress.c.renewed_at, user_topic_progress.c.completed_at)
_is_of_round = _completed_at > sa.bindparam("topics_since", type_=UtcDateTime)
_TOPICS = (
    sa.select(
        *(column for column in _progress_columns if column.name not in {"completed", "completed_at"}),
        sa.func.coalesce(user_topic_progress.c.completed & _is_of_round, sa.false()).label("completed"),
        sa.case((_is_of_round, _completed_at)).label("completed_at"),
    )
    .select_from(topics.join(lessons).join(course_programs).outerjoin(user_topic_progress, _my_progress))
    .where(_lesson_here, topics.c.is_active)
    .order_by(topics.c.order_index, topics.c.id)
)
_TOPIC = (
    sa.select(*_progress_columns).join(user_topic_progress, _my_progress).where(topics.c.id == sa.bindparam("topic"))
)


def _tests(table: sa.Table, path: sa.FromClause, column: sa.Column[Any], parent: sa.Column[Any]) -> sa.Select[Any]:
    is_of_round = user_test_results.c.created_at > sa.bindparam("tests_since", type_=UtcDateTime)
    mine = (column == table.c.id) & (user_test_results.c.user_id == _user) & is_of_round
    return (
        sa.select(
            table.c.id,
            table.c.title,
            parent.label("parent_id"),
            sa.func.max(user_test_results.c.score_percent).label("best_score"),
            sa.func.coalesce(sa.func.max(sa.cast(user_test_results.c.passed, sa.Integer)), 0).label("passed"),
        )
        .select_from(path.outerjoin(user_test_results, mine))
        .where(table.c.is_active)
        .group_by(table.c.id, table.c.title, parent)
    )


_LESSON_TESTS = _tests(
    lesson_tests,
    lesson_tests.join(lessons).join(course_programs),
    user_test_results.c.lesson_test_id,
    lesson_tests.c.lesson_id,
).where(_lesson_here)
_FINAL_TESTS = _tests(
    final_tests,
    final_tests.join(course_programs),
    user_test_results.c.final_test_id,
    final_tests.c.course_program_id,
).where(_here)


class SqlReports:
    """`Reports` on a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def learners(
        self, course_id: UUID, query: LearnerQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[CourseLearner], int]:
        count, page = learners(query)
        values = {"course": course_id, "status": query.status, "words": escaped(query.q or ""), "now": now}
        counted, rows = await self.database.results(
            (count, values), (page, {**values, "limit": limit, "offset": offset})
        )
        course = counted.first()
        if course is None:
            raise CourseNotFound
        return [convert(row, CourseLearner, from_attributes=True) for row in rows], course.total

    async def compliance(self, course_id: UUID, now: datetime) -> Compliance:
        found, rows = await self.database.results(
            (_COURSE, {"course": course_id}), (COMPLIANCE, {"course": course_id, "now": now})
        )
        course = found.first()
        if course is None:
            raise CourseNotFound
        return Compliance(course_id=course.id, title=course.title, rows=[_people(row) for row in rows])

    async def course(self, user_id: UUID, course_id: UUID) -> CourseReport:
        async with self.database.reader() as connection:
            course = (await connection.execute(_COURSE, {"course": course_id})).first()
            if course is None:
                raise CourseNotFound
            given: dict[str, Any] = {"user": user_id, "course": course_id}
            enrollment = (await connection.execute(_ENROLLMENT, given)).first()
            if enrollment is None:
                raise NotEnrolled
            given["tests_since"] = enrollment.tests_since or _EVER
            given["topics_since"] = enrollment.topics_since or _EVER

            async def rows(statement: sa.Select[Any]) -> list[Row]:
                return list(await connection.execute(statement, given))

            tests = {row.parent_id: _test(row) for row in await rows(_LESSON_TESTS)}
            finals = {row.parent_id: _test(row) for row in await rows(_FINAL_TESTS)}
            in_lesson = _by(await rows(_TOPICS), "lesson_id")
            in_program = _by(await rows(_LESSONS), "course_program_id")
            programs = [
                {
                    **fields_of(program),
                    "final_test": finals.get(program.id),
                    "lessons": [
                        {**lesson, "test": tests.get(lesson["id"]), "topics": in_lesson[lesson["id"]]}
                        for lesson in in_program[program.id]
                    ],
                }
                for program in await rows(_PROGRAMS)
            ]
            return convert(
                {
                    "course_id": course.id,
                    "title": course.title,
                    "status": enrollment.status,
                    "progress_percent": enrollment.progress_percent,
                    "programs": programs,
                },
                CourseReport,
            )

    async def topic(self, user_id: UUID, topic_id: int) -> TopicReport | None:
        row = await self.database.row(_TOPIC, {"user": user_id, "topic": topic_id})
        return convert({**fields_of(row), "completed": bool(row.completed)}, TopicReport) if row else None


def _people(row: Row) -> ComplianceRow:
    return ComplianceRow(
        department=row.department,
        station_id=row.station_id,
        station=row.station,
        people=convert(row, Headcount, from_attributes=True),
    )


def _test(row: Row) -> dict[str, Any]:
    return {**fields_of(row), "passed": bool(row.passed)}


def _by(rows: Iterable[Row], column: str) -> defaultdict[int, list[dict[str, Any]]]:
    grouped: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        fields = fields_of(row)
        grouped[fields[column]].append(fields)
    return grouped
