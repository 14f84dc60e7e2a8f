"""Queries of conferencing on SQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.conferencing.accounts import ACCOUNT
from atg_adapters.sql.conferencing.leasing import ACCOUNT_COLUMNS, live, made_today, usable
from atg_adapters.sql.conferencing.pool import LESSON_COLUMNS
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.conferencing import (
    conference_accounts,
    conference_leases,
    conference_refusals,
    lesson_recordings,
)
from atg_adapters.sql.tables.schedule import group_students, scheduled_lessons
from atg_adapters.sql.types import UtcDateTime
from atg_core.conferencing.model import (
    Account,
    AccountInUse,
    AccountUsage,
    HostedLesson,
    PoolState,
    Recording,
    Usage,
)
from atg_core.conferencing.ports import AccountNotFound, LessonNotFound

_id: sa.BindParameter[Any] = sa.bindparam("key")
_viewer: sa.BindParameter[Any] = sa.bindparam("viewer", type_=sa.Uuid)
_start, _end = sa.bindparam("starts", type_=UtcDateTime), sa.bindparam("ends", type_=UtcDateTime)
_accounts, _leases, _lessons, _recorded = (
    conference_accounts.c,
    conference_leases.c,
    scheduled_lessons.c,
    lesson_recordings.c,
)

_LIVE = (
    sa.select(_leases.account_id, _leases.lesson_id)
    .where(_leases.ended_at.is_(None), _leases.account_id.in_(sa.bindparam("accounts", expanding=True)))
    .order_by(_leases.leased_at)
)
_SPANS = (
    sa.select(_leases.account_id, _leases.leased_at, _leases.ended_at, _accounts.label, _accounts.provider)
    .outerjoin(conference_accounts)
    .where(_leases.leased_at < _end, sa.or_(_leases.ended_at.is_(None), _leases.ended_at > _start))
    .order_by(_leases.account_id)
)
_REFUSALS = sa.select(sa.func.count()).where(conference_refusals.c.at >= _start, conference_refusals.c.at < _end)
_PLACES = sa.select(sa.func.coalesce(sa.func.sum(_accounts.capacity), 0)).where(usable)
_BUSY = sa.select(sa.func.count()).where(_leases.ended_at.is_(None))
_now = sa.bindparam("now", type_=UtcDateTime)
_idle, _unmade = _accounts.capacity - live, _accounts.daily_limit - made_today
_free = sa.case((sa.or_(_idle <= 0, _unmade <= 0), 0), (_idle < _unmade, _idle), else_=_unmade)
_next_end = (
    sa.select(sa.func.min(sa.case((_lessons.end_time > _now, _lessons.end_time), else_=_leases.expires_at)))
    .join_from(conference_leases, scheduled_lessons, _lessons.id == _leases.lesson_id)
    .where(_leases.ended_at.is_(None), _leases.account_id.is_not(None))
    .scalar_subquery()
)
_POOL_STATE = sa.select(
    sa.func.coalesce(sa.func.sum(_accounts.capacity), 0).label("places"),
    sa.func.coalesce(sa.func.sum(_free), 0).label("free"),
    _next_end.label("next_end"),
).where(usable)
_LESSON = sa.select(*LESSON_COLUMNS).where(_lessons.id == _id)
_LESSONS = sa.select(*LESSON_COLUMNS).where(_lessons.id.in_(sa.bindparam("ids", expanding=True)))
_in_group = sa.select(group_students.c.group_id).where(group_students.c.student_id == _viewer)
_SEEN_LESSON = _LESSON.where(sa.or_(_lessons.teacher_id == _viewer, _lessons.group_id.in_(_in_group)))
_OF_MEETING = (
    sa.select(*LESSON_COLUMNS, _leases.ended_at)
    .join(conference_leases, _leases.lesson_id == _lessons.id)
    .where(_leases.meeting_id == _id)
    .order_by(_leases.leased_at.desc())
    .limit(1)
)
_RECORDINGS = sa.select(lesson_recordings).where(_recorded.lesson_id == _id).order_by(_recorded.id)
_COUNT_RECORDINGS = sa.select(sa.func.count()).where(_recorded.lesson_id == _id)


class SqlConferencingQueries:
    """`ConferencingQueries`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def accounts(self, *, limit: int, offset: int) -> tuple[list[AccountInUse], int]:
        async with self.database.reader() as connection:
            total: int = (await connection.execute(sa.select(sa.func.count(_accounts.id)))).scalar_one()
            page = sa.select(*ACCOUNT_COLUMNS).order_by(_accounts.id).limit(limit).offset(offset)
            accounts = [convert(row, Account, from_attributes=True) for row in await connection.execute(page)]
            return await self._in_use(connection, accounts), total

    @staticmethod
    async def _in_use(connection: Connection, accounts: list[Account]) -> list[AccountInUse]:
        lessons: defaultdict[int, list[int]] = defaultdict(list)
        for account_id, lesson_id in map(
            tuple, await connection.execute(_LIVE, {"accounts": [account.id for account in accounts]})
        ):
            lessons[account_id].append(lesson_id)
        return [AccountInUse(account=account, lesson_ids=tuple(lessons[account.id])) for account in accounts]

    async def account(self, account_id: int) -> AccountInUse:
        async with self.database.reader() as connection:
            row = (await connection.execute(ACCOUNT, {"key": account_id})).first()
            if row is None:
                raise AccountNotFound
            return (await self._in_use(connection, [convert(row, Account, from_attributes=True)]))[0]

    async def usage(self, start: datetime, end: datetime, now: datetime) -> Usage:
        asked = {"starts": start, "ends": end}
        async with self.database.reader() as connection:
            places: int = (await connection.execute(_PLACES)).scalar_one()
            busy: int = (await connection.execute(_BUSY)).scalar_one()
            refusals: int = (await connection.execute(_REFUSALS, asked)).scalar_one()
            seconds: defaultdict[Any, float] = defaultdict(float)
            leases: defaultdict[Any, int] = defaultdict(int)
            for row in await connection.execute(_SPANS, asked):
                account = (row.account_id, row.label, row.provider)
                until = min(row.ended_at or now, end)
                seconds[account] += max(0.0, (until - max(row.leased_at, start)).total_seconds())
                leases[account] += 1
        accounts = [
            AccountUsage(
                account_id=key[0],
                label=key[1],
                provider=key[2],
                leases=leases[key],
                hours=round(seconds[key] / 3600, 2),
            )
            for key in seconds
        ]
        return Usage(places=places, busy=busy, refusals=refusals, accounts=tuple(accounts))

    async def pool_state(self, now: datetime) -> PoolState:
        [row] = await self.database.rows(_POOL_STATE, {"now": now, "today": now.date()})
        free = int(row.free)
        return PoolState(places=int(row.places), free=free, free_at=None if free else row.next_end)

    async def lesson(self, lesson_id: int, viewer_id: UUID | None) -> HostedLesson:
        statement, asked = (_LESSON, {}) if viewer_id is None else (_SEEN_LESSON, {"viewer": viewer_id})
        row = await self.database.row(statement, {"key": lesson_id, **asked})
        if row is None:
            raise LessonNotFound
        return convert(row, HostedLesson, from_attributes=True)

    async def lessons(self, lesson_ids: Collection[int]) -> Mapping[int, HostedLesson]:
        found = await self.database.rows(_LESSONS, {"ids": list(lesson_ids)}) if lesson_ids else ()
        return {row.id: convert(row, HostedLesson, from_attributes=True) for row in found}

    async def meeting_lesson(self, meeting_id: str) -> tuple[HostedLesson, bool]:
        row = await self.database.row(_OF_MEETING, {"key": meeting_id})
        if row is None:
            raise LessonNotFound
        return convert(row, HostedLesson, from_attributes=True), row.ended_at is None

    async def recordings(self, lesson_id: int, *, limit: int, offset: int) -> tuple[list[Recording], int]:
        async with self.database.reader() as connection:
            total: int = (await connection.execute(_COUNT_RECORDINGS, {"key": lesson_id})).scalar_one()
            rows = await connection.execute(_RECORDINGS.limit(limit).offset(offset), {"key": lesson_id})
            return [convert(row, Recording, from_attributes=True) for row in rows], total
