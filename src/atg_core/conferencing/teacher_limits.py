"""Limits of each teacher, so that nobody takes the whole pool (spec: schedule, The pool)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from atg_core.conferencing.model import EndReason, HostedLesson, TeacherLease
from atg_core.conferencing.ports import LessonRunning, LessonTooLong, Pool, TooManyStarts

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrunLesson:
    """A lesson of the same teacher whose end has passed: it is ended first, then the start is tried again."""

    lesson_id: int


type Limited = OverrunLesson | LessonRunning | LessonTooLong | TooManyStarts


@dataclass(slots=True)
class _Held:
    """What a teacher holds, with what the batch has given them; starts that failed at the provider do not count.

    `running`: the lesson that has the newest place.
    """

    live: list[TeacherLease] = field(default_factory=list)
    running: int = 0
    places: int = 0
    starts: int = 0

    def add(self, lease: TeacherLease, since: datetime) -> None:
        if lease.ended_at is None:
            self.live.append(lease)
            self.running = lease.lesson_id
            self.places += 1
        if lease.leased_at >= since and lease.end_reason is not EndReason.PROVIDER_FAILED:
            self.starts += 1

    def give(self, lesson_id: int) -> None:
        self.running, self.places, self.starts = lesson_id, self.places + 1, self.starts + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherLimits:
    """Places that a teacher holds at once, starts on a day (UTC), and the hours that a lesson lasts; 0: any."""

    places: int = 0
    starts: int = 0
    hours: int = 0

    async def refused(self, store: Pool, lessons: Collection[HostedLesson], now: datetime) -> dict[int, Limited]:
        """By lesson, those that may not start; the others count in the order of `lessons`."""
        refused: dict[int, Limited] = {lesson.id: LessonTooLong() for lesson in lessons if self._is_too_long(lesson)}
        left = [lesson for lesson in lessons if lesson.id not in refused]
        if not left or not (self.places or self.starts):
            return refused
        today = datetime.combine(now.date(), time(), now.tzinfo)
        held = _by_teacher(await store.leases_of_teachers({each.teacher_id for each in left}, today), today)
        for lesson in left:
            if limited := self._limited(held[lesson.teacher_id], now, today):
                refused[lesson.id] = limited
            else:
                held[lesson.teacher_id].give(lesson.id)
        return refused

    def _is_too_long(self, lesson: HostedLesson) -> bool:
        return bool(self.hours) and lesson.end_time - lesson.start_time > timedelta(hours=self.hours)

    def _limited(self, held: _Held, now: datetime, today: datetime) -> Limited | None:
        if self.starts and held.starts >= self.starts:
            return TooManyStarts(retry_after=int((today + _A_DAY - now).total_seconds()))
        if self.places and held.places >= self.places:
            overrun = next((each for each in held.live if each.end_time <= now), None)
            return OverrunLesson(lesson_id=overrun.lesson_id) if overrun else LessonRunning(held.running)
        return None


def _by_teacher(leases: Sequence[TeacherLease], since: datetime) -> defaultdict[UUID, _Held]:
    held: defaultdict[UUID, _Held] = defaultdict(_Held)
    for lease in leases:
        held[lease.teacher_id].add(lease, since)
    return held
