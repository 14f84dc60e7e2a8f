"""The pool of conference accounts on SQL: leases, and the lessons that they serve.

Whoever changes a lease holds its lesson before, so that none waits for another in a circle; places are taken with
SKIP LOCKED and never waited for.
"""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.tables.conferencing import (
    conference_accounts,
    conference_leases,
    conference_places,
    conference_refusals,
)
from atg_adapters.sql.tables.schedule import scheduled_lessons
from atg_adapters.sql.types import UtcDateTime
from atg_core.conferencing.model import (
    LEASE_OUTLASTS,
    Account,
    EndReason,
    HostedLesson,
    Lease,
    Meeting,
    ProviderName,
)
from atg_core.conferencing.ports import (
    AccountNotFound,
    LeaseNotFound,
    LessonNotFound,
    PoolExhausted,
)

_SECONDS_TO_WAIT = 30

_id: sa.BindParameter[Any] = sa.bindparam("key")
_now = sa.bindparam("now", type_=UtcDateTime)
_today = sa.bindparam("today", type_=sa.Date)
_accounts, _leases, _places, _lessons = (
    conference_accounts.c,
    conference_leases.c,
    conference_places.c,
    scheduled_lessons.c,
)

LESSON_COLUMNS = [scheduled_lessons.c[name] for name in HostedLesson.__dataclass_fields__]
ACCOUNT_COLUMNS = [conference_accounts.c[name] for name in Account.__dataclass_fields__]
usable = sa.and_(_accounts.is_enabled, sa.or_(_accounts.provider == ProviderName.LOCAL, _accounts.sealed.is_not(None)))
_made_today = sa.case((_accounts.made_on == _today, _accounts.made), else_=0)
_may_host = sa.and_(usable, _made_today < _accounts.daily_limit)

_LESSON = sa.select(*LESSON_COLUMNS).where(_lessons.id == _id).with_for_update()
_LEASE_FIELDS = list(Lease.__dataclass_fields__)
_FIND_LEASE = sa.select(conference_leases).where(_leases.lesson_id == _id, _leases.ended_at.is_(None))
_LEASE = sa.select(conference_leases).where(_leases.id == _id)
_free_place = (
    sa.select(_places.account_id, _places.number)
    .join(conference_accounts, _accounts.id == _places.account_id)
    .where(_places.lease_id.is_(None), _places.number <= _accounts.capacity, _may_host)
    .where(_accounts.id.not_in(sa.bindparam("spent", expanding=True)))
    # The first places of all accounts before the second ones: two starts on one account wait for each other's count.
    .order_by(_made_today, _places.number, _accounts.id)
    .limit(1)
    .with_for_update(of=conference_places, skip_locked=True)
)
_chosen = _free_place.cte("chosen")
# As a CTE and not as a subquery: that could be run once for each row, and would lock another place each time.
_TAKE_PLACE = (
    sa.update(conference_places)
    .where(_places.account_id == _chosen.c.account_id, _places.number == _chosen.c.number)
    .where(_places.lease_id.is_(None))
    .values(lease_id=sa.bindparam("lease", type_=sa.Uuid))
    .returning(_places.account_id)
)
_COUNT_MEETING = (
    sa.update(conference_accounts)
    .where(_accounts.id == _id, _made_today < _accounts.daily_limit)
    .values(made_on=_today, made=_made_today + 1)
    .returning(*ACCOUNT_COLUMNS)
)
_UNCOUNT_MEETING = sa.update(conference_accounts).where(_accounts.id == _id).values(made=_accounts.made - 1)
_FREE = sa.update(conference_places).where(_places.lease_id == _id).values(lease_id=None)
_places_there = (
    sa.select(sa.func.count())
    .where(_places.account_id == _accounts.id)
    .correlate(conference_accounts)
    .scalar_subquery()
)
_places_taken = (
    sa.select(sa.func.count())
    .where(_places.account_id == _accounts.id, _places.lease_id.is_not(None))
    .correlate(conference_accounts)
    .scalar_subquery()
)
# An account that may host fewer than before can have leases beyond its last place. Nobody else takes one of its places
# in this moment: who counts a meeting holds the account.
_ADD_LEASE = (
    sa.insert(conference_leases)
    .from_select(
        _LEASE_FIELDS,
        sa.select(*(sa.bindparam(f"new_{name}", type_=_leases[name].type) for name in _LEASE_FIELDS))
        .select_from(conference_accounts)
        .where(_accounts.id == _id, _places_taken <= _accounts.capacity),
    )
    .returning(_leases.id)
)
_WITHOUT_PLACES = (
    sa.select(_accounts.id, _accounts.capacity)
    .where(_places_there < _accounts.capacity)
    .order_by(_accounts.id)
    .with_for_update(read=True, key_share=True)
)
_ADD_PLACE = insert(conference_places).on_conflict_do_nothing()
_MAKE_ALONE = (
    sa.update(conference_leases)
    .where(
        _leases.id == _id,
        _leases.ended_at.is_(None),
        _leases.meeting_id.is_(None),
        _leases.making_until <= _now,
    )
    .values(making_until=sa.bindparam("until", type_=UtcDateTime))
    .returning(_leases.id)
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
)
_END_LIVE = _CHANGE_LESSON.where(_lessons.status == "live").values(
    status="ended", zoom_start_url=None, zoom_join_url=None, **_revised
)
_EXTEND = sa.update(conference_leases).where(_leases.id == _id, _leases.ended_at.is_(None))
_RELEASE = (
    sa.update(conference_leases)
    .where(_leases.id == _id, _leases.ended_at.is_(None))
    .values(ended_at=_now, end_reason=sa.bindparam("reason"))
    .returning(_leases.lesson_id)
)
_live = (
    sa.select(sa.func.count())
    .where(_leases.account_id == _accounts.id, _leases.ended_at.is_(None))
    .correlate(conference_accounts)
    .scalar_subquery()
)
_ACCOUNT = sa.select(*ACCOUNT_COLUMNS).where(_accounts.id == _id)
_HAS_FREE_PLACE = sa.select(sa.exists().where(_may_host, _live < _accounts.capacity))
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

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def lesson(self, lesson_id: int, teacher_id: UUID | None = None) -> HostedLesson:
        row = await self._first(_LESSON, key=lesson_id)
        if row is None or (teacher_id is not None and row.teacher_id != teacher_id):
            raise LessonNotFound
        return convert(row, HostedLesson, from_attributes=True)

    async def find_lease(self, lesson_id: int) -> Lease | None:
        return _lease_of(await self._first(_FIND_LEASE, key=lesson_id))

    async def lease(self, lease_id: UUID) -> Lease:
        lease = _lease_of(await self._first(_LEASE, key=lease_id))
        if lease is None:
            raise LeaseNotFound
        return lease

    async def claim_account(self, lease: Lease) -> tuple[Lease, Account]:
        spent: list[int] = []
        while True:
            claimed = replace(lease, account_id=await self._take_place(lease, spent))
            if account := await self._add_lease(claimed):
                return claimed, account
            await self.connection.execute(_FREE, {"key": lease.id})
            spent.append(claimed.account_id or 0)

    async def _add_lease(self, lease: Lease) -> Account | None:
        """None: others have taken what the account had left in this moment, or it hosts more than it may by now."""
        counted = await self._first(_COUNT_MEETING, key=lease.account_id, today=lease.leased_at.date())
        if counted is None:
            return None
        added = await self._first(
            _ADD_LEASE, key=lease.account_id, **{f"new_{name}": value for name, value in asdict(lease).items()}
        )
        if added is None:
            await self.connection.execute(_UNCOUNT_MEETING, {"key": lease.account_id})
            return None
        return convert(counted, Account, from_attributes=True)

    async def _take_place(self, lease: Lease, spent: list[int]) -> int:
        """The account. Raises PoolExhausted."""
        taking = {"lease": lease.id, "today": lease.leased_at.date(), "spent": spent}
        row = await self._first(_TAKE_PLACE, **taking)
        if row is None:
            await self._add_places()
            # Also if there were none to add: another start may have done so since the first look.
            row = await self._first(_TAKE_PLACE, **taking)
        if row is None:
            raise PoolExhausted(retry_after=_SECONDS_TO_WAIT)
        return int(row.account_id)

    async def _add_places(self) -> None:
        """Of accounts that are new, or may host more than before; in the same order everywhere."""
        accounts = (await self.connection.execute(_WITHOUT_PLACES)).all()
        rows = [{"account_id": row.id, "number": number} for row in accounts for number in range(1, row.capacity + 1)]
        if rows:
            await self.connection.execute(_ADD_PLACE, rows)

    async def count_refusal(self, lesson_id: int, now: datetime) -> None:
        await self.connection.execute(sa.insert(conference_refusals), {"lesson_id": lesson_id, "at": now})

    async def account(self, account_id: int) -> Account:
        row = await self._first(_ACCOUNT, key=account_id)
        if row is None:
            raise AccountNotFound
        return convert(row, Account, from_attributes=True)

    async def make_alone(self, lease_id: UUID, now: datetime, until: datetime) -> bool:
        return await self._first(_MAKE_ALONE, key=lease_id, now=now, until=until) is not None

    async def save_meeting(self, lease_id: UUID, meeting: Meeting, now: datetime) -> bool:
        saved = await self._first(_SAVE_MEETING, key=lease_id, number=meeting.id, instance=meeting.uuid)
        if saved is None:
            return False
        await self._go_live(saved.lesson_id, meeting, now)
        return True

    async def _go_live(self, lesson_id: int, meeting: Meeting, now: datetime) -> None:
        urls = {"start_url": meeting.start_url, "join_url": meeting.join_url}
        await self.connection.execute(_GO_LIVE, {"key": lesson_id, "now": now, **urls})

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
        asked = {"made_before": made_before, "now": now, "ended_before": now - LEASE_OUTLASTS}
        rows = await self.connection.execute(_OVERDUE, asked)
        return [convert(row, Lease, from_attributes=True) for row in rows]


def _lease_of(row: Any) -> Lease | None:
    return convert(row, Lease, from_attributes=True) if row else None
