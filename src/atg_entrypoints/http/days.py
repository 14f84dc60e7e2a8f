"""Periods of calendar days in `ATG_TIMEZONE`, as reports take them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from litestar.params import QueryParameter

from atg_core.errors import Invalid

_DEFAULT_DAYS, _MAX_DAYS = 30, 366

First = Annotated[date | None, QueryParameter(name="from", description="The first day")]
Last = Annotated[date | None, QueryParameter(name="to", description="The last day")]


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days of a zone, newest first."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def number(self) -> int:
        return (self.last - self.first).days + 1

    def bounds(self, offset: int, limit: int) -> Mapping[date, tuple[datetime, datetime]]:
        """When each begins, and when the next one does."""
        days = [self.last - timedelta(days=number) for number in range(self.number)][offset : offset + limit]
        return {day: (begin_of(day, self.zone), begin_of(day + timedelta(days=1), self.zone)) for day in days}


def days_of(first: date | None, last: date | None, now: datetime, zone: ZoneInfo) -> Days:
    """At most 366, by default 30 days up to today. Raises Invalid."""
    last = last or now.astimezone(zone).date()
    try:
        days = Days(first or last - timedelta(days=_DEFAULT_DAYS - 1), last, zone)
        if not 1 <= days.number <= _MAX_DAYS:
            raise Invalid(
                "must be at most {days} days before the last day, and not behind it",
                field="from",
                code="out_of_range",
                days=_MAX_DAYS - 1,
            )
        days.bounds(0, _MAX_DAYS)
    except OverflowError:
        raise Invalid("is no day that can be counted", field="to", code="out_of_range") from None
    return days


def period_of(first: date | None, last: date | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From the begin of the first day to the end of the last one; None for open. Raises Invalid."""
    try:
        since = None if first is None else begin_of(first, zone)
        return since, None if last is None else begin_of(last + timedelta(days=1), zone)
    except OverflowError:
        raise Invalid("is no day that can be counted", field="to", code="out_of_range") from None


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """In UTC. Raises OverflowError for what UTC can not express."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
