"""Free days: days on which rules have no lessons (spec: schedule, Groups and lessons)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Faults, Invalid
from atg_core.schedule.model import YEARS, FreeDays, Lesson, LessonStatus, Viewer
from atg_core.schedule.ports import FreeDaysStore, LessonFilter, NewFreeDays, ScheduleQueries
from atg_core.unit_of_work import UnitOfWork

LONGEST_FREE_DAYS = timedelta(days=370)
MOST_IN_A_FILE = 1_000
MOST_LESSONS_TOLD = 100
_A_DAY = timedelta(days=1)
_YEARS_BACK, _YEARS_AHEAD = 1, 5

type ReadFreeDays = Callable[[bytes, date, date], Awaitable[Sequence[NewFreeDays]]]
"""The all-day events of an iCalendar file (RFC 5545) between two days, inclusive. Raises Invalid with the reason."""


def require_days(new: NewFreeDays) -> NewFreeDays:
    """Raises Invalid."""
    faults = Faults()
    with faults:
        if new.start.year not in YEARS:
            raise Invalid(
                "the year must be between {low} and {high}",
                field="start",
                code="out_of_range",
                low=YEARS[0],
                high=YEARS[-1],
            )
    with faults:
        if new.end < new.start:
            raise Invalid("is before the first day", field="end", code="ends_before_start")
        if new.end - new.start >= LONGEST_FREE_DAYS:
            raise Invalid("{max} days at most", field="end", code="too_long", max=LONGEST_FREE_DAYS.days)
    faults.raise_any()
    return new


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFreeDays:
    """A teacher edits the own free days; administrators all, and those of the installation, which have no teacher.

    Raises FreeDaysNotFound, also for those of another teacher.
    """

    open_free_days: UnitOfWork[FreeDaysStore]
    read_free_days: ReadFreeDays
    clock: Clock

    async def add(self, viewer: Viewer, new: NewFreeDays, teacher_id: UUID | None = None) -> FreeDays:
        """`teacher_id`: whose, given by an administrator; None: of the installation. Raises Invalid, FreeDaysThere."""
        require_days(new)
        async with self.open_free_days() as store:
            return await store.add(_whose(viewer, teacher_id), new, self.clock())

    async def add_file(self, viewer: Viewer, content: bytes, teacher_id: UUID | None = None) -> list[FreeDays]:
        """Adds those of an .ics file that are not there, all or none; the past but for a year is left out.

        Raises Invalid with the reason.
        """
        today = self.clock().date()
        first, last = date(today.year - _YEARS_BACK, 1, 1), date(today.year + _YEARS_AHEAD, 12, 31)
        found = [require_days(each) for each in await self.read_free_days(content, first, last)]
        async with self.open_free_days() as store:
            return await store.add_missing(_whose(viewer, teacher_id), found, self.clock())

    async def change(self, viewer: Viewer, free_days_id: int, **values: str | date) -> FreeDays:
        """`values`: name, start, end; what is not named stays. Raises Invalid, FreeDaysThere."""
        async with self.open_free_days() as store:
            there = await store.find(free_days_id, viewer.owner)
            new = replace(NewFreeDays(name=there.name, start=there.start, end=there.end), **values)  # type: ignore[arg-type]
            return await store.change(free_days_id, require_days(new), self.clock())

    async def delete(self, viewer: Viewer, free_days_id: int) -> None:
        async with self.open_free_days() as store:
            await store.find(free_days_id, viewer.owner)
            await store.delete(free_days_id)


def _whose(viewer: Viewer, teacher_id: UUID | None) -> UUID | None:
    return teacher_id if viewer.is_admin else viewer.id


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOnFreeDays:
    """Lessons that were planned singly for days that are free: they take place, which a teacher is told.

    `timezone`: decides what a day is.
    """

    schedule_queries: ScheduleQueries
    timezone: tzinfo

    async def __call__(self, viewer: Viewer, free_days: Sequence[FreeDays]) -> list[Lesson]:
        """By start, a hundred at most; in two statements."""
        if not free_days:
            return []
        start = datetime.combine(min(each.start for each in free_days), time(), self.timezone)
        end = datetime.combine(max(each.end for each in free_days) + _A_DAY, time(), self.timezone)
        wanted = LessonFilter(status=LessonStatus.PLANNED, start=start.astimezone(UTC), end=end.astimezone(UTC))
        lessons, _ = await self.schedule_queries.lessons(viewer, wanted, limit=10 * MOST_LESSONS_TOLD, offset=0)
        told = [lesson for lesson in lessons if free_for(lesson, free_days, self.timezone)]
        return told[:MOST_LESSONS_TOLD]


def free_for(lesson: Lesson, free_days: Sequence[FreeDays], zone: tzinfo) -> FreeDays | None:
    """The free days on which a lesson was planned; None for the lesson of an occurrence."""
    if lesson.recurring_lesson_id is not None:
        return None
    day = lesson.start_time.astimezone(zone).date()
    return next((each for each in free_days if each.has(day) and each.is_of(lesson.teacher_id)), None)
