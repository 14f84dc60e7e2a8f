"""Taking leases for lessons that begin at the same moment, all in one transaction (spec: schedule, The pool)."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.conferencing.model import LEASE_OUTLASTS, Account, HostedLesson, Lease, NewMeeting
from atg_core.conferencing.ports import LessonNotFound, LessonNotStartable, Pool, PoolExhausted, PoolOvertaken
from atg_core.ids import NewId
from atg_core.opening import Open

MAKING = timedelta(seconds=40)
_SECONDS_TO_WAIT = 30
_MOST_LOOKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A lease for a lesson of one's own."""

    lesson_id: int
    teacher_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A lesson that is live."""

    lesson: HostedLesson
    lease: Lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A lease whose meeting is to be made; `resumed`: somebody else may have made it."""

    lesson: HostedLesson
    lease: Lease
    account: Account
    resumed: bool

    @property
    def new(self) -> NewMeeting:
        return NewMeeting.of(self.lesson, self.lease)


type Step = Started | Taken | None
"""None: somebody else has the lesson at this moment, and is perhaps about to make its meeting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeLeases:
    """Takes leases for many starts at once, and resumes those whose start has died.

    Each has an answer of its own, in the order of asking, in which places are given out, too: LessonNotFound,
    LessonNotStartable or PoolExhausted may be among them. Of several that ask for the same lesson the first takes the
    lease, and the others may look again. Raises PoolOvertaken when other processes come before this one again and
    again, and what the store raises; then nobody has a lease.
    """

    open: Open[Pool]
    early: timedelta
    clock: Clock
    new_id: NewId

    async def __call__(self, asked: Sequence[Asked]) -> list[Step | Exception]:
        for _ in range(_MOST_LOOKS - 1):
            with suppress(PoolOvertaken):
                return await self._look(asked)
        return await self._look(asked)

    async def _look(self, asked: Sequence[Asked]) -> list[Step | Exception]:
        async with self.open() as store:
            held = await store.hold_lessons({each.lesson_id for each in asked})
            owned = [held[each.lesson_id] for each in asked if not _is_refused(each, held)]
            lessons = {lesson.id: lesson for lesson in owned if lesson}
            steps = await self._steps(store, lessons) if lessons else {}
            answers = _dealt(asked, held, steps)
            told = zip(asked, answers, strict=True)
            # These are counted, and so the transaction is not undone.
            if refused := [each.lesson_id for each, answer in told if isinstance(answer, PoolExhausted)]:
                await store.count_refusals(refused, self.clock())
        return answers

    async def _steps(self, store: Pool, lessons: Mapping[int, HostedLesson]) -> dict[int, Step | Exception]:
        """By lesson, all of which are held; none for one whose meeting is about to be made."""
        now = self.clock()
        leases = await store.find_leases(lessons)
        unmade = [lease for lease in leases.values() if lease.meeting_id is None]
        free = [lesson for lesson in lessons.values() if lesson.id not in leases]
        startable = [lesson for lesson in free if lesson.is_startable(now, self.early)]
        steps: dict[int, Step | Exception] = {lesson.id: LessonNotStartable() for lesson in free}
        for lease in leases.values():
            if lease.meeting_id is not None:
                steps[lease.lesson_id] = Started(lesson=lessons[lease.lesson_id], lease=lease)
        if unmade:
            steps |= await self._resumed(store, lessons, unmade, now)
        if startable:
            steps |= await self._claimed(store, startable, now)
        return steps

    async def _resumed(
        self, store: Pool, lessons: Mapping[int, HostedLesson], unmade: Collection[Lease], now: datetime
    ) -> dict[int, Step]:
        until = now + MAKING
        alone = await store.make_alone([lease.id for lease in unmade], now, until)
        return {
            lease.lesson_id: Taken(
                lesson=lessons[lease.lesson_id],
                lease=replace(lease, making_until=until),
                account=alone[lease.id],
                resumed=True,
            )
            for lease in unmade
            if lease.id in alone
        }

    async def _claimed(
        self, store: Pool, lessons: Collection[HostedLesson], now: datetime
    ) -> dict[int, Taken | PoolExhausted]:
        claimed = await store.claim_accounts([self._lease(lesson, now) for lesson in lessons])
        return {
            lesson.id: Taken(lesson=lesson, lease=claimed[lesson.id][0], account=claimed[lesson.id][1], resumed=False)
            if lesson.id in claimed
            else PoolExhausted(retry_after=_SECONDS_TO_WAIT)
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
            making_until=now + MAKING,
            expires_at=lesson.end_time + LEASE_OUTLASTS,
        )


def _is_refused(asked: Asked, held: Mapping[int, HostedLesson | None]) -> bool:
    lesson = held.get(asked.lesson_id)
    return asked.lesson_id not in held or (lesson is not None and lesson.teacher_id != asked.teacher_id)


def _dealt(
    asked: Sequence[Asked], held: Mapping[int, HostedLesson | None], steps: Mapping[int, Step | Exception]
) -> list[Step | Exception]:
    """To each what is theirs; a lease of which the meeting is to be made to the first who asks for it."""
    left, answers = dict(steps), list[Step | Exception]()
    for each in asked:
        if _is_refused(each, held):
            answers.append(LessonNotFound())
            continue
        step = left.get(each.lesson_id)
        answers.append(step)
        if isinstance(step, Taken):
            del left[each.lesson_id]
    return answers
