"""Calendar feeds for tests, and their raw content lines."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

from atg_adapters.ical.calendar_feed import IcalCalendarFeed
from atg_adapters.ical.recurrence import recurrence_dates
from atg_core.schedule.model import Lesson, RecurringLesson
from atg_core.schedule.ports import ScheduleWindow
from atg_core.schedule.recurrence import RecurrenceExpansion
from tests.unit.schedule.planning import MINUTE

FEED = IcalCalendarFeed(
    recurrence=RecurrenceExpansion(dates=recurrence_dates), base_url="https://atg.example:8443/app", name="Лекции, ATG"
)
EVER = date(2000, 1, 1)
HOUR = 60 * MINUTE
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def feed_of(
    *rules: RecurringLesson, lessons: Sequence[Lesson] = (), since: date = EVER, feed: IcalCalendarFeed = FEED
) -> bytes:
    return feed.written(ScheduleWindow(lessons=lessons, rules=rules), since)


def lines_of(feed: bytes) -> list[str]:
    """Unfolded (RFC 5545, section 3.1)."""
    return feed.replace(b"\r\n ", b"").decode().split("\r\n")


def events_of(feed: bytes) -> list[dict[str, str]]:
    """By the names of their properties, with parameters, as they stand there."""
    events = re.findall(r"BEGIN:VEVENT\n(.*?)\nEND:VEVENT", "\n".join(lines_of(feed)), re.DOTALL)
    return [dict(line.split(":", 1) for line in event.split("\n")) for event in events]
