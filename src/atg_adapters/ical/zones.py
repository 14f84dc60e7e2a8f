"""VTIMEZONE components: the offsets of a time zone and its DST changes (RFC 5545, section 3.6.5)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_A_DAY, _A_SECOND = timedelta(days=1), timedelta(seconds=1)


@lru_cache(maxsize=256)
def time_zone(name: str, first_year: int, last_year: int) -> "Timezone":
    """The VTIMEZONE of these years. Cached and shared: callers must not modify it.

    Not the library's own `Timezone.from_tzinfo`: its DST starts are an hour late, and it omits changes that are
    reverted within two months (Morocco in 2024 and 2027). Each change is a component of its own, since some clients
    ignore the first of several RDATEs, and others all but the first.
    """
    from icalendar import Timezone  # noqa: PLC0415 - few processes write feeds

    written, zone = Timezone(), ZoneInfo(name)
    written.add("TZID", name)
    begin = datetime(first_year, 1, 1, tzinfo=UTC) - 2 * _A_DAY
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC) + 2 * _A_DAY
    written.add_component(_observance(zone, begin, _offset(zone, begin)))
    for onset in _changes(zone, begin, end):
        written.add_component(_observance(zone, onset, _offset(zone, onset - _A_SECOND)))
    return written


def _observance(zone: ZoneInfo, onset: datetime, before: timedelta) -> "TimezoneDaylight | TimezoneStandard":
    """`onset` is written in local time before the change."""
    from icalendar import TimezoneDaylight, TimezoneStandard  # noqa: PLC0415 - the same

    local = onset.astimezone(zone)
    written = TimezoneDaylight() if local.dst() else TimezoneStandard()
    written.add("DTSTART", (onset + before).replace(tzinfo=None))
    written.add("TZOFFSETFROM", before)
    written.add("TZOFFSETTO", _offset(zone, onset))
    written.add("TZNAME", local.tzname() or zone.key)
    return written


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The instants, to the second, at which the offset changes."""
    while begin < end:
        early, late = begin, begin + _A_DAY
        if _offset(zone, early) != _offset(zone, late):
            while late - early > _A_SECOND:
                middle = early + (late - early) // 2 // _A_SECOND * _A_SECOND
                early, late = (middle, late) if _offset(zone, middle) == _offset(zone, begin) else (early, middle)
            yield late
        begin += _A_DAY


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()
