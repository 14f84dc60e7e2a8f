"""How an account is freed: by the teacher, by the provider's word, or by the reaper (spec: schedule, The pool)."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.conferencing.copying import COPY_RECORDINGS
from atg_core.conferencing.hosting import SECONDS_TO_ASK, Hosting, Tidying, meeting_of
from atg_core.conferencing.model import MOST_EXTENDED, STARTED_WITHIN, Account, EndReason, HostedLesson, Lease
from atg_core.conferencing.ports import ConferenceProviderFailed, LessonNotLive, Pool
from atg_core.jobs.ports import Jobs
from atg_core.opening import Open

_MEETINGS_AT_ONCE = 20
_LOOKING = timedelta(seconds=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLesson:
    """Ends the meeting and frees the account; a lesson that has ended stays as it is.

    A provider that does not answer is asked again by a job: the account is free at once in any case.
    Raises LessonNotFound, LessonNotLive.
    """

    open: Open[Pool]
    hosting: Hosting
    tidying: Tidying
    clock: Clock

    async def __call__(self, lesson_id: int, teacher_id: UUID | None) -> HostedLesson:
        """`teacher_id`: None for whoever's lesson."""
        async with self.open() as store:
            lesson = await store.lesson(lesson_id, teacher_id)
            lease = await store.find_lease(lesson_id)
            if lease is None:
                if lesson.status == "ended":
                    return lesson
                raise LessonNotLive
            account = await store.account(lease.account_id or 0)
        ended = lease.meeting_id is not None and await self.hosting.try_to_end(account, lease.meeting_id)
        async with self.open() as store:
            await store.lesson(lesson_id)
            now = self.clock()
            await store.release(lease.id, EndReason.TEACHER, now)
            # A start that was under way may have saved its meeting by now.
            await self.tidying.after(await store.lease(lease.id), now, over=lease.meeting_id if ended else None)
            return await store.lesson(lesson_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEvents:
    """What a provider tells of its meetings. It may tell it twice, late, never, and in any order."""

    open: Open[Pool]
    jobs: Jobs
    tidying: Tidying
    clock: Clock

    async def meeting_ended(self, meeting_id: str | None, meeting_uuid: str | None) -> bool:
        """Frees the account. False where this changes nothing, such as for a lease that ended before."""
        async with self.open() as store:
            lease = await store.find_by_meeting(meeting_id, meeting_uuid)
            if lease is None or lease.ended_at is not None:
                return False
            await store.lesson(lease.lesson_id)
            now = self.clock()
            if not await store.release(lease.id, EndReason.WEBHOOK, now):
                return False
            await self.tidying.after(lease, now)
            return True

    async def recording_completed(self, meeting_id: str | None, meeting_uuid: str | None) -> bool:
        """The copy is made by a job. False for a meeting that nobody knows.

        A meeting that was left and entered again has another uuid then, and the same id.
        """
        async with self.open() as store:
            lease = await store.find_by_meeting(None, meeting_uuid) or await store.find_by_meeting(meeting_id, None)
            if lease is None:
                return False
            arguments = {"lease_id": str(lease.id), "meeting_uuid": meeting_uuid}
            await self.jobs.enqueue(COPY_RECORDINGS, arguments, lane=f"recordings-{lease.lesson_id}")
            return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reap:
    """Looks at leases that should have ended, once a minute: what was lost on the way is healed here.

    A meeting that is over frees its account. One that still runs keeps it while another account is free, for an hour
    after the lesson at most; else it is ended first. A provider that does not answer may have a meeting that runs.
    """

    open: Open[Pool]
    hosting: Hosting
    tidying: Tidying
    clock: Clock

    async def __call__(self) -> None:
        """Raises what the first one raised that could not be looked at, after all others."""
        now = self.clock()
        async with self.open() as store:
            leases = await store.overdue(now - STARTED_WITHIN, now)
        places = asyncio.Semaphore(_MEETINGS_AT_ONCE)

        async def look(lease: Lease) -> None:
            async with places:
                await (self._never_started(lease) if lease.meeting_id is None else self._overdue(lease))

        for result in await asyncio.gather(*map(look, leases), return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _never_started(self, lease: Lease) -> None:
        now = self.clock()
        async with self.open() as store:
            new = await meeting_of(store, lease)
            looking = replace(lease, making_until=now + _LOOKING)
            account = (await store.make_alone([lease.id], now, looking.making_until)).get(lease.id)
        if account is None:
            return
        is_sure = False
        try:
            async with asyncio.timeout(SECONDS_TO_ASK):
                found = await self.hosting.host(account).find(new)
            is_sure = found is None or await self.hosting.try_to_end(account, found.id)
        except (ConferenceProviderFailed, TimeoutError):
            pass
        await self._free(looking, EndReason.NEVER_STARTED, is_sure=is_sure)

    async def _overdue(self, lease: Lease) -> None:
        async with self.open() as store:
            account = await store.account(lease.account_id or 0)
        meeting_id = lease.meeting_id or ""
        if await self._may_run(account, meeting_id) and await self._extended(lease):
            return
        ended = await self.hosting.try_to_end(account, meeting_id)
        await self._free(lease, EndReason.REAPER, over=meeting_id if ended else None)

    async def _free(self, lease: Lease, reason: EndReason, *, over: str | None = None, is_sure: bool = False) -> None:
        """Unless a start has resumed it in the meantime."""
        async with self.open() as store:
            await store.lesson(lease.lesson_id)
            if (await store.lease(lease.id)).making_until != lease.making_until:
                return
            now = self.clock()
            if await store.release(lease.id, reason, now):
                await self.tidying.after(await store.lease(lease.id), now, over=over, is_sure=is_sure)

    async def _may_run(self, account: Account, meeting_id: str) -> bool:
        try:
            async with asyncio.timeout(SECONDS_TO_ASK):
                return await self.hosting.host(account).is_running(meeting_id)
        except (ConferenceProviderFailed, TimeoutError):
            return True

    async def _extended(self, lease: Lease) -> bool:
        """Until the next look or two, as long as others find an account."""
        now = self.clock()
        async with self.open() as store:
            lesson = await store.lesson(lease.lesson_id)
            last = lesson.end_time + MOST_EXTENDED
            if now >= last or not await store.has_free_place(now):
                return False
            await store.extend(lease.id, max(lease.expires_at, min(now + STARTED_WITHIN, last)))
            return True
