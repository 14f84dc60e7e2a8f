"""Dates of weekly recurrence rules, by dateutil (RFC 5545, section 3.3.10)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from atg_core.schedule.recurrence import WeeklyRecurrence

_WEEK = 7


def recurrence_dates(days: WeeklyRecurrence, start: date, end: date) -> Sequence[date]:
    """`RecurrenceDates`. The cost depends on the years of the window, not on the length of the rule."""
    first, last = max(start, days.first), min(end, days.until)
    step = _WEEK * days.interval
    found: list[date] = []
    for year in range(first.year, last.year + 1):
        found += _in_year(year, days.first.toordinal() % step, days.interval)
    return found[bisect_left(found, first) : bisect_right(found, last)]


@lru_cache(maxsize=1024)
def _in_year(year: int, phase: int, interval: int) -> tuple[date, ...]:
    """Cached: within a year there are few different weekly rules, one for each weekday and starting week."""
    from dateutil.rrule import MO, WEEKLY, rrule  # noqa: PLC0415 - not every process has a calendar

    new_year = datetime(year, 1, 1)  # noqa: DTZ001 - a day, not an instant
    begin = new_year + timedelta(days=(phase - new_year.toordinal()) % (_WEEK * interval))
    until = datetime(year, 12, 31)  # noqa: DTZ001 - the same
    return tuple(each.date() for each in rrule(WEEKLY, dtstart=begin, interval=interval, wkst=MO, until=until))
