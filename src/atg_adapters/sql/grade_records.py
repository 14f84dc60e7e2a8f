"""Reading attendance, control points, their grades, and what was changed of these, on SQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database, Row
from atg_adapters.sql.homework_reading import name_of
from atg_adapters.sql.register import GIVES_LESSON
from atg_adapters.sql.tables.gradebook import (
    attendance,
    control_point_grade_changes,
    control_point_grades,
    control_points,
)
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.schedule import scheduled_lessons, study_groups
from atg_core.gradebook.model import Attendance, ControlPoint, Grade, GradeChange, Viewer
from atg_core.gradebook.ports import ControlPointNotFound, GroupNotFound, LessonNotFound

_id: sa.BindParameter[Any] = sa.bindparam("key")
_viewer: sa.BindParameter[UUID] = sa.bindparam("viewer", type_=sa.Uuid)
_lessons, _points, _marks = scheduled_lessons.c, control_points.c, attendance.c
_grades, _changes = control_point_grades.c, control_point_grade_changes.c

_TAUGHT = sa.or_(sa.bindparam("is_admin", type_=sa.Boolean), study_groups.c.teacher_id == _viewer)
_LESSON = sa.select(_lessons.id).join(study_groups).where(_lessons.id == _id, GIVES_LESSON)
_ATTENDANCE = (
    sa.select(attendance, name_of(users).label("student_name"))
    .join(users, users.c.id == _marks.student_id)
    .where(_marks.lesson_id == _id)
)
_GROUP = sa.select(study_groups.c.id).where(study_groups.c.id == _id, _TAUGHT)
_CONTROL_POINTS = sa.select(control_points).where(_points.group_id == _id).order_by(_points.date, _points.id)
_CONTROL_POINT = sa.select(_points.id).join(study_groups).where(_points.id == _id, _TAUGHT)
_GRADES = (
    sa.select(control_point_grades, name_of(users).label("student_name"))
    .join(users, users.c.id == _grades.student_id)
    .where(_grades.control_point_id == _id, _grades.grade.is_not(None))
)
_actors = users.alias()
_CHANGES = (
    sa.select(control_point_grade_changes, name_of(users).label("student_name"), name_of(_actors).label("actor_name"))
    .join(users, users.c.id == _changes.student_id)
    .join(_actors, _actors.c.id == _changes.actor_id)
    .where(_changes.group_id == _id)
    .order_by(_changes.id.desc())
)


class SqlRecords:
    """`Records`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def attendance(self, viewer: Viewer, lesson_id: int) -> list[Attendance]:
        if await self.database.row(_LESSON, _seen(viewer, lesson_id)) is None:
            raise LessonNotFound
        rows = await self.database.rows(_ATTENDANCE, {"key": lesson_id})
        return sorted((convert(row, Attendance, from_attributes=True) for row in rows), key=_by_name)

    async def control_points(
        self, viewer: Viewer, group_id: int, *, limit: int, offset: int
    ) -> tuple[list[ControlPoint], int]:
        rows, total = await self._page_of_group(_CONTROL_POINTS, viewer, group_id, limit, offset)
        return [convert(row, ControlPoint, from_attributes=True) for row in rows], total

    async def grades(self, viewer: Viewer, control_point_id: int) -> list[Grade]:
        if await self.database.row(_CONTROL_POINT, _seen(viewer, control_point_id)) is None:
            raise ControlPointNotFound
        rows = await self.database.rows(_GRADES, {"key": control_point_id})
        return sorted((convert(row, Grade, from_attributes=True) for row in rows), key=_by_name)

    async def grade_changes(
        self, viewer: Viewer, group_id: int, *, limit: int, offset: int
    ) -> tuple[list[GradeChange], int]:
        rows, total = await self._page_of_group(_CHANGES, viewer, group_id, limit, offset)
        return [convert(row, GradeChange, from_attributes=True) for row in rows], total

    async def _page_of_group(
        self, select: sa.Select[Any], viewer: Viewer, group_id: int, limit: int, offset: int
    ) -> tuple[Sequence[Row], int]:
        """Raises GroupNotFound."""
        async with self.database.reader() as connection:
            if (await connection.execute(_GROUP, _seen(viewer, group_id))).first() is None:
                raise GroupNotFound
            counting = sa.select(sa.func.count()).select_from(select.order_by(None).subquery())
            total: int = (await connection.execute(counting, {"key": group_id})).scalar_one()
            return (await connection.execute(select.limit(limit).offset(offset), {"key": group_id})).all(), total


def _seen(viewer: Viewer, key: int) -> dict[str, Any]:
    return {"key": key, "viewer": viewer.id, "is_admin": viewer.is_admin}


def _by_name(record: Attendance | Grade) -> tuple[str, UUID]:
    return record.student_name.casefold(), record.student_id
