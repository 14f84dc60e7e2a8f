"""The columns of journals, on SQL: one statement, whatever the size.

A column comes as one row, its cells as one text that the database puts together: a row for each cell would take several
times as long to fetch. The values stand in the order of the students' ids and do not name them. Whose they are says one
more row for each group, of the same statement: so nobody joins or leaves in between.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.database import Row
from atg_adapters.sql.tables.gradebook import attendance, control_point_grades, control_points
from atg_adapters.sql.tables.homework import homework, homework_questions, homework_submissions
from atg_adapters.sql.tables.schedule import group_students, scheduled_lessons, study_groups
from atg_adapters.sql.types import Hundredths, UtcDateTime
from atg_core.gradebook.model import HOMEWORK_WEIGHT, AttendanceStatus, Cell, Column, ColumnKind, Roll, Window
from atg_core.homework.model import SubmissionStatus
from atg_core.schedule.model import LessonStatus

_BETWEEN = ","
_MEMBERS = "members"
_STATUSES: Mapping[str, Cell] = {status.value: status for status in AttendanceStatus}

_of_groups: sa.BindParameter[Any] = sa.bindparam("groups", expanding=True)
_of_students: sa.BindParameter[Any] = sa.bindparam("students", type_=sa.Uuid, expanding=True)
_start, _end = sa.bindparam("starts", type_=UtcDateTime), sa.bindparam("ends", type_=UtcDateTime)
_first_day, _last_day = sa.bindparam("first_day", type_=sa.Date), sa.bindparam("last_day", type_=sa.Date)
_lessons, _homework, _points = scheduled_lessons.c, homework.c, control_points.c
_marks, _handed_in, _grades, _member = attendance.c, homework_submissions.c, control_point_grades.c, group_students.c
_NO_MOMENT, _NO_DAY = sa.cast(sa.null(), UtcDateTime), sa.cast(sa.null(), sa.Date)
_NO_NUMBER = sa.cast(sa.null(), Hundredths(precision=9, scale=2))


class _Scope(NamedTuple):
    """Of which members of a group the cells are."""

    of_some: bool

    def cells(
        self,
        group_id: sa.Column[int],
        values: sa.Table,
        value: sa.Column[Any],
        *conditions: sa.ColumnElement[bool],
        several: bool = False,
    ) -> sa.Label[str]:
        """One value for each member, by the member's id; empty where there is none, of `several` the highest."""
        own = sa.and_(values.c.student_id == _member.student_id, *conditions)
        shown = sa.cast(sa.func.max(value) if several else value, sa.Text)
        each = sa.select(sa.func.coalesce(shown, "").label("value")).select_from(group_students.outerjoin(values, own))
        return self._joined(each.group_by(_member.student_id) if several else each, group_id)

    def ids(self, group_id: sa.Column[int]) -> sa.Label[str]:
        return self._joined(sa.select(sa.cast(_member.student_id, sa.Text).label("value")), group_id)

    def _joined(self, each: sa.Select[Any], group_id: sa.Column[int]) -> sa.Label[str]:
        picked = (_member.student_id.in_(_of_students),) if self.of_some else ()
        ordered = each.where(_member.group_id == group_id, *picked).order_by(_member.student_id)
        # Explicitly: SQLAlchemy finds of itself only what stands one level above.
        correlated = ordered.correlate(group_id.table).subquery()
        joined = sa.select(sa.func.aggregate_strings(correlated.c.value, _BETWEEN))
        return joined.scalar_subquery().label("cells")


def _columns(scope: _Scope) -> sa.CompoundSelect[Any]:
    due = sa.func.coalesce(_homework.due_at, _homework.published_at)
    points = sa.select(sa.func.sum(homework_questions.c.points)).where(homework_questions.c.homework_id == _homework.id)
    graded = (_handed_in.homework_id == _homework.id, _handed_in.status == SubmissionStatus.GRADED)
    return sa.union_all(
        sa.select(
            sa.literal(_MEMBERS).label("kind"),
            study_groups.c.id,
            study_groups.c.id.label("group_id"),
            study_groups.c.name.label("title"),
            _NO_MOMENT.label("at"),
            _NO_DAY.label("date"),
            _NO_NUMBER.label("max_grade"),
            _NO_NUMBER.label("weight"),
            scope.ids(study_groups.c.id),
        ).where(study_groups.c.id.in_(_of_groups)),
        sa.select(
            sa.literal(ColumnKind.LESSON.value),
            _lessons.id,
            _lessons.group_id,
            _lessons.title,
            _lessons.start_time,
            _NO_DAY,
            _NO_NUMBER,
            _NO_NUMBER,
            scope.cells(_lessons.group_id, attendance, _marks.status, _marks.lesson_id == _lessons.id),
        ).where(
            _lessons.group_id.in_(_of_groups),
            _lessons.status != LessonStatus.CANCELLED,
            _lessons.start_time >= _start,
            _lessons.start_time < _end,
        ),
        sa.select(
            sa.literal(ColumnKind.HOMEWORK.value),
            _homework.id,
            _homework.group_id,
            _homework.title,
            due,
            _NO_DAY,
            points.scalar_subquery(),
            sa.literal(HOMEWORK_WEIGHT, Hundredths(precision=9, scale=2)),
            scope.cells(_homework.group_id, homework_submissions, _handed_in.grade, *graded, several=True),
        ).where(_homework.group_id.in_(_of_groups), _homework.published_at.is_not(None), due >= _start, due < _end),
        sa.select(
            sa.literal(ColumnKind.CONTROL_POINT.value),
            _points.id,
            _points.group_id,
            _points.title,
            _NO_MOMENT,
            _points.date,
            _points.max_grade,
            _points.weight,
            scope.cells(_points.group_id, control_point_grades, _grades.grade, _grades.control_point_id == _points.id),
        ).where(_points.group_id.in_(_of_groups), _points.date.between(_first_day, _last_day)),
    )


COLUMNS, COLUMNS_OF_SOME = _columns(_Scope(of_some=False)), _columns(_Scope(of_some=True))
"""With the cells of all members of the groups, and with those of `students` alone."""


class _Cells(dict[str, Cell]):
    """What each text stands for, that of a grade once it is met: there are far fewer texts than cells."""

    def __init__(self, *, in_hundredths: bool) -> None:
        super().__init__({"": None, **_STATUSES})
        self._places = -2 if in_hundredths else 0

    def __missing__(self, text: str) -> Cell:
        return self.setdefault(text, Decimal(text).scaleb(self._places))


def columns_of(
    rows: Sequence[Row], rolls: Sequence[Roll], window: Window, *, in_hundredths: bool
) -> dict[int, list[Column]]:
    """By group; the cells in the order of the roll. `in_hundredths`: how the database writes grades."""
    parse = _Cells(in_hundredths=in_hundredths).__getitem__
    members = {row.group_id: row.cells for row in rows if row.kind == _MEMBERS}
    places = {roll.group_id: _places(roll, members.get(roll.group_id)) for roll in rolls}
    columns: dict[int, list[Column]] = {roll.group_id: [] for roll in rolls}
    for row in rows:
        if row.kind != _MEMBERS:
            # Behind the last one: what those have of the roll who have left meanwhile.
            texts = [*(row.cells or "").split(_BETWEEN), ""]
            cells = tuple([parse(texts[place]) for place in places[row.group_id]])
            columns[row.group_id].append(_column(row, cells, window))
    return columns


def _places(roll: Roll, ids: str | None) -> list[int]:
    """Where the cells of each student of the roll are."""
    known = {UUID(text): place for place, text in enumerate(ids.split(_BETWEEN))} if ids else {}
    return [known.get(student.id, -1) for student in roll.students]


def _column(row: Row, cells: tuple[Cell, ...], window: Window) -> Column:
    at = row.at or window.midnight(row.date)
    return Column(
        kind=ColumnKind(row.kind),
        id=row.id,
        title=row.title,
        at=at,
        day=window.day_of(at),
        cells=cells,
        max_grade=row.max_grade,
        weight=row.weight,
    )
