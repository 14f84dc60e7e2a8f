"""Starting a lesson: leases an account and creates a meeting with it (spec: schedule, The pool).

The lease is one short transaction, the provider is called outside any, and a second transaction saves the URLs. A
process that dies in between leaves a lease without a meeting, which a later start resumes and the reaper releases;
where the database was away, the next start resumes it at once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.conferencing.creation_rights import CreationRights
from atg_core.conferencing.leasing import LeaseRequest, LeaseResult, LiveLesson, PendingLease
from atg_core.conferencing.meeting_cleanup import MeetingCleanup
from atg_core.conferencing.model import EndReason, Lease, Meeting, NewMeeting
from atg_core.conferencing.ports import (
    ConferenceProviderFailed,
    ConferenceProviderTimedOut,
    LessonNotFound,
    LessonNotLive,
    Pool,
    StartUnderWay,
)
from atg_core.conferencing.provider import REQUEST_TIMEOUT_SECONDS, ConferenceProviders
from atg_core.conferencing.release import EndLesson
from atg_core.conferencing.teacher_limits import OverrunLesson
from atg_core.errors import Unavailable
from atg_core.events import Event, EventKind, EventPublisher
from atg_core.unit_of_work import UnitOfWork

CREATE_TIMEOUT_SECONDS = 25
_URLS_VALID_FOR = timedelta(minutes=90)
_POLL_PAUSES = (0.05, 0.1, 0.2, 0.4) + (0.8,) * 30


@dataclass(frozen=True, slots=True, kw_only=True)
class StartLesson:
    """Starts a lesson of the teacher; idempotent: a live lesson keeps its meeting.

    Raises LessonNotFound, LessonNotStartable, PoolExhausted, ConferenceProviderFailed (and then the account is free
    again), what TeacherLimits refuse, StartUnderWay if another start of the same lesson takes too long, LessonNotLive
    if it was ended before it had started.

    `lease_account`: leases an account, batched with other starts. `gate`: limits concurrent saves, so that many starts
    at once leave database connections for other requests. `pauses`: seconds between polls while another start of the
    same lesson is in progress.
    """

    lease_account: Callable[[LeaseRequest], Awaitable[LeaseResult]]
    open: UnitOfWork[Pool]
    conference_providers: ConferenceProviders
    meeting_cleanup: MeetingCleanup
    end_lesson: EndLesson
    events: EventPublisher
    clock: Clock
    gate: AbstractAsyncContextManager[None]
    creation_rights: CreationRights
    pauses: tuple[float, ...] = _POLL_PAUSES

    async def __call__(self, lesson_id: int, teacher_id: UUID) -> LiveLesson:
        request = LeaseRequest(lesson_id=lesson_id, teacher_id=teacher_id)
        for pause in self.pauses:
            result = await self.lease_account(request)
            if isinstance(result, LiveLesson):
                return await self._fresh(result)
            if isinstance(result, OverrunLesson):
                await self._end(result.lesson_id, teacher_id)
                continue
            if result is not None:
                return await self._create(result)
            await asyncio.sleep(pause)
        raise StartUnderWay

    async def _end(self, lesson_id: int, teacher_id: UUID) -> None:
        with suppress(LessonNotLive, LessonNotFound):  # ended meanwhile
            await self.end_lesson(lesson_id, teacher_id)

    @asynccontextmanager
    async def _gated(self) -> AsyncIterator[Pool]:
        async with self.gate, self.open() as store:
            yield store

    async def _fresh(self, started: LiveLesson) -> LiveLesson:
        """With valid URLs: Zoom's start URLs expire after two hours. If Zoom does not answer, the stored ones."""
        lesson, lease = started.lesson, started.lease
        if lease.account_id is None or self.clock() - lease.leased_at < _URLS_VALID_FOR:
            return started
        try:
            async with self._gated() as store:
                account = await store.account(lease.account_id)
            async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
                meeting = await self.conference_providers.for_account(account).find(NewMeeting.of(lesson, lease))
        except (ConferenceProviderFailed, TimeoutError):
            return started
        if meeting is None or meeting.id != lease.meeting_id:
            return started
        async with self._gated() as store:
            await store.lesson(lesson.id)
            await store.renew_urls(lease.id, meeting, self.clock())
            if (await store.lease(lease.id)).ended_at is not None:
                raise LessonNotLive
            return LiveLesson(lesson=await store.lesson(lesson.id), lease=lease)

    async def _create(self, pending: PendingLease) -> LiveLesson:
        try:
            try:
                meeting = await self._meeting(pending)
            except ConferenceProviderFailed as error:
                await self._release(pending, unknown=isinstance(error, ConferenceProviderTimedOut))
                raise
            return await self._save(pending, meeting)
        except Unavailable:
            self.creation_rights.give_back([pending.lesson.id], pending.lease.making_until)
            raise

    async def _save(self, pending: PendingLease, meeting: Meeting) -> LiveLesson:
        async with self._gated() as store:
            await store.lesson(pending.lesson.id)
            lease: Lease | None = replace(pending.lease, meeting_id=meeting.id, meeting_uuid=meeting.uuid)
            lesson = await store.save_meeting(pending.lease.id, meeting, self.clock())
            if lesson is None:
                lease = await store.find_lease(pending.lesson.id)
                # A resumed start may find the very meeting that the slow one saves.
                if pending.account and (lease is None or lease.meeting_id != meeting.id):
                    await self.meeting_cleanup.end_later(pending.account.id, meeting.id)
                lesson = await store.lesson(pending.lesson.id)
            else:
                started = Event(kind=EventKind.LESSON_STARTED, subject_id=lesson.id)
                await self.events.publish(started, user_ids=[lesson.teacher_id], group_id=lesson.group_id)
        if lease is None or lease.meeting_id is None:
            raise LessonNotLive
        return LiveLesson(lesson=lesson, lease=lease)

    async def _meeting(self, pending: PendingLease) -> Meeting:
        if pending.account is None:
            return Meeting.of_room(pending.lease.id, pending.lesson.link or "")
        try:
            async with asyncio.timeout(CREATE_TIMEOUT_SECONDS):
                provider = self.conference_providers.for_account(pending.account)
                found = await provider.find(pending.new) if pending.resumed else None
                return found or await provider.create(pending.new)
        except TimeoutError:
            raise ConferenceProviderTimedOut from None

    async def _release(self, pending: PendingLease, *, unknown: bool) -> None:
        """Cleans up later what may have been created. Does nothing if another start has resumed the lease."""
        now: datetime = self.clock()
        async with self._gated() as store:
            await store.lesson(pending.lesson.id)
            if (await store.lease(pending.lease.id)).making_until != pending.lease.making_until:
                return
            released = await store.release(pending.lease.id, EndReason.PROVIDER_FAILED, now)
            if released and (unknown or pending.resumed):
                await self.meeting_cleanup.clean_up_later(pending.lease.id, now)
