"""Release of leases: by the teacher, and by the reaper (spec: schedule, The pool)."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.conferencing.meeting_cleanup import MeetingCleanup, meeting_of
from atg_core.conferencing.model import MAX_EXTENSION, START_TIMEOUT, Account, EndReason, HostedLesson, Lease
from atg_core.conferencing.ports import ConferenceProviderFailed, LessonNotLive, Pool
from atg_core.conferencing.provider import REQUEST_TIMEOUT_SECONDS, ConferenceProviders
from atg_core.events import Event, EventKind, EventPublisher
from atg_core.unit_of_work import UnitOfWork

_CONCURRENT_CALLS = 20
_SEARCH_TIMEOUT = timedelta(seconds=40)


async def tell_of_end(events: EventPublisher, lesson: HostedLesson) -> None:
    """Tells its teacher and students that it is over, if it was live."""
    if lesson.status != "live":
        return
    ended = Event(kind=EventKind.LESSON_ENDED, subject_id=lesson.id)
    await events.publish(ended, user_ids=[lesson.teacher_id], group_id=lesson.group_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLesson:
    """Ends the meeting and releases the lease; idempotent for a lesson that has ended.

    The account is free at once in any case: if the provider does not answer, a job ends the meeting.
    Raises LessonNotFound, LessonNotLive.
    """

    open: UnitOfWork[Pool]
    conference_providers: ConferenceProviders
    meeting_cleanup: MeetingCleanup
    events: EventPublisher
    clock: Clock

    async def __call__(self, lesson_id: int, teacher_id: UUID | None) -> HostedLesson:
        """`teacher_id`: None for an administrator."""
        async with self.open() as store:
            lesson = await store.lesson(lesson_id, teacher_id)
            lease = await store.find_lease(lesson_id)
            if lease is None:
                if lesson.status == "ended":
                    return lesson
                raise LessonNotLive
            account = await store.account(lease.account_id) if lease.account_id else None
        ended = await self._ended(account, lease.meeting_id)
        async with self.open() as store:
            lesson = await store.lesson(lesson_id)
            now = self.clock()
            if await store.release(lease.id, EndReason.TEACHER, now):
                await tell_of_end(self.events, lesson)
            # A start that was in progress may have saved its meeting by now.
            await self.meeting_cleanup.after_release(
                await store.lease(lease.id), now, over=lease.meeting_id if ended else None, is_sure=account is None
            )
            return await store.lesson(lesson_id)

    async def _ended(self, account: Account | None, meeting_id: str | None) -> bool:
        """Whether nothing runs there any more, as far as that is known; in a room of the teacher's own nothing did."""
        if account is None or meeting_id is None:
            return account is None
        return await self.conference_providers.try_to_end(account, meeting_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReapLeases:
    """The reaper, run once a minute: releases overdue leases, such as after a lost webhook or a dead process.

    A lease whose meeting is over is released. One whose meeting still runs is extended while another account is free,
    until an hour after the lesson at most; then the meeting is ended first. No answer counts as running.
    """

    open: UnitOfWork[Pool]
    conference_providers: ConferenceProviders
    meeting_cleanup: MeetingCleanup
    events: EventPublisher
    clock: Clock

    async def __call__(self) -> int:
        """Returns the number of overdue leases. Raises the first error, after every lease was tried."""
        now = self.clock()
        async with self.open() as store:
            leases = await store.overdue(now - START_TIMEOUT, now)
        semaphore = asyncio.Semaphore(_CONCURRENT_CALLS)

        async def reap(lease: Lease) -> None:
            async with semaphore:
                await (self._never_started(lease) if lease.meeting_id is None else self._overdue(lease))

        for result in await asyncio.gather(*map(reap, leases), return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
        return len(leases)

    async def _never_started(self, lease: Lease) -> None:
        now = self.clock()
        async with self.open() as store:
            new = await meeting_of(store, lease)
            searching = replace(lease, making_until=now + _SEARCH_TIMEOUT)
            claimed = await store.claim_creation([lease.id], now, searching.making_until)
        if lease.id not in claimed:
            return
        account = claimed[lease.id]
        if account is None:
            await self._release(searching, EndReason.NEVER_STARTED, is_sure=True)
            return
        is_sure = False
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
                found = await self.conference_providers.for_account(account).find(new)
            is_sure = found is None or await self.conference_providers.try_to_end(account, found.id)
        except (ConferenceProviderFailed, TimeoutError):
            pass
        await self._release(searching, EndReason.NEVER_STARTED, is_sure=is_sure)

    async def _overdue(self, lease: Lease) -> None:
        meeting_id = lease.meeting_id or ""
        if lease.account_id is None:
            await self._release(lease, EndReason.REAPER, over=meeting_id)
            return
        async with self.open() as store:
            account = await store.account(lease.account_id)
        if await self._may_run(account, meeting_id) and await self._extended(lease):
            return
        ended = await self.conference_providers.try_to_end(account, meeting_id)
        await self._release(lease, EndReason.REAPER, over=meeting_id if ended else None)

    async def _release(
        self, lease: Lease, reason: EndReason, *, over: str | None = None, is_sure: bool = False
    ) -> None:
        """Unless a start has resumed the lease meanwhile."""
        async with self.open() as store:
            lesson = await store.lesson(lease.lesson_id)
            if (await store.lease(lease.id)).making_until != lease.making_until:
                return
            now = self.clock()
            if await store.release(lease.id, reason, now):
                await tell_of_end(self.events, lesson)
                await self.meeting_cleanup.after_release(await store.lease(lease.id), now, over=over, is_sure=is_sure)

    async def _may_run(self, account: Account, meeting_id: str) -> bool:
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
                return await self.conference_providers.for_account(account).is_running(meeting_id)
        except (ConferenceProviderFailed, TimeoutError):
            return True

    async def _extended(self, lease: Lease) -> bool:
        """Extends the lease by two runs of the reaper, while another account is free."""
        now = self.clock()
        async with self.open() as store:
            lesson = await store.lesson(lease.lesson_id)
            last = lesson.end_time + MAX_EXTENSION
            if now >= last or not await store.has_free_place(now):
                return False
            await store.extend(lease.id, max(lease.expires_at, min(now + START_TIMEOUT, last)))
            return True
