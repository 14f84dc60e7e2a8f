"""Conference accounts and recordings on SQL, and reading them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.database import Database
from atg_adapters.sql.pool import LESSON_COLUMNS
from atg_adapters.sql.pool_claims import ACCOUNT_COLUMNS, usable
from atg_adapters.sql.tables.conferencing import (
    conference_accounts,
    conference_leases,
    conference_places,
    conference_refusals,
    lesson_recordings,
)
from atg_adapters.sql.tables.schedule import group_students, scheduled_lessons
from atg_adapters.sql.types import UtcDateTime
from atg_core.conferencing.model import Account, AccountInUse, AccountUsage, HostedLesson, Recording, Usage
from atg_core.conferencing.ports import AccountBusy, AccountNotFound, LabelTaken, LessonNotFound

_id: sa.BindParameter[Any] = sa.bindparam("key")
_viewer: sa.BindParameter[Any] = sa.bindparam("viewer", type_=sa.Uuid)
_start, _end = sa.bindparam("starts", type_=UtcDateTime), sa.bindparam("ends", type_=UtcDateTime)
_accounts, _leases, _places, _lessons, _recorded = (
    conference_accounts.c,
    conference_leases.c,
    conference_places.c,
    scheduled_lessons.c,
    lesson_recordings.c,
)

_ACCOUNT = sa.select(*ACCOUNT_COLUMNS).where(_accounts.id == _id)
_HOLD_ACCOUNT = _ACCOUNT.with_for_update()
_HOSTS = sa.select(sa.exists().where(_leases.account_id == _id, _leases.ended_at.is_(None)))
_HOLD_PLACES = sa.select(_places.number).where(_places.account_id == _id).with_for_update()


class SqlAccounts:
    """`Accounts` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, values: Mapping[str, Any], now: datetime) -> Account:
        stored = {**values, "created_at": now, "updated_at": now}
        return await self._kept(sa.insert(conference_accounts).values(stored).returning(*ACCOUNT_COLUMNS), {})

    async def change(self, account_id: int, values: Mapping[str, Any], now: datetime) -> Account:
        changing = sa.update(conference_accounts).where(_accounts.id == _id).returning(*ACCOUNT_COLUMNS)
        return await self._kept(changing.values({**values, "updated_at": now}), {"key": account_id})

    async def _kept(self, statement: sa.Executable, values: Mapping[str, Any]) -> Account:
        try:
            async with self.connection.begin_nested():
                row = (await self.connection.execute(statement, values)).first()
        except IntegrityError:
            raise LabelTaken from None
        if row is None:
            raise AccountNotFound
        return convert(row, Account, from_attributes=True)

    async def delete(self, account_id: int) -> None:
        # In the order in which a start takes them.
        await self.connection.execute(_HOLD_PLACES, {"key": account_id})
        if (await self.connection.execute(_HOLD_ACCOUNT, {"key": account_id})).first() is None:
            raise AccountNotFound
        if await self.connection.scalar(_HOSTS, {"key": account_id}):
            raise AccountBusy
        await self.connection.execute(sa.delete(conference_accounts).where(_accounts.id == _id), {"key": account_id})

    async def sealed(self) -> list[tuple[int, str]]:
        holding = sa.select(_accounts.id, _accounts.sealed).where(_accounts.sealed.is_not(None)).order_by(_accounts.id)
        return [(row.id, row.sealed) for row in await self.connection.execute(holding.with_for_update())]


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
_LESSON = sa.select(*LESSON_COLUMNS).where(_lessons.id == _id)
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
_COPIED = sa.select(_recorded.storage_key).where(_recorded.storage_key.in_(sa.bindparam("keys", expanding=True)))
_COUNT_RECORDINGS = sa.select(sa.func.count()).where(_recorded.lesson_id == _id)


class SqlRecordings:
    """`Recordings` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add_link(self, lesson_id: int, teacher_id: UUID | None, url: str, now: datetime) -> Recording:
        lesson = (await self.connection.execute(_LESSON.with_for_update(key_share=True), {"key": lesson_id})).first()
        if lesson is None or teacher_id not in {None, lesson.teacher_id}:
            raise LessonNotFound
        adding = sa.insert(lesson_recordings).values(lesson_id=lesson_id, url=url, created_at=now)
        row = (await self.connection.execute(adding.returning(lesson_recordings))).one()
        return convert(row, Recording, from_attributes=True)

    async def add_copy(self, lesson_id: int, storage_key: str, duration_seconds: int | None, now: datetime) -> bool:
        values = {
            "lesson_id": lesson_id,
            "storage_key": storage_key,
            "duration_seconds": duration_seconds,
            "created_at": now,
        }
        adding = insert(lesson_recordings).on_conflict_do_nothing(index_elements=["storage_key"]).values(values)
        return (await self.connection.execute(adding.returning(_recorded.id))).first() is not None

    async def copied(self, storage_keys: Collection[str]) -> set[str]:
        return set(await self.connection.scalars(_COPIED, {"keys": list(storage_keys)}))


class SqlConferences:
    """`Conferences`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def accounts(self, *, limit: int, offset: int) -> tuple[list[AccountInUse], int]:
        async with self.database.reader() as connection:
            total: int = (await connection.execute(sa.select(sa.func.count(_accounts.id)))).scalar_one()
            page = sa.select(*ACCOUNT_COLUMNS).order_by(_accounts.id).limit(limit).offset(offset)
            accounts = [convert(row, Account, from_attributes=True) for row in await connection.execute(page)]
            return await self._in_use(connection, accounts), total

    @staticmethod
    async def _in_use(connection: AsyncConnection, accounts: list[Account]) -> list[AccountInUse]:
        lessons: defaultdict[int, list[int]] = defaultdict(list)
        for account_id, lesson_id in map(
            tuple, await connection.execute(_LIVE, {"accounts": [account.id for account in accounts]})
        ):
            lessons[account_id].append(lesson_id)
        return [AccountInUse(account=account, lesson_ids=tuple(lessons[account.id])) for account in accounts]

    async def account(self, account_id: int) -> AccountInUse:
        async with self.database.reader() as connection:
            row = (await connection.execute(_ACCOUNT, {"key": account_id})).first()
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

    async def lesson(self, lesson_id: int, viewer_id: UUID | None) -> HostedLesson:
        statement, asked = (_LESSON, {}) if viewer_id is None else (_SEEN_LESSON, {"viewer": viewer_id})
        row = await self.database.row(statement, {"key": lesson_id, **asked})
        if row is None:
            raise LessonNotFound
        return convert(row, HostedLesson, from_attributes=True)

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
