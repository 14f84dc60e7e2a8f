"""The days of weekly rules, by dateutil's recurrence rules (RFC 5545, section 3.3.10)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from atg_core.schedule.weeks import Weekly

_WEEK = 7


def days_of(days: Weekly, start: date, end: date) -> Sequence[date]:
    """`Dates`. A window costs what the years in it cost, wherever in a long rule it is."""
    first, last = max(start, days.first), min(end, days.until)
    step = _WEEK * days.interval
    found: list[date] = []
    for year in range(first.year, last.year + 1):
        found += _in_year(year, days.first.toordinal() % step, days.interval)
    return found[bisect_left(found, first) : bisect_right(found, last)]


@lru_cache(maxsize=1024)
def _in_year(year: int, phase: int, interval: int) -> tuple[date, ...]:
    """There are few different weekly rules within a year: one for each weekday and week that it may begin in."""
    from dateutil.rrule import MO, WEEKLY, rrule  # noqa: PLC0415 - not every process has a calendar

    new_year = datetime(year, 1, 1)  # noqa: DTZ001 - a day, not an instant
    begin = new_year + timedelta(days=(phase - new_year.toordinal()) % (_WEEK * interval))
    until = datetime(year, 12, 31)  # noqa: DTZ001 - the same
    return tuple(each.date() for each in rrule(WEEKLY, dtstart=begin, interval=interval, wkst=MO, until=until))
