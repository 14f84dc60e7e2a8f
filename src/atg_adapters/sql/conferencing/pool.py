"""The pool of conference accounts on SQL: leases and their lessons.

A transaction that changes a lease locks its lesson first, which avoids deadlocks.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.conferencing.leasing import ACCOUNT_COLUMNS, claim, live, made_today, usable
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.result import Result
from atg_adapters.sql.rows import numbered, numbered_binds
from atg_adapters.sql.tables.conferencing import (
    conference_accounts,
    conference_leases,
    conference_places,
    conference_refusals,
)
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.schedule import scheduled_lessons
from atg_adapters.sql.types import UtcDateTime
from atg_core.conferencing.model import (
    LEASE_GRACE,
    Account,
    EndReason,
    HostedLesson,
    Lease,
    Meeting,
    TeacherLease,
)
from atg_core.conferencing.ports import (
    AccountNotFound,
    LeaseNotFound,
    LessonNotFound,
)

_id: sa.BindParameter[Any] = sa.bindparam("key")
_now = sa.bindparam("now", type_=UtcDateTime)
_accounts, _leases, _places, _lessons = (
    conference_accounts.c,
    conference_leases.c,
    conference_places.c,
    scheduled_lessons.c,
)

LESSON_COLUMNS = [scheduled_lessons.c[name] for name in HostedLesson.__dataclass_fields__]

_LESSON = sa.select(*LESSON_COLUMNS).where(_lessons.id == _id).with_for_update()
_OF_LESSONS = sa.select(*LESSON_COLUMNS).where(is_among(_lessons.id, "keys"))
_HOLD_LESSONS = _OF_LESSONS.with_for_update(key_share=True, skip_locked=True)
_live_leases = sa.select(conference_leases).where(_leases.ended_at.is_(None))
_FIND_LEASE = _live_leases.where(_leases.lesson_id == _id)
_FIND_LEASES = _live_leases.where(is_among(_leases.lesson_id, "keys"))
_ADD_LEASE = sa.insert(conference_leases)
_LEASE = sa.select(conference_leases).where(_leases.id == _id)
_FREE = sa.update(conference_places).where(_places.lease_id == _id).values(lease_id=None)
_CLAIM_CREATION = (
    sa.update(conference_leases)
    .where(
        is_among(_leases.id, "keys"),
        _leases.ended_at.is_(None),
        _leases.meeting_id.is_(None),
        _leases.making_until <= _now,
    )
    .values(making_until=sa.bindparam("until", type_=UtcDateTime))
    .returning(_leases.id, _leases.account_id)
)
_RETURN_CREATION = (
    sa.update(conference_leases)
    .where(
        is_among(_leases.lesson_id, "keys"),
        _leases.ended_at.is_(None),
        _leases.meeting_id.is_(None),
        _leases.making_until == sa.bindparam("until", type_=UtcDateTime),
    )
    .values(making_until=_now)
)
_SAVE_MEETING = (
    sa.update(conference_leases)
    .where(_leases.id == _id, _leases.ended_at.is_(None), _leases.meeting_id.is_(None))
    .values(meeting_id=sa.bindparam("number"), meeting_uuid=sa.bindparam("instance"))
    .returning(_leases.lesson_id)
)
_CHANGE_LESSON = sa.update(scheduled_lessons).where(_lessons.id == _id)
_revised = {"revision": _lessons.revision + 1, "updated_at": _now}
_GO_LIVE = _CHANGE_LESSON.values(
    status="live", zoom_start_url=sa.bindparam("start_url"), zoom_join_url=sa.bindparam("join_url"), **_revised
).returning(*LESSON_COLUMNS)
_END_LIVE = _CHANGE_LESSON.where(_lessons.status == "live").values(
    status="ended", zoom_start_url=None, zoom_join_url=None, **_revised
)
_HOLD_TEACHERS = (
    sa.select(users.c.id).where(is_among(users.c.id, "keys")).order_by(users.c.id).with_for_update(key_share=True)
)
_OF_TEACHERS = (
    sa.select(
        _lessons.teacher_id,
        _leases.lesson_id,
        _lessons.end_time,
        _leases.leased_at,
        _leases.ended_at,
        _leases.end_reason,
    )
    .join(scheduled_lessons, _lessons.id == _leases.lesson_id)
    .where(
        is_among(_lessons.teacher_id, "keys"),
        _leases.account_id.is_not(None),
        sa.or_(_leases.ended_at.is_(None), _leases.leased_at >= sa.bindparam("since", type_=UtcDateTime)),
    )
    .order_by(_leases.leased_at)
)
_REFUSAL = ("lesson_id", "at")
_EXTEND = sa.update(conference_leases).where(_leases.id == _id, _leases.ended_at.is_(None))
_RELEASE = (
    sa.update(conference_leases)
    .where(_leases.id == _id, _leases.ended_at.is_(None))
    .values(ended_at=_now, end_reason=sa.bindparam("reason"))
    .returning(_leases.lesson_id)
)
_ACCOUNT = sa.select(*ACCOUNT_COLUMNS).where(_accounts.id == _id)
_ACCOUNTS = sa.select(*ACCOUNT_COLUMNS).where(is_among(_accounts.id, "keys"))
_HAS_FREE_PLACE = sa.select(sa.exists().where(usable, made_today < _accounts.daily_limit, live < _accounts.capacity))
_BY_UUID = sa.select(conference_leases).where(_leases.meeting_uuid == _id).order_by(_leases.leased_at.desc()).limit(1)
_BY_NUMBER = sa.select(conference_leases).where(_leases.meeting_id == _id).order_by(_leases.leased_at.desc()).limit(1)
_OVERDUE = (
    sa.select(conference_leases)
    .join(scheduled_lessons)
    .where(
        _leases.ended_at.is_(None),
        sa.or_(
            sa.and_(
                _leases.meeting_id.is_(None),
                _leases.leased_at <= sa.bindparam("made_before", type_=UtcDateTime),
                _leases.making_until <= _now,
            ),
            sa.and_(
                _leases.meeting_id.is_not(None),
                _lessons.end_time <= sa.bindparam("ended_before", type_=UtcDateTime),
            ),
        ),
    )
    .order_by(_leases.expires_at)
)


class SqlPool:
    """`Pool` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def _all(self, statement: sa.Executable, keys: Collection[Any], **values: Any) -> Result:
        return await self.connection.execute(statement, {"keys": list(keys), **values})

    async def lesson(self, lesson_id: int, teacher_id: UUID | None = None) -> HostedLesson:
        row = await self._first(_LESSON, key=lesson_id)
        if row is None or (teacher_id is not None and row.teacher_id != teacher_id):
            raise LessonNotFound
        return convert(row, HostedLesson, from_attributes=True)

    async def lock_lessons(self, lesson_ids: Collection[int]) -> Mapping[int, HostedLesson | None]:
        rows = (await self._all(_HOLD_LESSONS, lesson_ids)).all()
        held = {row.id: convert(row, HostedLesson, from_attributes=True) for row in rows}
        others = set(lesson_ids) - held.keys()
        return held | {row.id: None for row in (await self._all(_OF_LESSONS, others) if others else ())}

    async def find_lease(self, lesson_id: int) -> Lease | None:
        return _lease_of(await self._first(_FIND_LEASE, key=lesson_id))

    async def find_leases(self, lesson_ids: Collection[int]) -> Mapping[int, Lease]:
        rows = await self._all(_FIND_LEASES, lesson_ids)
        return {row.lesson_id: convert(row, Lease, from_attributes=True) for row in rows}

    async def lease(self, lease_id: UUID) -> Lease:
        lease = _lease_of(await self._first(_LEASE, key=lease_id))
        if lease is None:
            raise LeaseNotFound
        return lease

    async def claim_accounts(self, leases: Sequence[Lease]) -> Mapping[int, tuple[Lease, Account]]:
        return await claim(self.connection, leases)

    async def lease_own_rooms(self, leases: Sequence[Lease]) -> None:
        await self.connection.execute(_ADD_LEASE, [asdict(lease) for lease in leases])

    async def record_refusals(self, lesson_ids: Collection[int], now: datetime) -> None:
        rows = [{"lesson_id": lesson_id, "at": now} for lesson_id in lesson_ids]
        await self.connection.execute(_add_refusals(len(rows)), numbered(_REFUSAL, rows))

    async def leases_of_teachers(self, teacher_ids: Collection[UUID], since: datetime) -> Sequence[TeacherLease]:
        await self._all(_HOLD_TEACHERS, teacher_ids)
        rows = await self._all(_OF_TEACHERS, teacher_ids, since=since)
        return [convert(row, TeacherLease, from_attributes=True) for row in rows]

    async def account(self, account_id: int) -> Account:
        row = await self._first(_ACCOUNT, key=account_id)
        if row is None:
            raise AccountNotFound
        return convert(row, Account, from_attributes=True)

    async def claim_creation(
        self, lease_ids: Collection[UUID], now: datetime, until: datetime
    ) -> Mapping[UUID, Account | None]:
        rows = (await self._all(_CLAIM_CREATION, lease_ids, now=now, until=until)).all()
        named = {row.account_id for row in rows} - {None}
        found = await self._all(_ACCOUNTS, named) if named else ()
        accounts = {row.id: convert(row, Account, from_attributes=True) for row in found}
        return {row.id: accounts.get(row.account_id) for row in rows}

    async def return_creation(self, lesson_ids: Collection[int], until: datetime, now: datetime) -> None:
        await self._all(_RETURN_CREATION, lesson_ids, until=until, now=now)

    async def save_meeting(self, lease_id: UUID, meeting: Meeting, now: datetime) -> HostedLesson | None:
        saved = await self._first(_SAVE_MEETING, key=lease_id, number=meeting.id, instance=meeting.uuid)
        return None if saved is None else await self._go_live(saved.lesson_id, meeting, now)

    async def _go_live(self, lesson_id: int, meeting: Meeting, now: datetime) -> HostedLesson:
        urls = {"start_url": meeting.start_url, "join_url": meeting.join_url}
        row = await self._first(_GO_LIVE, key=lesson_id, now=now, **urls)
        return convert(row, HostedLesson, from_attributes=True)

    async def renew_urls(self, lease_id: UUID, meeting: Meeting, now: datetime) -> None:
        lease = await self.lease(lease_id)
        if lease.ended_at is None:
            await self._go_live(lease.lesson_id, meeting, now)

    async def extend(self, lease_id: UUID, expires_at: datetime) -> None:
        await self.connection.execute(_EXTEND.values(expires_at=expires_at), {"key": lease_id})

    async def release(self, lease_id: UUID, reason: EndReason, now: datetime) -> bool:
        released = await self._first(_RELEASE, key=lease_id, reason=reason, now=now)
        if released is None:
            return False
        await self.connection.execute(_FREE, {"key": lease_id})
        await self.connection.execute(_END_LIVE, {"key": released.lesson_id, "now": now})
        return True

    async def has_free_place(self, now: datetime) -> bool:
        return bool(await self.connection.scalar(_HAS_FREE_PLACE, {"today": now.date()}))

    async def find_by_meeting(self, meeting_id: str | None, meeting_uuid: str | None) -> Lease | None:
        statement, key = (_BY_UUID, meeting_uuid) if meeting_uuid else (_BY_NUMBER, meeting_id)
        return _lease_of(await self._first(statement, key=key)) if key else None

    async def overdue(self, made_before: datetime, now: datetime) -> list[Lease]:
        asked = {"made_before": made_before, "now": now, "ended_before": now - LEASE_GRACE}
        rows = await self.connection.execute(_OVERDUE, asked)
        return [convert(row, Lease, from_attributes=True) for row in rows]


@cache
def _add_refusals(count: int) -> sa.Executable:
    return sa.insert(conference_refusals).values(numbered_binds(conference_refusals, _REFUSAL, count)).inline()


def _lease_of(row: Any) -> Lease | None:
    return convert(row, Lease, from_attributes=True) if row else None
