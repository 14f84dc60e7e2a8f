"""Attendance on SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.gradebook import attendance, attendance_changes
from atg_adapters.sql.tables.identity import display_name, users
from atg_adapters.sql.tables.schedule import group_students, scheduled_lessons, study_groups
from atg_core.gradebook.model import Attendance, AttendanceChange, AttendanceStatus, Grade, Viewer
from atg_core.gradebook.ports import AttendanceInput, LessonNotFound, LockedLesson
from atg_core.schedule.model import LessonStatus

_id: sa.BindParameter[Any] = sa.bindparam("key")
_viewer: sa.BindParameter[UUID] = sa.bindparam("viewer", type_=sa.Uuid)
_some: sa.BindParameter[Any] = sa.bindparam("some", expanding=True, type_=sa.Uuid)
_lessons, _marks = scheduled_lessons.c, attendance.c

_GIVES_LESSON = sa.or_(
    sa.bindparam("is_admin", type_=sa.Boolean), _lessons.teacher_id == _viewer, study_groups.c.teacher_id == _viewer
)
_LESSON = sa.select(_lessons.id).join(study_groups).where(_lessons.id == _id, _GIVES_LESSON)
_LOCKED_LESSON = (
    sa.select(_lessons.id, _lessons.group_id, (_lessons.status == LessonStatus.CANCELLED).label("is_cancelled"))
    .join(study_groups)
    .where(_lessons.id == _id, _GIVES_LESSON)
    .with_for_update(key_share=True, of=scheduled_lessons)
)
MEMBERS = sa.select(group_students.c.student_id).where(
    group_students.c.group_id == sa.bindparam("of_group"), group_students.c.student_id.in_(_some)
)
_MARKABLE = MEMBERS.union(sa.select(_marks.student_id).where(_marks.lesson_id == _id, _marks.student_id.in_(_some)))
_PRESENT = sa.select(_marks.student_id, _marks.status).where(_marks.lesson_id == _id, _marks.student_id.in_(_some))
_mark = insert(attendance)
_MARK = _mark.on_conflict_do_update(
    index_elements=["lesson_id", "student_id"],
    set_={name: _mark.excluded[name] for name in ("status", "updated_at")},
    where=_marks.status != _mark.excluded.status,
)
_REMOVE = sa.delete(attendance).where(_marks.lesson_id == _id, _marks.student_id.in_(_some))
_RECORD = sa.insert(attendance_changes)

_ATTENDANCE = (
    sa.select(attendance, display_name(users).label("student_name"))
    .join(users, users.c.id == _marks.student_id)
    .where(_marks.lesson_id == _id)
)
_changes, _actors = attendance_changes.c, users.alias()
_student: sa.BindParameter[Any] = sa.bindparam("student", type_=sa.Uuid)
_CHANGES = (
    sa.select(attendance_changes, display_name(users).label("student_name"), display_name(_actors).label("actor_name"))
    .join(users, users.c.id == _changes.student_id)
    .join(_actors, _actors.c.id == _changes.actor_id)
    .where(_changes.lesson_id == _id, sa.or_(_student.is_(None), _changes.student_id == _student))
    .order_by(_changes.id.desc())
)
_COUNT_CHANGES = sa.select(sa.func.count()).select_from(_CHANGES.order_by(None).subquery())


class SqlAttendance:
    """`AttendanceStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def lock_lesson(self, lesson_id: int, owner: UUID | None) -> LockedLesson:
        values = {"key": lesson_id, "viewer": owner, "is_admin": owner is None}
        row = (await self.connection.execute(_LOCKED_LESSON, values)).first()
        if row is None:
            raise LessonNotFound
        return LockedLesson(id=row.id, group_id=row.group_id, is_cancelled=row.is_cancelled)

    async def marks(self, lesson_id: int, student_ids: Collection[UUID]) -> dict[UUID, AttendanceStatus]:
        rows = await self.connection.execute(_PRESENT, {"key": lesson_id, "some": list(student_ids)})
        return {row.student_id: AttendanceStatus(row.status) for row in rows}

    async def markable(self, lesson: LockedLesson, student_ids: Collection[UUID]) -> set[UUID]:
        values = {"key": lesson.id, "of_group": lesson.group_id, "some": list(student_ids)}
        return set((await self.connection.execute(_MARKABLE, values)).scalars())

    async def save(self, lesson_id: int, marks: Sequence[AttendanceInput], actor_id: UUID, now: datetime) -> None:
        await self._record(lesson_id, marks, actor_id, now)
        # In the same order for everybody, so that two who mark the same lesson do not deadlock.
        rows = [
            {"lesson_id": lesson_id, "student_id": each.student_id, "status": each.status}
            for each in sorted(marks, key=lambda each: each.student_id)
            if each.status is not None
        ]
        if rows:
            await self.connection.execute(_MARK, [{**row, "created_at": now, "updated_at": now} for row in rows])
        if removed := [each.student_id for each in marks if each.status is None]:
            await self.connection.execute(_REMOVE, {"key": lesson_id, "some": removed})

    async def _record(self, lesson_id: int, marks: Sequence[AttendanceInput], actor_id: UUID, now: datetime) -> None:
        before = await self.marks(lesson_id, [each.student_id for each in marks])
        changes = [
            {
                "lesson_id": lesson_id,
                "student_id": each.student_id,
                "actor_id": actor_id,
                "at": now,
                "old_status": before.get(each.student_id),
                "new_status": each.status,
            }
            for each in marks
            if each.status != before.get(each.student_id)
        ]
        if changes:
            await self.connection.execute(_RECORD, changes)


class SqlAttendanceQueries:
    """`AttendanceQueries` on any connection."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def attendance(self, viewer: Viewer, lesson_id: int) -> list[Attendance]:
        if await self.database.row(_LESSON, seen_by(viewer, lesson_id)) is None:
            raise LessonNotFound
        rows = await self.database.rows(_ATTENDANCE, {"key": lesson_id})
        return sorted((convert(row, Attendance, from_attributes=True) for row in rows), key=by_student_name)

    async def changes(
        self, viewer: Viewer, lesson_id: int, student_id: UUID | None, *, limit: int, offset: int
    ) -> tuple[list[AttendanceChange], int]:
        if await self.database.row(_LESSON, seen_by(viewer, lesson_id)) is None:
            raise LessonNotFound
        values = {"key": lesson_id, "student": student_id}
        async with self.database.reader() as connection:
            total: int = (await connection.execute(_COUNT_CHANGES, values)).scalar_one()
            rows = (await connection.execute(_CHANGES.limit(limit).offset(offset), values)).all()
        return [convert(row, AttendanceChange, from_attributes=True) for row in rows], total


def seen_by(viewer: Viewer, key: int) -> dict[str, Any]:
    """Parameters of a statement that finds `key` only where the viewer may see it."""
    return {"key": key, "viewer": viewer.id, "is_admin": viewer.is_admin}


def by_student_name(record: Attendance | Grade) -> tuple[str, UUID]:
    return record.student_name.casefold(), record.student_id
