"""Notices that time tells, on SQL: each statement for everybody whom it concerns."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.notices.overdue import TELL_MANAGERS
from atg_adapters.sql.notices.telling import subject_of
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.tables.learning import user_courses
from atg_adapters.sql.tables.notices import notice_rounds, notices
from atg_adapters.sql.types import UtcDateTime
from atg_core.learning.model import EnrollmentStatus
from atg_core.notices.due import STAGES, DueDays
from atg_core.notifier import NoticeKind

_A_DAY = 86_400
_now, _week, _before = (sa.bindparam(name, type_=UtcDateTime) for name in ("now", "week", "before"))
_zone: sa.BindParameter[str] = sa.bindparam("at_zone", type_=sa.String)
_day: sa.BindParameter[date] = sa.bindparam("at_day", type_=sa.Date)
_DONE = sa.select(notice_rounds.c.day).where(notice_rounds.c.zone == _zone, notice_rounds.c.day == _day)
_FINISH = insert(notice_rounds).on_conflict_do_nothing()
_FORGET = sa.delete(notice_rounds).where(notice_rounds.c.day < _day)

_learners = user_courses.c
_IS_OPEN = sa.and_(
    _learners.cancelled_at.is_(None), _learners.status != EnrollmentStatus.COMPLETED, _learners.due_at < _before
)
_is_due = sa.exists().where(_learners.course_id == courses.c.id, _IS_OPEN)
_DUE_COURSES = sa.select(courses.c.id).where(_is_due).order_by(courses.c.id)


def _text(value: str) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{value}'", sa.String)


def _stage() -> sa.ColumnElement[str]:
    ends = [(_learners.due_at < sa.bindparam(kind.value, type_=UtcDateTime), _text(kind)) for kind, _ in STAGES]
    return sa.case((_learners.due_at <= _now, _text(NoticeKind.COURSE_OVERDUE)), *ends)


_due = (
    sa.select(
        _learners.user_id,
        _stage().label("kind"),
        subject_of(_learners.course_id).label("subject"),
        _learners.due_at,
        courses.c.title,
    )
    .select_from(user_courses.join(courses, courses.c.id == _learners.course_id).join(users))
    .where(_learners.course_id == sa.bindparam("course", type_=sa.Uuid), _IS_OPEN, users.c.is_active)
    .subquery()
)
_told, _assigned = notices.alias("told"), notices.alias("assigned")


def _same(told: sa.FromClause, kind: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.and_(
        told.c.user_id == _due.c.user_id,
        told.c.kind == kind,
        told.c.subject == _due.c.subject,
        told.c.occasion == _due.c.due_at,
    )


_days = sa.case(*((_due.c.kind == _text(kind), sa.literal_column(str(days * _A_DAY))) for kind, days in STAGES))
# What is no stage before the due date has no number of days: then nothing is left out.
_had_begun = sa.exists().where(
    _same(_assigned, _text(NoticeKind.COURSE_ASSIGNED)),
    sa.extract("epoch", _due.c.due_at) - _days <= sa.extract("epoch", _assigned.c.created_at),
)
_COLUMNS = ["user_id", "kind", "subject", "occasion", "title", "created_at", "deliver_at"]
_TELL_DUE = (
    insert(notices)
    .from_select(
        _COLUMNS,
        sa.select(
            *(_due.c.user_id, _due.c.kind, _due.c.subject, _due.c.due_at, _due.c.title),
            _now,
            _now,
        )
        .where(~sa.exists().where(_same(_told, _due.c.kind)), ~_had_begun)
        .order_by(_due.c.user_id),
        include_defaults=False,
    )
    .on_conflict_do_nothing()
)
_TELL_WEEKLY = (
    insert(notices)
    .from_select(
        _COLUMNS,
        sa.select(
            users.c.id,
            _text(NoticeKind.WEEKLY_REPORT),
            _text("week"),
            _week,
            _text(""),
            _now,
            _now,
        )
        .join(user_profiles, user_profiles.c.id == users.c.id)
        .where(users.c.is_active, user_profiles.c.weekly_report)
        .order_by(users.c.id),
        include_defaults=False,
    )
    .on_conflict_do_nothing()
)


class SqlRounds:
    """`RoundStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def is_done(self, zone: str, day: date) -> bool:
        return (await self.connection.execute(_DONE, {"at_zone": zone, "at_day": day})).first() is not None

    async def due_courses(self, before: datetime) -> list[UUID]:
        return await self.connection.scalars(_DUE_COURSES, {"before": before})

    async def tell_due(self, course_id: UUID, days: DueDays) -> None:
        ends = {kind.value: end for kind, end in days.ends}
        values = {"course": course_id, "now": days.now, "before": days.last, **ends}
        await self.connection.execute(_TELL_DUE, values)

    async def tell_managers(self, course_id: UUID, now: datetime) -> None:
        await self.connection.execute(TELL_MANAGERS, {"course": course_id, "now": now})

    async def tell_weekly(self, week: datetime, now: datetime) -> None:
        await self.connection.execute(_TELL_WEEKLY, {"week": week, "now": now})

    async def finish(self, zone: str, day: date) -> None:
        await self.connection.execute(_FINISH, {"zone": zone, "day": day})

    async def forget(self, before: date) -> None:
        await self.connection.execute(_FORGET, {"at_day": before})
