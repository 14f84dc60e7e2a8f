"""What courses require of a learner, on SQL."""

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.catalog import course_programs, courses, shows
from atg_adapters.sql.tables.learning import (
    course_prerequisites,
    external_certificates,
    user_courses,
    user_test_results,
)
from atg_adapters.sql.tables.tests import final_tests
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.prerequisites import CourseAccess, Requirement

_user: sa.BindParameter[UUID] = sa.bindparam("user")
_courses: sa.BindParameter[list[UUID]] = sa.bindparam("courses", expanding=True)
_required = courses.alias("required")
_programs = course_programs.alias("programs_of_tests")
_mine = user_courses.alias("mine")
_is_completed = sa.exists().where(
    _mine.c.user_id == _user,
    _mine.c.course_id == course_prerequisites.c.required_course_id,
    (_mine.c.status == EnrollmentStatus.COMPLETED) | (_mine.c.round > 1),
)
_is_held = sa.exists().where(
    external_certificates.c.user_id == _user,
    external_certificates.c.course_id == course_prerequisites.c.required_course_id,
)
_is_passed = sa.exists().where(
    user_test_results.c.user_id == _user,
    user_test_results.c.final_test_id == course_prerequisites.c.required_final_test_id,
    user_test_results.c.passed,
)
_test_is_asked_for = final_tests.c.is_active & (final_tests.c.questions_count > 0) & _programs.c.is_active
# What is required, of requirements that hold alone.
_holding = (
    course_prerequisites.outerjoin(
        _required, (_required.c.id == course_prerequisites.c.required_course_id) & _required.c.is_active
    )
    .outerjoin(final_tests, final_tests.c.id == course_prerequisites.c.required_final_test_id)
    .outerjoin(_programs, (_programs.c.id == final_tests.c.course_program_id) & _test_is_asked_for)
)
_of_course = sa.and_(
    course_prerequisites.c.course_id == courses.c.id, _required.c.id.is_not(None) | _programs.c.id.is_not(None)
)
_my_enrollment = (user_courses.c.course_id == courses.c.id) & (user_courses.c.user_id == _user)
_ACCESS = (
    sa.select(
        courses.c.id.label("of_course_id"),
        courses.c.title.label("of_course_title"),
        user_courses.c.id.is_not(None).label("has_enrollment"),
        user_courses.c.cancelled_at,
        user_courses.c.created_at.label("enrolled_at"),
        user_courses.c.started_at,
        course_prerequisites.c.required_course_id.label("course_id"),
        course_prerequisites.c.required_final_test_id.label("final_test_id"),
        sa.func.coalesce(_required.c.title, final_tests.c.title).label("title"),
        course_prerequisites.c.created_at.label("added_at"),
        (_is_completed | _is_held | _is_passed).label("is_met"),
    )
    .select_from(courses.outerjoin(user_courses, _my_enrollment))
    .where(courses.c.is_active)
    .order_by(courses.c.title, courses.c.id, course_prerequisites.c.id)
)
_WITH_AND_WITHOUT = _ACCESS.outerjoin(_holding, _of_course)
OF_COURSES = _WITH_AND_WITHOUT.where(courses.c.id.in_(_courses))
"""For the parameters `user` and `courses`; `accesses_of` takes its rows."""
OF_PROGRAM = _WITH_AND_WITHOUT.where(
    sa.exists().where(course_programs.c.id == sa.bindparam("program"), shows(courses, course_programs))
)
"""For the parameters `user` and `program`."""
_WITH = _ACCESS.join(_holding, _of_course)


def has_prerequisites(course: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether a course of this id may require something: cheaper than to ask what."""
    return sa.exists().where(course_prerequisites.c.course_id == course)


def accesses_of(rows: Iterable[Row]) -> list[CourseAccess]:
    return [_access(list(group)) for _, group in groupby(rows, key=lambda row: row.of_course_id)]


def _access(rows: list[Row]) -> CourseAccess:
    first = rows[0]
    return CourseAccess(
        course_id=first.of_course_id,
        title=first.of_course_title,
        requirements=tuple(convert(row, Requirement, from_attributes=True) for row in rows if row.added_at),
        is_enrolled=bool(first.has_enrollment) and first.cancelled_at is None,
        enrolled_at=first.enrolled_at,
        started_at=first.started_at,
    )


class SqlPrerequisiteQueries:
    """`PrerequisiteQueries`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def of_courses(self, user_id: UUID, course_ids: Collection[UUID]) -> dict[UUID, CourseAccess]:
        rows = await self.database.rows(OF_COURSES, {"user": user_id, "courses": list(course_ids)})
        return {each.course_id: each for each in accesses_of(rows)}

    async def of_program(self, user_id: UUID, program_id: int) -> list[CourseAccess]:
        return accesses_of(await self.database.rows(OF_PROGRAM, {"user": user_id, "program": program_id}))

    async def with_requirements(self, user_id: UUID) -> list[CourseAccess]:
        return accesses_of(await self.database.rows(_WITH, {"user": user_id}))
