"""Leasing of accounts to lessons, a batch of them in one transaction (spec: schedule, The pool)."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.conferencing.creation_rights import CreationRights
from atg_core.conferencing.model import LEASE_GRACE, Account, HostedLesson, Lease, NewMeeting
from atg_core.conferencing.ports import LessonNotFound, LessonNotStartable, Pool, PoolExhausted, PoolOvertaken
from atg_core.conferencing.teacher_limits import OverrunLesson, TeacherLimits
from atg_core.errors import Unavailable
from atg_core.ids import NewId
from atg_core.unit_of_work import UnitOfWork

CREATION_TIMEOUT = timedelta(seconds=40)
"""How long a caller has the exclusive right to create the meeting of a lease."""

_RETRY_AFTER_SECONDS = 30
_MAX_ATTEMPTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRequest:
    """A teacher asks for an account for a lesson of theirs."""

    lesson_id: int
    teacher_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLesson:
    """A lesson that is live, with its lease."""

    lesson: HostedLesson
    lease: Lease


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLease:
    """A lease whose meeting is to be created; `resumed`: an earlier start may have created it already.

    `account`: None for a room of the teacher's own.
    """

    lesson: HostedLesson
    lease: Lease
    account: Account | None
    resumed: bool

    @property
    def new(self) -> NewMeeting:
        return NewMeeting.of(self.lesson, self.lease)


type LeaseResult = LiveLesson | PendingLease | OverrunLesson | None
"""None: another start of the lesson is in progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseAccounts:
    """Leases accounts to a batch of lessons, and resumes leases whose start has died.

    One result for each request, in order; places are given out in the same order. LessonNotFound, LessonNotStartable,
    PoolExhausted and what TeacherLimits refuse may be among the results. Of several requests for one lesson the first
    gets the lease, the others None. Raises PoolOvertaken after repeated conflicts with other processes, and what the
    store raises; then nothing is leased, or nobody knows: where the database is away its leases are free to be resumed.
    """

    open: UnitOfWork[Pool]
    early: timedelta
    teacher_limits: TeacherLimits
    creation_rights: CreationRights
    clock: Clock
    new_id: NewId

    async def __call__(self, requests: Sequence[LeaseRequest]) -> list[LeaseResult | Exception]:
        for _ in range(_MAX_ATTEMPTS - 1):
            with suppress(PoolOvertaken):
                return await self._attempt(requests)
        return await self._attempt(requests)

    async def _attempt(self, requests: Sequence[LeaseRequest]) -> list[LeaseResult | Exception]:
        now = self.clock()
        try:
            return await self._lease_all(requests, now)
        except Unavailable:
            self.creation_rights.give_back({each.lesson_id for each in requests}, now + CREATION_TIMEOUT)
            raise

    async def _lease_all(self, requests: Sequence[LeaseRequest], now: datetime) -> list[LeaseResult | Exception]:
        async with self.open() as store:
            held = await store.lock_lessons({each.lesson_id for each in requests})
            owned = [held[each.lesson_id] for each in requests if not _is_refused(each, held)]
            lessons = {lesson.id: lesson for lesson in owned if lesson}
            results = await self._results(store, lessons, now) if lessons else {}
            dealt = _distribute(requests, held, results)
            pairs = zip(requests, dealt, strict=True)
            # Refusals are recorded, so this is no error that would roll back.
            if refused := [each.lesson_id for each, result in pairs if isinstance(result, PoolExhausted)]:
                await store.record_refusals(refused, now)
        return dealt

    async def _results(
        self, store: Pool, lessons: Mapping[int, HostedLesson], now: datetime
    ) -> dict[int, LeaseResult | Exception]:
        """By lesson, all of which are locked; no entry for one whose meeting is being created."""
        leases = await store.find_leases(lessons)
        without_meeting = [lease for lease in leases.values() if lease.meeting_id is None]
        free = [lesson for lesson in lessons.values() if lesson.id not in leases]
        startable = [lesson for lesson in free if lesson.is_startable(now, self.early)]
        results: dict[int, LeaseResult | Exception] = {lesson.id: LessonNotStartable() for lesson in free}
        for lease in leases.values():
            if lease.meeting_id is not None:
                results[lease.lesson_id] = LiveLesson(lesson=lessons[lease.lesson_id], lease=lease)
        if without_meeting:
            results |= await self._resumed(store, lessons, without_meeting, now)
        if startable:
            results |= await self._in_own_rooms(store, [lesson for lesson in startable if lesson.link], now)
            hosted = [lesson for lesson in startable if not lesson.link]
            limited = await self.teacher_limits.refused(store, hosted, now)
            results |= limited
            if allowed := [lesson for lesson in hosted if lesson.id not in limited]:
                results |= await self._claimed(store, allowed, now)
        return results

    async def _in_own_rooms(
        self, store: Pool, lessons: Collection[HostedLesson], now: datetime
    ) -> dict[int, PendingLease]:
        """They take no account, and so count to no limit of the pool."""
        leases = {lesson.id: self._lease(lesson, now) for lesson in lessons}
        if leases:
            await store.lease_own_rooms(list(leases.values()))
        return {
            lesson.id: PendingLease(lesson=lesson, lease=leases[lesson.id], account=None, resumed=False)
            for lesson in lessons
        }

    async def _resumed(
        self, store: Pool, lessons: Mapping[int, HostedLesson], without_meeting: Collection[Lease], now: datetime
    ) -> dict[int, LeaseResult]:
        until = now + CREATION_TIMEOUT
        claimed = await store.claim_creation([lease.id for lease in without_meeting], now, until)
        return {
            lease.lesson_id: PendingLease(
                lesson=lessons[lease.lesson_id],
                lease=replace(lease, making_until=until),
                account=claimed[lease.id],
                resumed=True,
            )
            for lease in without_meeting
            if lease.id in claimed
        }

    async def _claimed(
        self, store: Pool, lessons: Collection[HostedLesson], now: datetime
    ) -> dict[int, PendingLease | PoolExhausted]:
        claimed = await store.claim_accounts([self._lease(lesson, now) for lesson in lessons])
        return {
            lesson.id: PendingLease(
                lesson=lesson, lease=claimed[lesson.id][0], account=claimed[lesson.id][1], resumed=False
            )
            if lesson.id in claimed
            else PoolExhausted(retry_after=_RETRY_AFTER_SECONDS)
            for lesson in lessons
        }

    def _lease(self, lesson: HostedLesson, now: datetime) -> Lease:
        return Lease(
            id=self.new_id(),
            account_id=None,
            lesson_id=lesson.id,
            meeting_id=None,
            meeting_uuid=None,
            leased_at=now,
            making_until=now + CREATION_TIMEOUT,
            expires_at=lesson.end_time + LEASE_GRACE,
        )


def _is_refused(request: LeaseRequest, held: Mapping[int, HostedLesson | None]) -> bool:
    lesson = held.get(request.lesson_id)
    return request.lesson_id not in held or (lesson is not None and lesson.teacher_id != request.teacher_id)


def _distribute(
    requests: Sequence[LeaseRequest],
    held: Mapping[int, HostedLesson | None],
    results: Mapping[int, LeaseResult | Exception],
) -> list[LeaseResult | Exception]:
    """One result for each request; a pending lease goes to the first who asked for it."""
    left, dealt = dict(results), list[LeaseResult | Exception]()
    for each in requests:
        if _is_refused(each, held):
            dealt.append(LessonNotFound())
            continue
        result = left.get(each.lesson_id)
        dealt.append(result)
        if isinstance(result, PendingLease):
            del left[each.lesson_id]
    return dealt
