"""How far a learner is in programs, on SQL: one statement, whose counts are read for each program of the learner."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, shows, topic_files, topics
from atg_adapters.sql.tables.learning import (
    user_courses,
    user_material_progress,
    user_test_results,
    user_topic_progress,
)
from atg_adapters.sql.tables.tests import final_tests, lesson_tests
from atg_core.learning.programs import EnrollmentNotFound, ProgramNotFound, ProgramStanding

type Condition = sa.ColumnElement[bool]

_user: sa.BindParameter[UUID] = sa.bindparam("user")
_program: sa.BindParameter[int] = sa.bindparam("program")

_enrollments = user_courses.alias("enrollments")
_oldest_enrollment = (
    sa.select(_enrollments.c.id)
    .join(courses, courses.c.id == _enrollments.c.course_id)
    .where(
        _enrollments.c.user_id == _user,
        _enrollments.c.cancelled_at.is_(None),
        shows(courses, course_programs),
    )
    .order_by(_enrollments.c.started_at.nulls_last(), _enrollments.c.id)
    .limit(1)
    .correlate(course_programs)
    .scalar_subquery()
)

_topics_here = sa.and_(lessons.c.course_program_id == course_programs.c.id, lessons.c.is_active, topics.c.is_active)
_has_files = sa.exists().where(topic_files.c.topic_id == topics.c.id, topic_files.c.is_active)
_topic_is_completed = sa.exists().where(
    user_topic_progress.c.topic_id == topics.c.id,
    user_topic_progress.c.user_id == _user,
    user_topic_progress.c.completed,
)
_file_is_completed = sa.exists().where(
    user_material_progress.c.topic_file_id == topic_files.c.id,
    user_material_progress.c.user_id == _user,
    user_material_progress.c.is_completed,
)


def _count(path: sa.FromClause, *conditions: Condition) -> sa.ScalarSelect[int]:
    counted = sa.select(sa.func.count()).select_from(path).where(*conditions)
    return counted.correlate(course_programs).scalar_subquery()


def _files(*conditions: Condition) -> sa.ScalarSelect[int]:
    return _count(topic_files.join(topics).join(lessons), _topics_here, topic_files.c.is_active, *conditions)


def _bare_topics(*conditions: Condition) -> sa.ScalarSelect[int]:
    return _count(topics.join(lessons), _topics_here, ~_has_files, *conditions)


def _passed(column: sa.Column[Any], test: sa.Column[int]) -> Condition:
    return sa.exists().where(column == test, user_test_results.c.user_id == _user, user_test_results.c.passed)


def _tests(*, passed: bool) -> sa.ColumnElement[int]:
    lesson, final = lesson_tests.c, final_tests.c
    of_lessons = [lessons.c.course_program_id == course_programs.c.id, lessons.c.is_active]
    of_lessons += [lesson.is_active, lesson.questions_count > 0]
    of_program = [final.course_program_id == course_programs.c.id, final.is_active, final.questions_count > 0]
    if passed:
        of_lessons.append(_passed(user_test_results.c.lesson_test_id, lesson.id))
        of_program.append(_passed(user_test_results.c.final_test_id, final.id))
    return _count(lesson_tests.join(lessons), *of_lessons) + _count(final_tests, *of_program)


_catalog = ("station_id", "title", "description", "duration", "lessons_count", "topics_count", "tests_count")
_STANDINGS = (
    sa.select(
        course_programs.c.id.label("program_id"),
        *(course_programs.c[name] for name in _catalog),
        user_courses.c.course_id,
        user_courses.c.status.label("enrollment_status"),
        user_courses.c.started_at,
        user_courses.c.completed_at.label("course_completed_at"),
        user_courses.c.last_activity,
        _files().label("files"),
        _bare_topics().label("bare_topics"),
        _tests(passed=False).label("tests"),
        _files(_topic_is_completed | _file_is_completed).label("files_completed"),
        _bare_topics(_topic_is_completed).label("bare_topics_completed"),
        _tests(passed=True).label("tests_passed"),
    )
    .join_from(course_programs, user_courses, user_courses.c.id == _oldest_enrollment)
    .where(course_programs.c.is_active)
    .order_by(user_courses.c.last_activity.desc().nulls_last(), course_programs.c.order_index, course_programs.c.id)
)
_STANDING = _STANDINGS.where(course_programs.c.id == _program)
_PROGRAM = sa.select(course_programs.c.id).where(course_programs.c.id == _program, course_programs.c.is_active)
_COMPLETED = (
    sa.select(user_material_progress.c.material_type, sa.func.count().label("files"))
    .where(user_material_progress.c.user_id == _user, user_material_progress.c.is_completed)
    .group_by(user_material_progress.c.material_type)
)


class SqlProgramQueries:
    """`ProgramQueries` on a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def standing(self, user_id: UUID, program_id: int) -> ProgramStanding:
        given = {"user": user_id, "program": program_id}
        program, standing = await self.database.results((_PROGRAM, given), (_STANDING, given))
        if program.first() is None:
            raise ProgramNotFound
        row = standing.first()
        if row is None:
            raise EnrollmentNotFound
        return convert(row, ProgramStanding, from_attributes=True)

    async def standings(self, user_id: UUID) -> list[ProgramStanding]:
        rows = await self.database.rows(_STANDINGS, {"user": user_id})
        return [convert(row, ProgramStanding, from_attributes=True) for row in rows]

    async def completed_materials(self, user_id: UUID) -> dict[str, int]:
        rows = await self.database.rows(_COMPLETED, {"user": user_id})
        return {row.material_type: row.files for row in rows}
