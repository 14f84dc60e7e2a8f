"""Starting a lesson: an account of the pool is leased, and a meeting made with it (spec: schedule, The pool).

The account is taken in one short transaction, the provider is called outside any, and then the URLs are saved. Whoever
dies in between leaves a lease without a meeting, which the next start resumes and the reaper ends.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.conferencing.hosting import SECONDS_TO_ASK, Hosting, Tidying
from atg_core.conferencing.model import EndReason, Lease, Meeting, NewMeeting
from atg_core.conferencing.ports import (
    ConferenceProviderFailed,
    ConferenceProviderTimedOut,
    LessonNotLive,
    Pool,
    StartUnderWay,
)
from atg_core.conferencing.taking import Asked, Started, Step, Taken
from atg_core.opening import Open

MOST_SECONDS_TO_MAKE = 25
_GOOD_FOR = timedelta(minutes=90)
_PAUSES = (0.05, 0.1, 0.2, 0.4) + (0.8,) * 30


@dataclass(frozen=True, slots=True, kw_only=True)
class StartLesson:
    """Starts a lesson of one's own; one that is live stays as it is, with the same meeting.

    Raises LessonNotFound, LessonNotStartable, PoolExhausted, ConferenceProviderFailed (and then the account is free
    again), StartUnderWay where another start of the same lesson takes too long, LessonNotLive if it was ended before it
    had begun.

    `take`: takes a lease, or says what is in the way. `gate`: how many save at once what the provider has said, so that
    a full hour leaves connections for all else. `pauses`: seconds between looks at what another start of the same
    lesson does.
    """

    take: Callable[[Asked], Awaitable[Step]]
    open: Open[Pool]
    hosting: Hosting
    tidying: Tidying
    clock: Clock
    gate: AbstractAsyncContextManager[None]
    pauses: tuple[float, ...] = _PAUSES

    async def __call__(self, lesson_id: int, teacher_id: UUID) -> Started:
        asked = Asked(lesson_id=lesson_id, teacher_id=teacher_id)
        for pause in self.pauses:
            step = await self.take(asked)
            if isinstance(step, Started):
                return await self._fresh(step)
            if step is not None:
                return await self._make(step)
            await asyncio.sleep(pause)
        raise StartUnderWay

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Pool]:
        async with self.gate, self.open() as store:
            yield store

    async def _fresh(self, started: Started) -> Started:
        """With URLs that are good: Zoom's to start are so for two hours. Where it does not answer, those that were."""
        lesson, lease = started.lesson, started.lease
        if self.clock() - lease.leased_at < _GOOD_FOR:
            return started
        try:
            async with self._opened() as store:
                account = await store.account(lease.account_id or 0)
            async with asyncio.timeout(SECONDS_TO_ASK):
                meeting = await self.hosting.host(account).find(NewMeeting.of(lesson, lease))
        except (ConferenceProviderFailed, TimeoutError):
            return started
        if meeting is None or meeting.id != lease.meeting_id:
            return started
        async with self._opened() as store:
            await store.lesson(lesson.id)
            await store.renew_urls(lease.id, meeting, self.clock())
            if (await store.lease(lease.id)).ended_at is not None:
                raise LessonNotLive
            return Started(lesson=await store.lesson(lesson.id), lease=lease)

    async def _make(self, taken: Taken) -> Started:
        try:
            meeting = await self._meeting(taken)
        except ConferenceProviderFailed as error:
            await self._give_back(taken, unknown=isinstance(error, ConferenceProviderTimedOut))
            raise
        async with self._opened() as store:
            await store.lesson(taken.lesson.id)
            lease: Lease | None = replace(taken.lease, meeting_id=meeting.id, meeting_uuid=meeting.uuid)
            if not await store.save_meeting(taken.lease.id, meeting, self.clock()):
                lease = await store.find_lease(taken.lesson.id)
                # Whoever resumes a start that was only slow finds the very meeting that the slow one saves.
                if lease is None or lease.meeting_id != meeting.id:
                    await self.tidying.end_later(taken.account.id, meeting.id)
            lesson = await store.lesson(taken.lesson.id)
        if lease is None or lease.meeting_id is None:
            raise LessonNotLive
        return Started(lesson=lesson, lease=lease)

    async def _meeting(self, taken: Taken) -> Meeting:
        try:
            async with asyncio.timeout(MOST_SECONDS_TO_MAKE):
                host = self.hosting.host(taken.account)
                found = await host.find(taken.new) if taken.resumed else None
                return found or await host.create(taken.new)
        except TimeoutError:
            raise ConferenceProviderTimedOut from None

    async def _give_back(self, taken: Taken, *, unknown: bool) -> None:
        """What was perhaps made after all is looked for later. Nothing is given back that another start has resumed."""
        now: datetime = self.clock()
        async with self._opened() as store:
            await store.lesson(taken.lesson.id)
            if (await store.lease(taken.lease.id)).making_until != taken.lease.making_until:
                return
            released = await store.release(taken.lease.id, EndReason.PROVIDER_FAILED, now)
            if released and (unknown or taken.resumed):
                await self.tidying.tidy_later(taken.lease.id, now)
