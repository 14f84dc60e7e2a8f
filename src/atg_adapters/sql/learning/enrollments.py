"""Enrollments, on SQL."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.learning.completion import SqlCompletion
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import obligations, user_courses, user_stats
from atg_adapters.sql.types import UtcDateTime
from atg_core.learning.model import Enrollment
from atg_core.learning.ports import CourseAssigned, CourseNotFound
from atg_core.learning.totals import Totals

_user: sa.BindParameter[UUID] = sa.bindparam("user")
_course: sa.BindParameter[UUID] = sa.bindparam("course")

_COURSE = sa.select(courses.c.id).where(courses.c.id == _course)
_entering = sa.select(users.c.id).join_from(users, courses, sa.true())
_entering = _entering.where(users.c.id == _user, courses.c.id == _course, courses.c.is_active)
_entering = _entering.with_for_update(read=True, of=courses)
_known = insert(user_stats).from_select(["user_id"], _entering)
_BEGIN = _known.on_conflict_do_update(index_elements=["user_id"], set_={"user_id": _known.excluded.user_id}).returning(
    *user_stats.c
)
_counted = insert(user_stats).from_select(
    ["user_id", "active_courses", "last_updated"],
    _entering.add_columns(sa.literal(1), sa.bindparam("now", type_=UtcDateTime)),
)
_COUNT_BEGUN = _counted.on_conflict_do_update(
    index_elements=["user_id"],
    set_={
        "active_courses": user_stats.c.active_courses + 1,
        "last_updated": _counted.excluded.last_updated,
    },
).returning(*user_stats.c)
_new = insert(user_courses)
# A no-op update, so that RETURNING gives the row that a concurrent request has stored.
_ADD_ONCE = _new.on_conflict_do_update(
    index_elements=["user_id", "course_id"], set_={"user_id": _new.excluded.user_id}
).returning(*user_courses.c)
_OBLIGED = sa.select(obligations.c.since).where(
    obligations.c.user_id == _user, obligations.c.course_id == _course, obligations.c.ended_at.is_(None)
)
_CANCEL = (
    sa.update(user_courses)
    .where(user_courses.c.user_id == _user, user_courses.c.course_id == _course, user_courses.c.cancelled_at.is_(None))
    .values(cancelled_at=sa.bindparam("now"))
)


class SqlEnrollments(SqlCompletion):
    """`EnrollmentStore` within the transaction of `connection`."""

    async def lock_course_and_learner(self, user_id: UUID, course_id: UUID) -> Totals:
        return await self._totals(_BEGIN, {"user": user_id, "course": course_id})

    async def count_begun(self, user_id: UUID, course_id: UUID, now: datetime) -> Totals:
        return await self._totals(_COUNT_BEGUN, {"user": user_id, "course": course_id, "now": now})

    async def _totals(self, statement: sa.Executable, values: dict[str, Any]) -> Totals:
        row = (await self.connection.execute(statement, values)).first()
        if row is None:
            raise CourseNotFound
        return convert(row, Totals, from_attributes=True)

    async def add_once(self, enrollment: Enrollment) -> Enrollment:
        row = (await self.connection.execute(_ADD_ONCE, asdict(enrollment))).one()
        return convert(row, Enrollment, from_attributes=True)

    async def cancel(self, user_id: UUID, course_id: UUID, now: datetime) -> None:
        if (await self.connection.execute(_OBLIGED, {"user": user_id, "course": course_id})).first():
            raise CourseAssigned
        await self.connection.execute(_CANCEL, {"user": user_id, "course": course_id, "now": now})
        if (await self.connection.execute(_COURSE, {"course": course_id})).first() is None:
            raise CourseNotFound
