"""Rosters and journals on SQL."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.database import Database
from atg_adapters.sql.gradebook.journal_columns import COLUMNS, COLUMNS_OF_SOME, columns_of
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.gradebook import control_point_grades, control_points
from atg_adapters.sql.tables.identity import display_name, users
from atg_adapters.sql.tables.schedule import group_students, study_groups
from atg_core.gradebook.model import Column, Roster, Student, Window
from atg_core.gradebook.ports import GroupNotFound

_COLUMNS_AT_ONCE = 25
_id: sa.BindParameter[Any] = sa.bindparam("key")
_student: sa.BindParameter[UUID] = sa.bindparam("student", type_=sa.Uuid)
_points, _grades = control_points.c, control_point_grades.c

_roster = sa.select(
    study_groups.c.id.label("group_id"),
    study_groups.c.name.label("group_name"),
    study_groups.c.teacher_id,
    users.c.id,
    users.c.username,
    display_name(users).label("name"),
)
_ROSTER = _roster.select_from(study_groups.outerjoin(group_students).outerjoin(users)).where(study_groups.c.id == _id)
_member = group_students.alias()
_ROSTERS = (
    _roster.select_from(study_groups.join(group_students).join(users))
    .join(_member, _member.c.group_id == study_groups.c.id)
    .where(_member.c.student_id == _student)
    .order_by(study_groups.c.id)
)
_OWN_ROSTERS = _ROSTERS.where(users.c.id == _student)
_COMMENTS = (
    sa.select(_grades.control_point_id, _grades.comment)
    .join(control_points)
    .where(is_among(_points.group_id, "groups"), _grades.student_id == _student, _grades.comment.is_not(None))
)


class SqlJournalQueries:
    """`JournalQueries` on any connection."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def roster(self, group_id: int) -> Roster:
        rows = await self.database.rows(_ROSTER, {"key": group_id})
        if not rows:
            raise GroupNotFound
        return _roster_of(rows)

    async def rosters_of(self, student_id: UUID, *, student_only: bool) -> list[Roster]:
        by_group: defaultdict[int, list[Row]] = defaultdict(list)
        for row in await self.database.rows(_OWN_ROSTERS if student_only else _ROSTERS, {"student": student_id}):
            by_group[row.group_id].append(row)
        return [replace(_roster_of(rows), is_complete=not student_only) for rows in by_group.values()]

    async def columns(self, rosters: Sequence[Roster], window: Window) -> dict[int, list[Column]]:
        (start, end), (first_day, last_day) = window.instants, window.days
        values = {
            "groups": [roster.group_id for roster in rosters],
            "starts": start,
            "ends": end,
            "first_day": first_day,
            "last_day": last_day,
        }
        if all(roster.is_complete for roster in rosters):
            rows = await self.database.rows(COLUMNS, values)
        else:
            students = {student.id for roster in rosters for student in roster.students}
            rows = await self.database.rows(COLUMNS_OF_SOME, values | {"students": list(students)})
        columns: dict[int, list[Column]] = {roster.group_id: [] for roster in rosters}
        read = columns_of(rows, rosters, window, in_hundredths=self.database.is_sqlite)
        for number, (group_id, column) in enumerate(read, start=1):
            columns[group_id].append(column)
            if number % _COLUMNS_AT_ONCE == 0:
                await asyncio.sleep(0)  # other requests have their turn; a thread would fight for the interpreter
        return columns

    async def comments(self, student_id: UUID, group_ids: Sequence[int]) -> dict[int, str]:
        rows = await self.database.rows(_COMMENTS, {"student": student_id, "groups": list(group_ids)})
        return {row.control_point_id: row.comment for row in rows}


def _roster_of(rows: Sequence[Row]) -> Roster:
    """The rows of a group; a group without students has one row without a user."""
    students = [Student(id=row.id, username=row.username, name=row.name) for row in rows if row.id is not None]
    by_name, group = sorted(students, key=attrgetter("sort_key")), rows[0]
    return Roster(group_id=group.group_id, name=group.group_name, teacher_id=group.teacher_id, students=tuple(by_name))
