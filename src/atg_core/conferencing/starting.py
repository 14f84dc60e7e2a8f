"""Starting a lesson: an account of the pool is leased, and a meeting made with it (spec: schedule, The pool).

The account is taken in one short transaction, the provider is called outside any, and then the URLs are saved. Whoever
dies in between leaves a lease without a meeting, which the next start resumes and the reaper ends.
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.conferencing.hosting import SECONDS_TO_ASK, Hosting, Tidying
from atg_core.conferencing.model import LEASE_OUTLASTS, Account, EndReason, HostedLesson, Lease, Meeting, NewMeeting
from atg_core.conferencing.ports import (
    ConferenceProviderFailed,
    ConferenceProviderTimedOut,
    LessonNotLive,
    LessonNotStartable,
    Pool,
    PoolExhausted,
    StartUnderWay,
)
from atg_core.ids import NewId
from atg_core.opening import Open

MOST_SECONDS_TO_MAKE = 25
_MAKING = timedelta(seconds=40)
_GOOD_FOR = timedelta(minutes=90)
_PAUSES = (0.05, 0.1, 0.2, 0.4) + (0.8,) * 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A lesson that is live."""

    lesson: HostedLesson
    lease: Lease


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A lease whose meeting is to be made; `resumed`: somebody else may have made it."""

    lesson: HostedLesson
    lease: Lease
    account: Account
    resumed: bool

    @property
    def new(self) -> NewMeeting:
        return NewMeeting.of(self.lesson, self.lease)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartLesson:
    """Starts a lesson of one's own; one that is live stays as it is, with the same meeting.

    Raises LessonNotFound, LessonNotStartable, PoolExhausted, ConferenceProviderFailed (and then the account is free
    again), StartUnderWay where another start of the same lesson takes too long, LessonNotLive if it was ended before it
    had begun.

    `pauses`: seconds between looks at what another start of the same lesson does. `gate`: how many starts ask the
    database at once, so that a full hour leaves connections for all else.
    """

    open: Open[Pool]
    hosting: Hosting
    tidying: Tidying
    early: timedelta
    clock: Clock
    new_id: NewId
    gate: AbstractAsyncContextManager[None]
    pauses: tuple[float, ...] = _PAUSES

    async def __call__(self, lesson_id: int, teacher_id: UUID) -> Started:
        for pause in self.pauses:
            async with self.gate:
                step = await self._take(lesson_id, teacher_id)
            if isinstance(step, Started):
                return await self._fresh(step)
            if step is not None:
                return await self._make(step)
            await asyncio.sleep(pause)
        raise StartUnderWay

    async def _take(self, lesson_id: int, teacher_id: UUID) -> Started | _Taken | None:
        """None: another start is about to make the meeting."""
        async with self.open() as store:
            lesson = await store.lesson(lesson_id, teacher_id)
            lease = await store.find_lease(lesson_id)
            if lease is not None:
                return await self._resume(store, lesson, lease)
            try:
                return await self._claim(store, lesson)
            except PoolExhausted as error:
                refusal = error  # which is counted, and so the transaction is not undone
                await store.count_refusal(lesson_id, self.clock())
        raise refusal

    async def _resume(self, store: Pool, lesson: HostedLesson, lease: Lease) -> Started | _Taken | None:
        if lease.meeting_id is not None:
            return Started(lesson=lesson, lease=lease)
        now = self.clock()
        mine = replace(lease, making_until=now + _MAKING)
        if not await store.make_alone(lease.id, now, mine.making_until):
            return None
        account = await store.account(lease.account_id or 0)
        return _Taken(lesson=lesson, lease=mine, account=account, resumed=True)

    async def _fresh(self, started: Started) -> Started:
        """With URLs that are good: Zoom's to start are so for two hours. Where it does not answer, those that were."""
        lesson, lease = started.lesson, started.lease
        if self.clock() - lease.leased_at < _GOOD_FOR:
            return started
        try:
            async with self.open() as store:
                account = await store.account(lease.account_id or 0)
            async with asyncio.timeout(SECONDS_TO_ASK):
                meeting = await self.hosting.host(account).find(NewMeeting.of(lesson, lease))
        except (ConferenceProviderFailed, TimeoutError):
            return started
        if meeting is None or meeting.id != lease.meeting_id:
            return started
        async with self.open() as store:
            await store.lesson(lesson.id)
            await store.renew_urls(lease.id, meeting, self.clock())
            if (await store.lease(lease.id)).ended_at is not None:
                raise LessonNotLive
            return Started(lesson=await store.lesson(lesson.id), lease=lease)

    async def _claim(self, store: Pool, lesson: HostedLesson) -> _Taken:
        now = self.clock()
        if not lesson.is_startable(now, self.early):
            raise LessonNotStartable
        lease = Lease(
            id=self.new_id(),
            account_id=None,
            lesson_id=lesson.id,
            meeting_id=None,
            meeting_uuid=None,
            leased_at=now,
            making_until=now + _MAKING,
            expires_at=lesson.end_time + LEASE_OUTLASTS,
        )
        claimed, account = await store.claim_account(lease)
        return _Taken(lesson=lesson, lease=claimed, account=account, resumed=False)

    async def _make(self, taken: _Taken) -> Started:
        try:
            meeting = await self._meeting(taken)
        except ConferenceProviderFailed as error:
            await self._give_back(taken, unknown=isinstance(error, ConferenceProviderTimedOut))
            raise
        async with self.open() as store:
            await store.lesson(taken.lesson.id)
            saved = await store.save_meeting(taken.lease.id, meeting, self.clock())
            lesson = await store.lesson(taken.lesson.id)
            lease = await store.find_lease(taken.lesson.id)
            # Whoever resumes a start that was only slow finds the very meeting that the slow one saves.
            if not saved and (lease is None or lease.meeting_id != meeting.id):
                await self.tidying.end_later(taken.account.id, meeting.id)
        if lease is None or lease.meeting_id is None:
            raise LessonNotLive
        return Started(lesson=lesson, lease=lease)

    async def _meeting(self, taken: _Taken) -> Meeting:
        try:
            async with asyncio.timeout(MOST_SECONDS_TO_MAKE):
                host = self.hosting.host(taken.account)
                found = await host.find(taken.new) if taken.resumed else None
                return found or await host.create(taken.new)
        except TimeoutError:
            raise ConferenceProviderTimedOut from None

    async def _give_back(self, taken: _Taken, *, unknown: bool) -> None:
        """What was perhaps made after all is looked for later. Nothing is given back that another start has resumed."""
        now: datetime = self.clock()
        async with self.open() as store:
            await store.lesson(taken.lesson.id)
            if (await store.lease(taken.lease.id)).making_until != taken.lease.making_until:
                return
            released = await store.release(taken.lease.id, EndReason.PROVIDER_FAILED, now)
            if released and (unknown or taken.resumed):
                await self.tidying.tidy_later(taken.lease.id, now)
