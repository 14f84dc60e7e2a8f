"""Reading groups with what is known of their students, on SQL.

A column comes as one row, its cells as one text that the database puts together: a row for each cell would take
several times as long to fetch.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.database import Database, Row
from atg_adapters.sql.homework_reading import name_of
from atg_adapters.sql.tables.gradebook import attendance, control_point_grades, control_points
from atg_adapters.sql.tables.homework import homework, homework_questions, homework_submissions
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.schedule import group_students, scheduled_lessons, study_groups
from atg_adapters.sql.types import UtcDateTime
from atg_core.gradebook.model import (
    HOMEWORK_WEIGHT,
    AttendanceStatus,
    Cell,
    Column,
    ColumnKind,
    Roll,
    Student,
    Window,
)
from atg_core.gradebook.ports import GroupNotFound
from atg_core.homework.model import SubmissionStatus
from atg_core.schedule.model import LessonStatus

_id: sa.BindParameter[Any] = sa.bindparam("key")
_student: sa.BindParameter[UUID] = sa.bindparam("student", type_=sa.Uuid)
_of_groups: sa.BindParameter[Any] = sa.bindparam("groups", expanding=True)
_start, _end = sa.bindparam("starts", type_=UtcDateTime), sa.bindparam("ends", type_=UtcDateTime)
_first_day, _last_day = sa.bindparam("first_day", type_=sa.Date), sa.bindparam("last_day", type_=sa.Date)
_lessons, _homework, _points = scheduled_lessons.c, homework.c, control_points.c
_marks, _handed_in, _grades = attendance.c, homework_submissions.c, control_point_grades.c
_STATUS = {status.value: status for status in AttendanceStatus}

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


def _cells(student: sa.Column[UUID], value: sa.Column[Any], *conditions: sa.ColumnElement[bool]) -> Any:
    """Each a student's id and then a value, between commas; correlated to what the conditions are about."""
    each = sa.cast(student, sa.Text) + sa.cast(value, sa.Text)
    return sa.select(sa.func.aggregate_strings(each, ",")).where(value.is_not(None), *conditions)


class _Columns(NamedTuple):
    lessons: sa.Select[Any]
    homework: sa.Select[Any]
    control_points: sa.Select[Any]


def _columns(*, of_one: bool) -> _Columns:
    """The three statements; `of_one`: with the cells of one student alone."""

    def cells(student: sa.Column[UUID], value: sa.Column[Any], *conditions: sa.ColumnElement[bool]) -> Any:
        own = (student == _student,) if of_one else ()
        return _cells(student, value, *conditions, *own).scalar_subquery().label("cells")

    due = sa.func.coalesce(_homework.due_at, _homework.published_at)
    points = sa.select(sa.func.sum(homework_questions.c.points)).where(homework_questions.c.homework_id == _homework.id)
    graded = (_handed_in.homework_id == _homework.id, _handed_in.status == SubmissionStatus.GRADED)
    return _Columns(
        sa.select(
            _lessons.id,
            _lessons.group_id,
            _lessons.title,
            _lessons.start_time.label("at"),
            cells(_marks.student_id, _marks.status, _marks.lesson_id == _lessons.id),
        ).where(
            _lessons.group_id.in_(_of_groups),
            _lessons.status != LessonStatus.CANCELLED,
            _lessons.start_time >= _start,
            _lessons.start_time < _end,
        ),
        sa.select(
            _homework.id,
            _homework.group_id,
            _homework.title,
            due.label("at"),
            points.scalar_subquery().label("max_grade"),
            cells(_handed_in.student_id, _handed_in.grade, *graded),
        ).where(_homework.group_id.in_(_of_groups), _homework.published_at.is_not(None), due >= _start, due < _end),
        sa.select(
            control_points,
            cells(_grades.student_id, _grades.grade, _grades.control_point_id == _points.id),
        ).where(_points.group_id.in_(_of_groups), _points.date.between(_first_day, _last_day)),
    )


_ALL_CELLS, _OWN_CELLS = _columns(of_one=False), _columns(of_one=True)
_COMMENTS = (
    sa.select(_grades.control_point_id, _grades.comment)
    .join(control_points)
    .where(_points.group_id.in_(_of_groups), _grades.student_id == _student, _grades.comment.is_not(None))
)


class SqlGradebook:
    """`Gradebook`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._written: Callable[[UUID], str] = attrgetter("hex") if database.is_sqlite else str
        self._grade: Callable[[str], Cell] = _of_hundredths if database.is_sqlite else _of_decimals

    async def roll(self, group_id: int) -> Roll:
        rows = await self.database.rows(_ROLL, {"key": group_id})
        if not rows:
            raise GroupNotFound
        return _roll_of(rows)

    async def rolls_of(self, student_id: UUID, *, alone: bool) -> list[Roll]:
        by_group: defaultdict[int, list[Row]] = defaultdict(list)
        for row in await self.database.rows(_OWN_ROLLS if alone else _ROLLS, {"student": student_id}):
            by_group[row.group_id].append(row)
        return [_roll_of(rows) for rows in by_group.values()]

    async def columns(self, rolls: Sequence[Roll], window: Window) -> dict[int, list[Column]]:
        students = {student.id for roll in rolls for student in roll.students}
        statements = _OWN_CELLS if len(students) == 1 else _ALL_CELLS
        (start, end), (first_day, last_day) = window.instants, window.days
        values = {
            "groups": [roll.group_id for roll in rolls],
            "student": next(iter(students), None),
            "starts": start,
            "ends": end,
            "first_day": first_day,
            "last_day": last_day,
        }
        places = {roll.group_id: self._places(roll) for roll in rolls}
        columns: dict[int, list[Column]] = {roll.group_id: [] for roll in rolls}
        async with self.database.reader() as connection:
            for kind, statement in zip(ColumnKind, statements, strict=True):
                for row in await connection.execute(statement, values):
                    columns[row.group_id].append(self._column(kind, row, places[row.group_id], window))
        return columns

    def _places(self, roll: Roll) -> dict[str, int]:
        """The place of each student by their id as the database writes it."""
        return {self._written(student.id): place for place, student in enumerate(roll.students)}

    def _column(self, kind: ColumnKind, row: Row, places: Mapping[str, int], window: Window) -> Column:
        at = window.midnight(row.date) if kind is ColumnKind.CONTROL_POINT else row.at
        parse = _STATUS.__getitem__ if kind is ColumnKind.LESSON else self._grade
        return Column(
            kind=kind,
            id=row.id,
            title=row.title,
            at=at,
            day=window.day_of(at),
            cells=_placed(row.cells, places, parse),
            max_grade=None if kind is ColumnKind.LESSON else row.max_grade,
            weight=_WEIGHT[kind](row),
        )

    async def comments(self, student_id: UUID, group_ids: Sequence[int]) -> dict[int, str]:
        rows = await self.database.rows(_COMMENTS, {"student": student_id, "groups": list(group_ids)})
        return {row.control_point_id: row.comment for row in rows}


_WEIGHT: Mapping[ColumnKind, Callable[[Row], Decimal | None]] = {
    ColumnKind.LESSON: lambda _: None,
    ColumnKind.HOMEWORK: lambda _: HOMEWORK_WEIGHT,
    ColumnKind.CONTROL_POINT: attrgetter("weight"),
}


def _roll_of(rows: Sequence[Row]) -> Roll:
    """Of a group with its students, or with nobody."""
    students = [Student(id=row.id, username=row.username, name=row.name) for row in rows if row.id is not None]
    by_name = sorted(students, key=lambda student: (student.name.casefold(), student.username))
    group = rows[0]
    return Roll(group_id=group.group_id, name=group.group_name, teacher_id=group.teacher_id, students=tuple(by_name))


def _placed(text: str | None, places: Mapping[str, int], parse: Callable[[str], Any]) -> tuple[Cell, ...]:
    cells: list[Any] = [None] * len(places)
    length = len(next(iter(places), ""))
    find = places.get
    for cell in text.split(",") if text else ():
        place = find(cell[:length])
        if place is not None:
            value, before = parse(cell[length:]), cells[place]
            cells[place] = value if before is None else max(before, value)
    return tuple(cells)


@lru_cache(4096)
def _of_decimals(text: str) -> Decimal:
    return Decimal(text)


@lru_cache(4096)
def _of_hundredths(text: str) -> Decimal:
    return Decimal(text).scaleb(-2)
