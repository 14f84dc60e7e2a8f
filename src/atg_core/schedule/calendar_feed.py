"""The calendar feed, private by a bearer token (spec: schedule, `calendar.ics`)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from atg_core.clock import Clock
from atg_core.schedule.model import Lesson
from atg_core.schedule.ports import CalendarTokens, ScheduleQueries, ScheduleWindow
from atg_core.unit_of_work import UnitOfWork

_YEARS_AHEAD = 4
_OFFSETS = timedelta(days=2)
"""More than any local date differs from UTC."""

type WriteCalendarFeed = Callable[[ScheduleWindow, date], Awaitable[bytes]]
"""Writes an iCalendar object, without occurrences before a date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCalendarToken:
    """Issues a new token, stored as a digest; the former one is invalid. `new_token`: at least 128 random bits."""

    open: UnitOfWork[CalendarTokens]
    new_token: Callable[[], str]
    clock: Clock

    async def __call__(self, user_id: UUID) -> str:
        token = self.new_token()
        async with self.open() as store:
            await store.replace_calendar_token(user_id, _digest(token), self.clock())
        return token


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCalendarFeed:
    """The calendar feed of the user that a token was issued to. Raises CalendarNotFound.

    Lessons from the start of last year until the end of the third year after this one; the bounds change only with the
    year, so that the ETag of an unchanged calendar stays the same. Recurring lessons go on until their own end.
    """

    schedule_queries: ScheduleQueries
    write_calendar_feed: WriteCalendarFeed
    clock: Clock

    async def __call__(self, token: str) -> bytes:
        viewer = await self.schedule_queries.calendar_viewer(_digest(token))
        year = self.clock().year
        since = date(year - 1, 1, 1)
        start = datetime(since.year, 1, 1, tzinfo=UTC) - _OFFSETS
        end = datetime(year + _YEARS_AHEAD, 1, 1, tzinfo=UTC)
        window = await self.schedule_queries.window(viewer, start, end)
        lessons = [lesson for lesson in window.lessons if _is_on(lesson, start, end) or _is_made(lesson, since)]
        return await self.write_calendar_feed(replace(window, lessons=lessons), since)


def _is_on(lesson: Lesson, start: datetime, end: datetime) -> bool:
    return lesson.start_time < end and lesson.end_time > start


def _is_made(lesson: Lesson, since: date) -> bool:
    """Whether it replaces an occurrence of the feed."""
    return lesson.occurrence_date is not None and lesson.occurrence_date >= since


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
