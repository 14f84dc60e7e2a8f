"""Reading groups with what is known of their students, on SQL."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.database import Database, Row
from atg_adapters.sql.homework_reading import name_of
from atg_adapters.sql.journal_columns import COLUMNS, COLUMNS_OF_SOME, columns_of
from atg_adapters.sql.tables.gradebook import control_point_grades, control_points
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.schedule import group_students, study_groups
from atg_core.gradebook.model import Column, Roll, Student, Window
from atg_core.gradebook.ports import GroupNotFound

_id: sa.BindParameter[Any] = sa.bindparam("key")
_student: sa.BindParameter[UUID] = sa.bindparam("student", type_=sa.Uuid)
_of_groups: sa.BindParameter[Any] = sa.bindparam("groups", expanding=True)
_points, _grades = control_points.c, control_point_grades.c

_roll = sa.select(
    study_groups.c.id.label("group_id"),
    study_groups.c.name.label("group_name"),
    study_groups.c.teacher_id,
    users.c.id,
    users.c.username,
    name_of(users).label("name"),
)
_ROLL = _roll.select_from(study_groups.outerjoin(group_students).outerjoin(users)).where(study_groups.c.id == _id)
_member = group_students.alias()
_ROLLS = (
    _roll.select_from(study_groups.join(group_students).join(users))
    .join(_member, _member.c.group_id == study_groups.c.id)
    .where(_member.c.student_id == _student)
    .order_by(study_groups.c.id)
)
_OWN_ROLLS = _ROLLS.where(users.c.id == _student)
_COMMENTS = (
    sa.select(_grades.control_point_id, _grades.comment)
    .join(control_points)
    .where(_points.group_id.in_(_of_groups), _grades.student_id == _student, _grades.comment.is_not(None))
)


class SqlGradebook:
    """`Gradebook`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def roll(self, group_id: int) -> Roll:
        rows = await self.database.rows(_ROLL, {"key": group_id})
        if not rows:
            raise GroupNotFound
        return _roll_of(rows)

    async def rolls_of(self, student_id: UUID, *, alone: bool) -> list[Roll]:
        by_group: defaultdict[int, list[Row]] = defaultdict(list)
        for row in await self.database.rows(_OWN_ROLLS if alone else _ROLLS, {"student": student_id}):
            by_group[row.group_id].append(row)
        return [replace(_roll_of(rows), is_whole=not alone) for rows in by_group.values()]

    async def columns(self, rolls: Sequence[Roll], window: Window) -> dict[int, list[Column]]:
        (start, end), (first_day, last_day) = window.instants, window.days
        values = {
            "groups": [roll.group_id for roll in rolls],
            "starts": start,
            "ends": end,
            "first_day": first_day,
            "last_day": last_day,
        }
        if all(roll.is_whole for roll in rolls):
            rows = await self.database.rows(COLUMNS, values)
        else:
            students = {student.id for roll in rolls for student in roll.students}
            rows = await self.database.rows(COLUMNS_OF_SOME, values | {"students": list(students)})
        return await asyncio.to_thread(columns_of, rows, rolls, window, in_hundredths=self.database.is_sqlite)

    async def comments(self, student_id: UUID, group_ids: Sequence[int]) -> dict[int, str]:
        rows = await self.database.rows(_COMMENTS, {"student": student_id, "groups": list(group_ids)})
        return {row.control_point_id: row.comment for row in rows}


def _roll_of(rows: Sequence[Row]) -> Roll:
    """Of a group with its students, or with nobody."""
    students = [Student(id=row.id, username=row.username, name=row.name) for row in rows if row.id is not None]
    by_name, group = sorted(students, key=attrgetter("key")), rows[0]
    return Roll(group_id=group.group_id, name=group.group_name, teacher_id=group.teacher_id, students=tuple(by_name))
