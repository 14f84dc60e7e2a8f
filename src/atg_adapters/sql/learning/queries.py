"""A learner's courses, totals and certificates, on SQL: plain reads, each one statement."""

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.learning.prerequisites import OF_COURSES, accesses_of, has_prerequisites
from atg_adapters.sql.learning.streaks import streak_of
from atg_adapters.sql.learning.totals import SUMS
from atg_adapters.sql.tables.catalog import course_programs, courses, shows
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import certificates, user_courses, user_stats
from atg_core.learning.model import Certificate, EnrolledCourse, Enrollment
from atg_core.learning.ports import CourseNotFound, LearnerStats
from atg_core.learning.totals import Totals

_user: sa.BindParameter[UUID] = sa.bindparam("user")

_ENROLLMENT = (
    sa.select(user_courses, has_prerequisites(courses.c.id).label("has_prerequisites"))
    .select_from(courses)
    .outerjoin(user_courses, (user_courses.c.course_id == courses.c.id) & (user_courses.c.user_id == _user))
    .where(courses.c.id == sa.bindparam("course"), courses.c.is_active)
)
_has_topics = sa.exists().where(
    shows(courses, course_programs), course_programs.c.is_active, course_programs.c.topics_count > 0
)
_may_be_locked = user_courses.c.started_at.is_(None) & has_prerequisites(user_courses.c.course_id)
_ENROLLED = (
    sa.select(
        user_courses.c.course_id,
        user_courses.c.progress_percent,
        courses.c.title,
        courses.c.description,
        courses.c.station_id,
        user_courses.c.status,
        user_courses.c.started_at,
        user_courses.c.completed_at,
        user_courses.c.due_at,
        user_courses.c.valid_until,
        _has_topics.label("has_topics"),
        _may_be_locked.label("may_be_locked"),
    )
    .join(courses)
    .where(user_courses.c.user_id == _user, user_courses.c.cancelled_at.is_(None))
    .order_by(user_courses.c.started_at.desc().nulls_first(), user_courses.c.id)
)
_kept_certificate = (certificates.c.user_id == users.c.id) & certificates.c.revoked_at.is_(None)
_STATS = (
    sa.select(
        *(user_stats.c[name] for name in (*SUMS, "streak_first_day", "streak_last_day")),
        user_stats.c.user_id.label("has_totals"),
        *(certificates.c[name] for name in Certificate.__dataclass_fields__),
    )
    .select_from(users)
    .outerjoin(user_stats, user_stats.c.user_id == users.c.id)
    .outerjoin(certificates, _kept_certificate)
    .where(users.c.id == _user)
    .order_by(certificates.c.issued_at.desc(), certificates.c.number.desc())
)


class SqlLearnerQueries:
    """`LearnerQueries`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def find_enrollment(self, user_id: UUID, course_id: UUID) -> tuple[Enrollment | None, bool]:
        row = await self.database.row(_ENROLLMENT, {"user": user_id, "course": course_id})
        if row is None:
            raise CourseNotFound
        enrollment = convert(row, Enrollment, from_attributes=True) if row.id else None
        return enrollment, bool(row.has_prerequisites)

    async def enrolled_courses(self, user_id: UUID) -> list[EnrolledCourse]:
        rows = await self.database.rows(_ENROLLED, {"user": user_id})
        enrolled = [convert(row, EnrolledCourse, from_attributes=True) for row in rows]
        if not (asked := [row.course_id for row in rows if row.may_be_locked]):
            return enrolled
        access = accesses_of(await self.database.rows(OF_COURSES, {"user": user_id, "courses": asked}))
        missing = {each.course_id: tuple(each.missing) for each in access}
        return [replace(each, missing=missing.get(each.course_id, ())) for each in enrolled]

    async def stats(self, user_id: UUID) -> LearnerStats:
        rows = await self.database.rows(_STATS, {"user": user_id})
        first = rows[0] if rows and rows[0].has_totals else None
        return LearnerStats(
            totals=convert(first, Totals, from_attributes=True) if first else Totals(),
            streak=streak_of(first) if first else None,
            certificates=[convert(row, Certificate, from_attributes=True) for row in rows if row.id],
        )
