"""The private feed of a calendar: whoever has its token reads it (spec: schedule, `calendar.ics`)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from atg_core.clock import Clock
from atg_core.opening import Open
from atg_core.schedule.model import Lesson
from atg_core.schedule.ports import Plan, Schedule, Timetable

_YEARS_AHEAD = 4
_OFFSETS = timedelta(days=2)
"""More than local dates and those in UTC are apart."""

type WriteFeed = Callable[[Plan, date], Awaitable[bytes]]
"""What was planned as an iCalendar object, without the days of rules before a date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCalendarToken:
    """A new token, shown this once; the one before it is good no longer. `new_token`: 128 random bits or more."""

    open: Open[Timetable]
    new_token: Callable[[], str]
    clock: Clock

    async def __call__(self, user_id: UUID) -> str:
        token = self.new_token()
        async with self.open() as store:
            await store.replace_calendar_token(user_id, _digest(token), self.clock())
        return token


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFeed:
    """The calendar of whoever a token was issued to. Raises CalendarNotFound.

    It begins with last year and ends three years after this one, so that lessons are bounded however long there have
    been any; and since these bounds change with the year alone, what a client has fetched stays good until something is
    changed. Rules go on until their own end.
    """

    schedule: Schedule
    write: WriteFeed
    clock: Clock

    async def __call__(self, token: str) -> bytes:
        viewer = await self.schedule.calendar_viewer(_digest(token))
        year = self.clock().year
        since = date(year - 1, 1, 1)
        start = datetime(since.year, 1, 1, tzinfo=UTC) - _OFFSETS
        end = datetime(year + _YEARS_AHEAD, 1, 1, tzinfo=UTC)
        plan = await self.schedule.plan(viewer, start, end)
        lessons = [lesson for lesson in plan.lessons if _is_on(lesson, start, end) or _is_made(lesson, since)]
        return await self.write(replace(plan, lessons=lessons), since)


def _is_on(lesson: Lesson, start: datetime, end: datetime) -> bool:
    return lesson.start_time < end and lesson.end_time > start


def _is_made(lesson: Lesson, since: date) -> bool:
    """Whether it takes the place of an occurrence that the feed has."""
    return lesson.occurrence_date is not None and lesson.occurrence_date >= since


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
