"""Queries of the schedule on SQL."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.folding import escaped, search
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.identity import display_name, users
from atg_adapters.sql.tables.schedule import (
    calendar_tokens,
    free_days,
    group_students,
    recurring_lesson_exceptions,
    recurring_lessons,
    scheduled_lessons,
    study_groups,
)
from atg_core.identity.model import Role
from atg_core.schedule.model import FreeDays, Group, Lesson, RecurringLesson, RuleException, Student, Viewer
from atg_core.schedule.ports import (
    CalendarNotFound,
    GroupNotFound,
    LessonFilter,
    LessonNotFound,
    RecurringLessonNotFound,
    ScheduleWindow,
)

_A_DAY = timedelta(days=1)
_id: sa.BindParameter[Any] = sa.bindparam("key")
_viewer: sa.BindParameter[Any] = sa.bindparam("viewer", type_=sa.Uuid)
_groups, _lessons, _rules = study_groups.c, scheduled_lessons.c, recurring_lessons.c
_days = recurring_lesson_exceptions.c
_start = sa.bindparam("starts", type_=_lessons.start_time.type)
_end = sa.bindparam("ends", type_=_lessons.end_time.type)
_from_day, _to_day = sa.bindparam("from_day", type_=sa.Date), sa.bindparam("to_day", type_=sa.Date)

LESSON_COLUMNS = [scheduled_lessons.c[name] for name in Lesson.__dataclass_fields__]
_mine = sa.select(group_students.c.group_id).where(group_students.c.student_id == _viewer)
_my_groups = sa.select(_groups.id).where(sa.or_(_groups.teacher_id == _viewer, _groups.id.in_(_mine)))
_are_mine = (_lessons.teacher_id == _viewer, _lessons.group_id.in_(_mine))
_my_rule = _rules.group_id.in_(_my_groups)
_my_teachers = sa.select(_groups.teacher_id).where(_groups.id.in_(_mine))

_count = sa.select(sa.func.count()).where(group_students.c.group_id == _groups.id).scalar_subquery()
_teacher = sa.select(display_name(users)).where(users.c.id == _groups.teacher_id).scalar_subquery()
GROUP = sa.select(study_groups, _count.label("student_count"), _teacher.label("teacher_name"))
_STUDENTS = (
    sa.select(users.c.id, users.c.username, users.c.full_name, users.c.email)
    .join(group_students, group_students.c.student_id == users.c.id)
    .where(group_students.c.group_id == _id)
    .order_by(users.c.full_name, users.c.username)
)
_RULES = sa.select(recurring_lessons, _groups.teacher_id).join(study_groups)
RULE = _RULES.where(_rules.id == _id)
EXCEPTIONS = (
    sa.select(recurring_lesson_exceptions)
    .where(is_among(_days.recurring_lesson_id, "rules"))
    .order_by(_days.recurring_lesson_id, _days.date)
)
_free = free_days.c
_is_taught_by = _free.teacher_id.is_(None) | is_among(_free.teacher_id, "teachers")
_BETWEEN = (_free.start <= _to_day, _free.end >= _from_day)
_BY_START = (_free.start, _free.end, _free.id)
FREE_DAYS = sa.select(free_days).where(_is_taught_by, *_BETWEEN).order_by(*_BY_START)
_moved_here = sa.select(_days.recurring_lesson_id).where(_days.start_time < _end, _days.end_time > _start)


def _is_on(lessons: Any) -> sa.ColumnElement[bool]:
    """The lesson of an occurrence replaces it, even if the lesson was moved out of the window."""
    return sa.or_(
        sa.and_(lessons.start_time < _end, lessons.end_time > _start),
        lessons.occurrence_date.between(_from_day, _to_day),
        lessons.recurring_lesson_id.in_(_moved_here),
    )


def _by_start(lessons: sa.FromClause) -> sa.Select[Any]:
    return sa.select(*[lessons.c[name] for name in Lesson.__dataclass_fields__]).order_by(
        lessons.c.start_time, lessons.c.id
    )


# Two searches, each by its index: one for either would read all lessons.
_my_lessons = [sa.select(*LESSON_COLUMNS).where(is_mine) for is_mine in _are_mine]
_MY_LESSONS = sa.union(*_my_lessons).subquery("mine")
_MY_PLANNED_LESSONS = _by_start(sa.union(*[each.where(_is_on(_lessons)) for each in _my_lessons]).subquery("planned"))
_is_planned = sa.or_(sa.and_(_rules.start_date <= _to_day, _rules.end_date >= _from_day), _rules.id.in_(_moved_here))
_PLANNED_RULES = _RULES.where(_is_planned).order_by(_rules.id)
_in_window = sa.select(_rules.id).where(_is_planned)
_PLANNED_EXCEPTIONS = sa.select(recurring_lesson_exceptions).order_by(_days.recurring_lesson_id, _days.date)


_ANYBODYS_FREE_DAYS = sa.select(free_days).order_by(*_BY_START)
_are_my_free_days = sa.or_(_free.teacher_id.is_(None), _free.teacher_id == _viewer, _free.teacher_id.in_(_my_teachers))


class _Window(NamedTuple):
    """What is planned in a window; the statements do not depend on each other's rows."""

    lessons: sa.Select[Any]
    rules: sa.Select[Any]
    exceptions: sa.Select[Any]
    free_days: sa.Select[Any]


_ANYBODYS_WINDOW = _Window(
    _by_start(scheduled_lessons).where(_is_on(_lessons)),
    _PLANNED_RULES,
    _PLANNED_EXCEPTIONS.where(_days.recurring_lesson_id.in_(_in_window)),
    _ANYBODYS_FREE_DAYS.where(*_BETWEEN),
)
_MY_WINDOW = _Window(
    _MY_PLANNED_LESSONS,
    _PLANNED_RULES.where(_my_rule),
    _PLANNED_EXCEPTIONS.where(_days.recurring_lesson_id.in_(_in_window.where(_my_rule))),
    _ANYBODYS_FREE_DAYS.where(_are_my_free_days, *_BETWEEN),
)
_CALENDAR = (
    sa.select(users.c.id, users.c.role).join(calendar_tokens).where(calendar_tokens.c.digest == _id, users.c.is_active)
)


def group_of(row: Row) -> Group:
    return convert(row, Group, from_attributes=True)


async def rules_of(connection: Connection, rows: Sequence[Row]) -> list[RecurringLesson]:
    """With their exceptions and free days, in two statements of one round trip."""
    if not rows:
        return []
    span = {"from_day": min(row.start_date for row in rows), "to_day": max(row.end_date for row in rows)}
    exceptions, free = await connection.results(
        (EXCEPTIONS, {"rules": [row.id for row in rows]}),
        (FREE_DAYS, {"teachers": list({row.teacher_id for row in rows}), **span}),
    )
    return _rules_of(rows, exceptions, [free_days_of(each) for each in free])


def free_days_of(row: Row) -> FreeDays:
    return convert(row, FreeDays, from_attributes=True)


def _rules_of(rows: Sequence[Row], exceptions: Iterable[Row], free: Sequence[FreeDays]) -> list[RecurringLesson]:
    days: defaultdict[int, list[RuleException]] = defaultdict(list)
    for day in exceptions:
        days[day.recurring_lesson_id].append(convert(day, RuleException, from_attributes=True))
    of_teacher = {
        teacher: tuple(each for each in free if each.is_of(teacher)) for teacher in {row.teacher_id for row in rows}
    }
    rules = []
    for row in rows:
        fields = {**fields_of(row), "exceptions": tuple(days[row.id])}
        rules.append(replace(convert(fields, RecurringLesson), free_days=of_teacher[row.teacher_id]))
    return rules


class SqlScheduleQueries:
    """`ScheduleQueries`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def _page(
        self, connection: Connection, select: sa.Select[Any], viewer: Viewer, limit: int, offset: int
    ) -> tuple[Sequence[Row], int]:
        seen = {} if viewer.is_admin else {"viewer": viewer.id}
        counting = sa.select(sa.func.count()).select_from(select.order_by(None).subquery())
        total: int = (await connection.execute(counting, seen)).scalar_one()
        return (await connection.execute(select.limit(limit).offset(offset), seen)).all(), total

    async def groups(
        self, viewer: Viewer, words: str | None = None, *, limit: int, offset: int
    ) -> tuple[list[Group], int]:
        select = _seen(GROUP.order_by(_groups.id), viewer, _groups.id.in_(_my_groups))
        if given := escaped(words or ""):
            select = select.where(search(_groups.name, words=given))
        async with self.database.reader() as connection:
            rows, total = await self._page(connection, select, viewer, limit, offset)
        return [group_of(row) for row in rows], total

    async def group(self, viewer: Viewer, group_id: int) -> tuple[Group, list[Student]]:
        select = _seen(GROUP.where(_groups.id == _id), viewer, _groups.id.in_(_my_groups))
        async with self.database.reader() as connection:
            row = (await connection.execute(select, {"key": group_id, "viewer": viewer.id})).first()
            if row is None:
                raise GroupNotFound
            students = await connection.execute(_STUDENTS, {"key": group_id})
            return group_of(row), [convert(each, Student, from_attributes=True) for each in students]

    async def lessons(
        self, viewer: Viewer, wanted: LessonFilter, *, limit: int, offset: int
    ) -> tuple[list[Lesson], int]:
        seen: sa.FromClause = scheduled_lessons if viewer.is_admin else _MY_LESSONS
        select = _by_start(seen)
        if wanted.group_id is not None:
            select = select.where(seen.c.group_id == wanted.group_id)
        if wanted.status is not None:
            select = select.where(seen.c.status == wanted.status)
        if wanted.start is not None:
            select = select.where(seen.c.end_time > wanted.start)
        if wanted.end is not None:
            select = select.where(seen.c.start_time < wanted.end)
        async with self.database.reader() as connection:
            rows, total = await self._page(connection, select, viewer, limit, offset)
        return [convert(row, Lesson, from_attributes=True) for row in rows], total

    async def lesson(self, viewer: Viewer, lesson_id: int) -> Lesson:
        select = _seen(sa.select(*LESSON_COLUMNS).where(_lessons.id == _id), viewer, sa.or_(*_are_mine))
        row = await self.database.row(select, {"key": lesson_id, "viewer": viewer.id})
        if row is None:
            raise LessonNotFound
        return convert(row, Lesson, from_attributes=True)

    async def rules(
        self, viewer: Viewer, group_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[RecurringLesson], int]:
        select = _seen(_RULES.order_by(_rules.id), viewer, _my_rule)
        if group_id is not None:
            select = select.where(_rules.group_id == group_id)
        async with self.database.reader() as connection:
            rows, total = await self._page(connection, select, viewer, limit, offset)
            return await rules_of(connection, rows), total

    async def rule(self, viewer: Viewer, rule_id: int) -> RecurringLesson:
        async with self.database.reader() as connection:
            row = (
                await connection.execute(_seen(RULE, viewer, _my_rule), {"key": rule_id, "viewer": viewer.id})
            ).first()
            if row is None:
                raise RecurringLessonNotFound
            return (await rules_of(connection, [row]))[0]

    async def window(self, viewer: Viewer, start: datetime, end: datetime) -> ScheduleWindow:
        # Dates of a rule are local ones, up to a day apart from UTC; a long lesson begins the day before.
        window = {
            "starts": start,
            "ends": end,
            "from_day": start.astimezone(UTC).date() - 2 * _A_DAY,
            "to_day": end.astimezone(UTC).date() + _A_DAY,
            "viewer": viewer.id,
        }
        planned = _ANYBODYS_WINDOW if viewer.is_admin else _MY_WINDOW
        lessons, rules, exceptions, free = await self.database.results(*[(each, window) for each in planned])
        days = [free_days_of(row) for row in free]
        return ScheduleWindow(
            lessons=[convert(row, Lesson, from_attributes=True) for row in lessons],
            rules=_rules_of(rules.all(), exceptions, days),
            free_days=days,
        )

    async def free_days(
        self, viewer: Viewer, start: date | None, end: date | None, *, limit: int, offset: int
    ) -> tuple[list[FreeDays], int]:
        select = _seen(_ANYBODYS_FREE_DAYS, viewer, _are_my_free_days)
        if start is not None:
            select = select.where(_free.end >= start)
        if end is not None:
            select = select.where(_free.start <= end)
        async with self.database.reader() as connection:
            rows, total = await self._page(connection, select, viewer, limit, offset)
        return [free_days_of(row) for row in rows], total

    async def calendar_viewer(self, digest: bytes) -> Viewer:
        row = await self.database.row(_CALENDAR, {"key": digest})
        if row is None:
            raise CalendarNotFound
        return Viewer(id=row.id, is_admin=row.role == Role.ADMIN)


def _seen(select: sa.Select[Any], viewer: Viewer, own: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return select if viewer.is_admin else select.where(own)
