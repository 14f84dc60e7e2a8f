"""Course assignments, on SQL."""

from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.learning.completion import SqlCompletion
from atg_adapters.sql.learning.obligation_statements import SETTLING_COURSE
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.tables.learning import user_courses
from atg_core.learning.assignments import Assignees
from atg_core.learning.model import Enrollment
from atg_core.learning.ports import CourseNotFound

_HOLD = (
    sa.select(courses.c.title)
    .where(courses.c.id == sa.bindparam("course"), courses.c.is_active)
    .with_for_update(read=True)
)
_new = insert(user_courses)
_ASSIGN = _new.on_conflict_do_update(
    index_elements=["user_id", "course_id"],
    set_={
        "own_due_at": _new.excluded.own_due_at,
        "by_assignment": False,
        "cancelled_at": None,
    },
)
_ACTIVE = sa.select(users.c.id).outerjoin(user_profiles, user_profiles.c.id == users.c.id).where(users.c.is_active)


class SqlAssignments(SqlCompletion):
    """`AssignmentStore` within the transaction of `connection`."""

    async def lock_course(self, course_id: UUID) -> str:
        title: str | None = await self.connection.scalar(_HOLD, {"course": course_id})
        if title is None:
            raise CourseNotFound
        return title

    async def active_users(self, assignees: Assignees) -> list[UUID]:
        if assignees.user_ids is not None:
            matching: sa.ColumnElement[bool] = users.c.id.in_(assignees.user_ids)
        elif assignees.department is not None:
            matching = user_profiles.c.department == assignees.department
        else:
            matching = user_profiles.c.station_id == assignees.station_id
        return list((await self.connection.execute(_ACTIVE.where(matching).order_by(users.c.id))).scalars())

    async def assign(self, enrollments: list[Enrollment]) -> int:
        of_course = user_courses.c.course_id == enrollments[0].course_id
        mine = user_courses.c.user_id.in_([enrollment.user_id for enrollment in enrollments])
        count = sa.select(sa.func.count()).select_from(user_courses).where(of_course, mine)
        before: int = (await self.connection.execute(count)).scalar_one()
        await self.connection.execute(_ASSIGN, [asdict(enrollment) for enrollment in enrollments])
        users_of_course = {"users": [each.user_id for each in enrollments], "courses": [enrollments[0].course_id]}
        await self.connection.execute(SETTLING_COURSE.set_due, users_of_course)
        return len(enrollments) - before
