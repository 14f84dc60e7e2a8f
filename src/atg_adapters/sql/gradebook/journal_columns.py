"""The columns of journals on SQL, in one statement whatever the size.

A column is one row, with its cells aggregated into one text: a row for each cell would take several times as long to
fetch. Beside the values stand the students who have them, in the same order: to join the members of the group with
each column would take the database three times as long as to read its cells.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, cast

import sqlalchemy as sa

from atg_adapters.sql.lists import is_among, joined
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.gradebook import attendance, control_point_grades, control_points
from atg_adapters.sql.tables.homework import homework, homework_exemptions, homework_questions, homework_submissions
from atg_adapters.sql.tables.schedule import scheduled_lessons
from atg_adapters.sql.types import Hundredths, UtcDateTime
from atg_core.gradebook.model import (
    HOMEWORK_WEIGHT,
    Attempt,
    AttendanceStatus,
    Cell,
    Column,
    ColumnKind,
    Roster,
    Window,
    with_excused,
    with_lateness,
)
from atg_core.homework.model import SubmissionStatus
from atg_core.late_work import LATE_COLUMNS, LateRule
from atg_core.schedule.model import LessonStatus

_SEPARATOR, _MIDDLE = ",", ";"
_KINDS = {kind.value: kind for kind in ColumnKind}
_STATUSES: Mapping[str, Cell] = {status.value: status for status in AttendanceStatus}

_start, _end = sa.bindparam("starts", type_=UtcDateTime), sa.bindparam("ends", type_=UtcDateTime)
_first_day, _last_day = sa.bindparam("first_day", type_=sa.Date), sa.bindparam("last_day", type_=sa.Date)
_lessons, _homework, _points = scheduled_lessons.c, homework.c, control_points.c
_marks, _submissions, _grades = attendance.c, homework_submissions.c, control_point_grades.c
_NO_MOMENT, _NO_DAY = sa.cast(sa.null(), UtcDateTime), sa.cast(sa.null(), sa.Date)
_NO_NUMBER = sa.cast(sa.null(), Hundredths(precision=9, scale=2))
_NO_DAYS, _NO_TEXT = sa.cast(sa.null(), sa.Integer), sa.cast(sa.null(), sa.Text)
_AT = "@"


def _cells(
    values: sa.Table,
    value: sa.ColumnElement[Any],
    *conditions: sa.ColumnElement[bool],
    of_some: bool,
    several: bool = False,
) -> sa.ScalarSelect[str]:
    """The values of a column and the ids of their students; null where there are none.

    `of_some`: of `students` alone; `several`: the highest value of each student.
    """
    shown = sa.cast(sa.func.max(value) if several else value, sa.Text)
    picked = (is_among(values.c.student_id, "students"),) if of_some else ()
    each = sa.select(
        sa.func.coalesce(shown, "").label("value"), sa.cast(values.c.student_id, sa.Text).label("student")
    ).where(*conditions, *picked)
    # Explicit: SQLAlchemy correlates automatically one level up only.
    found = (each.group_by(values.c.student_id) if several else each).correlate_except(values).subquery()
    return sa.select(joined(found.c.value) + _MIDDLE + joined(found.c.student)).scalar_subquery()


def _late_rule(*columns: sa.ColumnElement[Any]) -> list[sa.ColumnElement[Any]]:
    """When homework is due, the rule, and who is excused; nothing for what is no homework.

    As texts: few of them are looked at.
    """
    return list(columns) or [_NO_TEXT, _NO_TEXT, _NO_TEXT, _NO_DAYS, _NO_TEXT]


def _columns(*, of_some: bool) -> sa.CompoundSelect[Any]:
    given = sa.func.coalesce(
        sa.cast(_grades.grade, sa.Text), sa.case((_grades.is_excused, AttendanceStatus.EXCUSED.value))
    )
    due = sa.func.coalesce(_homework.due_at, _homework.published_at)
    points = sa.select(sa.func.sum(homework_questions.c.points)).where(homework_questions.c.homework_id == _homework.id)
    graded = (_submissions.homework_id == _homework.id, _submissions.status == SubmissionStatus.GRADED)
    best = _cells(homework_submissions, _submissions.grade, *graded, of_some=of_some, several=True)
    attempt = sa.cast(_submissions.grade, sa.Text) + _AT + sa.cast(_submissions.submitted_at, sa.Text)
    attempts = _cells(homework_submissions, attempt, *graded, of_some=of_some)
    # Every attempt, with when it was handed in, only where that matters.
    has_rule = sa.or_(_homework.late_percent_per_day.is_not(None), _homework.late_zero_after_days.is_not(None))
    exempt = sa.select(joined(sa.cast(homework_exemptions.c.student_id, sa.Text))).where(
        homework_exemptions.c.homework_id == _homework.id
    )
    return sa.union_all(
        sa.select(
            sa.literal(ColumnKind.LESSON.value).label("kind"),
            _lessons.id,
            _lessons.group_id,
            _lessons.title,
            _lessons.start_time.label("at"),
            _NO_DAY.label("date"),
            _NO_NUMBER.label("max_grade"),
            _NO_NUMBER.label("weight"),
            _cells(attendance, _marks.status, _marks.lesson_id == _lessons.id, of_some=of_some).label("cells"),
            *_late_rule(),
        ).where(
            is_among(_lessons.group_id, "groups"),
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
            sa.case((has_rule, attempts), else_=best),
            *_late_rule(
                sa.cast(_homework.due_at, sa.Text),
                *(sa.cast(_homework[name], sa.Text) for name in LATE_COLUMNS[:2]),
                _homework.late_zero_after_days,
                exempt.scalar_subquery(),
            ),
        ).where(is_among(_homework.group_id, "groups"), _homework.published_at.is_not(None), due >= _start, due < _end),
        sa.select(
            sa.literal(ColumnKind.CONTROL_POINT.value),
            _points.id,
            _points.group_id,
            _points.title,
            _NO_MOMENT,
            _points.date,
            _points.max_grade,
            _points.weight,
            _cells(control_point_grades, given, _grades.control_point_id == _points.id, of_some=of_some),
            *_late_rule(),
        ).where(is_among(_points.group_id, "groups"), _points.date.between(_first_day, _last_day)),
    )


COLUMNS, COLUMNS_OF_SOME = _columns(of_some=False), _columns(of_some=True)
"""With the cells of all members of the groups, and of `students` alone."""


class _Cells(dict[str, Cell]):
    """Parsed values by text, memoised: there are far fewer distinct texts than cells."""

    def __init__(self, *, in_hundredths: bool) -> None:
        super().__init__({"": None, **_STATUSES})
        self._exponent = -2 if in_hundredths else 0

    def __missing__(self, text: str) -> Cell:
        return self.setdefault(text, Decimal(text).scaleb(self._exponent))


def columns_of(
    rows: Sequence[Row], rosters: Sequence[Roster], window: Window, *, in_hundredths: bool
) -> Iterator[tuple[int, Column]]:
    """Columns with their group, cells in roster order. `in_hundredths`: grades are stored as integers (SQLite)."""
    parse = _Cells(in_hundredths=in_hundredths).__getitem__
    pickers = {roster.group_id: _Pickers(roster) for roster in rosters}
    nothing: dict[int, tuple[Cell, ...]] = {roster.group_id: (None,) * len(roster.students) for roster in rosters}
    for kind, number, group_id, title, at, date, max_grade, weight, told, due_at, percent, floor, days, exempt in rows:
        cells, has_rule = nothing[group_id], percent is not None or days is not None
        if told and cells and not has_rule:
            texts, _, students = told.partition(_MIDDLE)
            # The last cell is that of who has none.
            cells = pickers[group_id][students]([*map(parse, texts.split(_SEPARATOR)), None])
        begin = at or window.midnight(date)
        column = Column(
            kind=_KINDS[kind],
            id=number,
            title=title,
            at=begin,
            day=window.day_of(begin),
            cells=cells,
            max_grade=max_grade,
            weight=weight,
        )
        if told and cells and has_rule:
            parts = [cast("Decimal | None", each and parse(each)) for each in (percent, floor)]
            rule = LateRule(percent_per_day=parts[0], floor_percent=parts[1], zero_after_days=days)
            attempts = _attempts(told, pickers[group_id].places, parse)
            column = with_lateness(column, attempts, rule, due_at and _instant(due_at))
        if exempt:
            places = pickers[group_id].places
            column = with_excused(column, [places[each] for each in _ids(exempt) if each in places])
        yield group_id, column


def _ids(students: str) -> list[str]:
    return students.replace("-", "").split(_SEPARATOR)


def _attempts(told: str, places: Mapping[str, int], parse: Callable[[str], Cell]) -> dict[int, list[Attempt]]:
    """By place; of students who are not on the roster none."""
    texts, _, students = told.partition(_MIDDLE)
    found: defaultdict[int, list[Attempt]] = defaultdict(list)
    for text, student in zip(texts.split(_SEPARATOR), _ids(students), strict=True):
        grade, _, moment = text.partition(_AT)
        if student in places and moment:
            found[places[student]].append((cast("Decimal", parse(grade)), _instant(moment)))
    return found


def _instant(text: str) -> datetime:
    """As a database writes it: SQLite in UTC, without saying so."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class _Pickers(dict[str, Callable[[Sequence[Cell]], tuple[Cell, ...]]]):
    """What puts cells into the order of the roster, by the ids that stand beside them: many columns have the same."""

    def __init__(self, roster: Roster) -> None:
        self._ids = [student.id.hex for student in roster.students]
        self.places = {each: place for place, each in enumerate(self._ids)}

    def __missing__(self, students: str) -> Callable[[Sequence[Cell]], tuple[Cell, ...]]:
        known = {text: place for place, text in enumerate(_ids(students))}
        places = [known.get(each, -1) for each in self._ids]
        pick = itemgetter(*places) if len(places) > 1 else lambda cells: (cells[places[0]],)
        return self.setdefault(students, pick)
