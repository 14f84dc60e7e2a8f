"""Groups and their students on SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.folding import with_folded
from atg_adapters.sql.schedule.lessons import HOLD_TEACHER, live_lease
from atg_adapters.sql.schedule.overlap import OVERLAP
from atg_adapters.sql.schedule.ownership import SqlGroupOwnership
from atg_adapters.sql.tables.gradebook import attendance
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.schedule import (
    group_invitations,
    group_students,
    scheduled_lessons,
    study_groups,
)
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.model import Role
from atg_core.schedule.invitations import InvitationStatus
from atg_core.schedule.model import Group, LessonStatus
from atg_core.schedule.ports import (
    GroupNameTaken,
    GroupWasTaught,
    JoinCodeNotFound,
    LessonOverlap,
    StudentUnknown,
    TeacherUnknown,
)
from atg_core.text import fold

_id: sa.BindParameter[Any] = sa.bindparam("key")
_now = sa.bindparam("now", type_=UtcDateTime)
_groups, _lessons, _in_group = study_groups.c, scheduled_lessons.c, group_students.c
_TEACHER = sa.select(users.c.id).where(
    users.c.id == _id, users.c.is_active, users.c.role.in_([Role.TEACHER, Role.ADMIN])
)
_STUDENTS = sa.select(users.c.id, users.c.email_folded).where(
    users.c.is_active,
    users.c.id.in_(sa.bindparam("ids", expanding=True))
    | users.c.email_folded.in_(sa.bindparam("emails", expanding=True)),
)
_STUDENTS_TAUGHT = (
    _STUDENTS.join(group_students, _in_group.student_id == users.c.id)
    .join(study_groups, _groups.id == _in_group.group_id)
    .where(_groups.teacher_id == _id)
    .distinct()
)
_confirmed = (users.c.id.in_(sa.bindparam("students", expanding=True)), users.c.email_verified_at.is_not(None))
_ACCEPT = (
    sa.update(group_invitations)
    .where(
        group_invitations.c.group_id == _id,
        group_invitations.c.status == InvitationStatus.OPEN,
        # They are kept in lower case; other programs may have kept those of users otherwise.
        group_invitations.c.email.in_(sa.select(users.c.email).where(*_confirmed))
        | group_invitations.c.email.in_(sa.select(users.c.email_folded).where(*_confirmed)),
    )
    .values(status=InvitationStatus.ACCEPTED)
)
_WITH_CODE = (
    sa.select(_groups.id)
    .join(users, users.c.id == _groups.teacher_id)
    .where(_groups.join_code == _id, users.c.is_active)
)
_HOLD_LESSONS = (
    sa.select(_lessons.id, _lessons.status).where(_lessons.group_id == _id).order_by(_lessons.id).with_for_update()
)
_HAND_OVER = (
    sa.update(scheduled_lessons)
    .where(
        _lessons.group_id == _id,
        _lessons.status == LessonStatus.PLANNED,
        _lessons.teacher_id != sa.bindparam("teacher"),
        sa.or_(_lessons.end_time > _now, ~sa.exists().where(attendance.c.lesson_id == _lessons.id)),
        ~live_lease,
    )
    .values(
        teacher_id=sa.bindparam("teacher"),
        revision=_lessons.revision + 1,
        updated_at=_now,
    )
    .returning(_lessons.id)
)
_BEING_STARTED = sa.select(_lessons.id).where(_lessons.group_id == _id, live_lease).limit(1)


class SqlGroups(SqlGroupOwnership):
    """`Groups` within the transaction of `connection`."""

    async def add_group(self, name: str, teacher_id: UUID, now: datetime) -> Group:
        await self._require_teacher(teacher_id)
        given = {"name": name, "teacher_id": teacher_id, "created_at": now, "updated_at": now}
        values = with_folded(study_groups, given)
        try:
            async with self.connection.begin_nested():
                row = await self._first(insert(study_groups).values(values).returning(_groups.id))
        except IntegrityError:
            raise GroupNameTaken from None
        return await self.group(row.id, None)

    async def _require_teacher(self, user_id: UUID) -> None:
        if await self._first(_TEACHER, key=user_id) is None:
            raise TeacherUnknown(field="teacher_id")

    async def change_group(self, group_id: int, values: Mapping[str, Any], now: datetime) -> Group:
        if "teacher_id" in values:
            await self._require_teacher(values["teacher_id"])
            await self._hand_over(group_id, values["teacher_id"], now)
        try:
            async with self.connection.begin_nested():
                changing = sa.update(study_groups).where(_groups.id == _id)
                changed = with_folded(study_groups, {**values, "updated_at": now})
                await self.connection.execute(changing.values(changed), {"key": group_id})
        except IntegrityError:
            raise GroupNameTaken from None
        return await self.group(group_id, None)

    async def _hand_over(self, group_id: int, teacher_id: UUID, now: datetime) -> None:
        await self.connection.execute(HOLD_TEACHER, {"key": teacher_id})
        try:
            async with self.connection.begin_nested():
                moving = {"key": group_id, "teacher": teacher_id, "now": now}
                lessons = (await self.connection.execute(_HAND_OVER, moving)).scalars()
                await self._require_no_overlap(lessons)
        except IntegrityError:
            raise LessonOverlap from None

    async def _require_no_overlap(self, lessons: Sequence[int]) -> None:
        """On SQLite, which has no exclusion constraints."""
        if self.connection.dialect.name == "sqlite" and await self._first(OVERLAP, lessons=lessons):
            raise LessonOverlap

    async def delete_group(self, group_id: int) -> None:
        held = (await self.connection.execute(_HOLD_LESSONS, {"key": group_id})).all()
        if any(row.status in {LessonStatus.LIVE, LessonStatus.ENDED} for row in held):
            raise GroupWasTaught
        if await self._first(_BEING_STARTED, key=group_id):
            raise GroupWasTaught
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(sa.delete(study_groups).where(_groups.id == _id), {"key": group_id})
        except IntegrityError:
            raise GroupWasTaught from None

    async def students_of(self, ids: Collection[UUID], emails: Collection[str]) -> list[UUID]:
        rows = (await self.connection.execute(_STUDENTS, {"ids": list(ids), "emails": list(emails)})).all()
        found = {row.id for row in rows}
        if not set(ids) <= found:
            raise StudentUnknown(field="student_ids")
        if not set(map(fold, emails)) <= {row.email_folded for row in rows}:
            raise StudentUnknown(field="emails")
        return sorted(found)

    async def students_taught(
        self, teacher_id: UUID, ids: Collection[UUID], emails: Collection[str]
    ) -> dict[UUID, str]:
        asked = {"key": teacher_id, "ids": list(ids), "emails": list(emails)}
        return {row.id: row.email_folded or "" for row in await self.connection.execute(_STUDENTS_TAUGHT, asked)}

    async def add_students(self, group_id: int, student_ids: Collection[UUID]) -> None:
        if student_ids:
            rows = [{"group_id": group_id, "student_id": student_id} for student_id in student_ids]
            await self.connection.execute(insert(group_students).on_conflict_do_nothing(), rows)
            await self.connection.execute(_ACCEPT, {"key": group_id, "students": list(student_ids)})

    async def remove_student(self, group_id: int, student_id: UUID) -> bool:
        removing = sa.delete(group_students).where(_in_group.group_id == group_id, _in_group.student_id == student_id)
        return (await self.connection.execute(removing)).rowcount > 0

    async def set_join_code(self, group_id: int, code: str | None, now: datetime) -> bool:
        changing = sa.update(study_groups).where(_groups.id == _id).values(join_code=code, updated_at=now)
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(changing, {"key": group_id})
        except IntegrityError:
            return False
        return True

    async def group_with_code(self, code: str) -> Group:
        row = await self._first(_WITH_CODE, key=code)
        if row is None:
            raise JoinCodeNotFound
        group = await self.group(row.id, None)
        if group.join_code != code:  # renewed or ended while its row was locked by another transaction
            raise JoinCodeNotFound
        return group
