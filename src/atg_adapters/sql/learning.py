"""Learning on SQL."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.learning import (
    certificates,
    user_courses,
    user_test_results,
    user_topic_progress,
)
from atg_core.learning.model import Certificate, EnrolledCourse, Enrollment, Facts
from atg_core.learning.ports import CourseNotFound

_user: sa.BindParameter[UUID] = sa.bindparam("user")
_course: sa.BindParameter[UUID] = sa.bindparam("course")

_OPEN_COURSE = sa.select(courses.c.id).where(courses.c.id == _course, courses.c.is_active).with_for_update(read=True)
_new = insert(user_courses)
# The update changes nothing; it makes RETURNING give the row that another request has stored a moment before.
_ADD_ONCE = _new.on_conflict_do_update(
    index_elements=["user_id", "course_id"], set_={"user_id": _new.excluded.user_id}
).returning(*user_courses.c)

_mine = sa.and_(user_courses.c.user_id == _user, user_courses.c.cancelled_at.is_(None))
_ENROLLED = (
    sa.select(user_courses, courses.c.title, courses.c.description, courses.c.station_id)
    .join(courses)
    .where(_mine)
    .order_by(user_courses.c.started_at.desc().nulls_first(), user_courses.c.id)
)
_PROGRESS = sa.select(user_courses.c.progress_percent, user_courses.c.hours_studied).where(_mine)
_COMPLETED = sa.select(user_topic_progress.c.completed_at).where(
    user_topic_progress.c.user_id == _user, user_topic_progress.c.completed
)
_RESULTS = (
    sa.select(
        sa.func.max(user_test_results.c.score_percent).label("best"),
        sa.func.max(sa.cast(user_test_results.c.passed, sa.Integer)).label("passed"),
    )
    .where(user_test_results.c.user_id == _user)
    .group_by(user_test_results.c.lesson_test_id, user_test_results.c.final_test_id)
)
_CERTIFICATES = (
    sa.select(certificates)
    .where(certificates.c.user_id == _user)
    .order_by(certificates.c.issued_at.desc(), certificates.c.number.desc())
)


class SqlEnrollments:
    """`Enrollments` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def lock_open_course(self, course_id: UUID) -> None:
        if (await self.connection.execute(_OPEN_COURSE, {"course": course_id})).first() is None:
            raise CourseNotFound

    async def add_once(self, enrollment: Enrollment) -> Enrollment:
        row = (await self.connection.execute(_ADD_ONCE, asdict(enrollment))).one()
        return convert(row, Enrollment, from_attributes=True)

    async def save(self, enrollment: Enrollment) -> None:
        where = user_courses.c.id == enrollment.id
        await self.connection.execute(sa.update(user_courses).where(where).values(asdict(enrollment)))


class SqlLearners:
    """`Learners`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def enrolled_courses(self, user_id: UUID) -> list[EnrolledCourse]:
        rows = await self.database.rows(_ENROLLED, {"user": user_id})
        return [convert(row, EnrolledCourse, from_attributes=True) for row in rows]

    async def facts(self, user_id: UUID) -> Facts:
        async with self.database.reader() as connection:

            async def rows(statement: sa.Executable) -> list[sa.Row[Any]]:
                return list(await connection.execute(statement, {"user": user_id}))

            progress, completed, results = (
                await rows(_PROGRESS),
                await rows(_COMPLETED),
                await rows(_RESULTS),
            )
        return Facts(
            progress_percents=[row.progress_percent for row in progress],
            hours_studied=sum((row.hours_studied for row in progress), start=Decimal(0)),
            topics_completed=len(completed),
            tests_passed=sum(row.passed for row in results),
            best_scores=[row.best for row in results],
            active_at=[row.completed_at for row in completed if row.completed_at],
        )

    async def certificates(self, user_id: UUID) -> list[Certificate]:
        rows = await self.database.rows(_CERTIFICATES, {"user": user_id})
        return [convert(row, Certificate, from_attributes=True) for row in rows]
