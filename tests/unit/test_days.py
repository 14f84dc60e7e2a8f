"""Periods of calendar days that reports take."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from atg_core.errors import Invalid
from atg_entrypoints.http.days import days_of, period_of

ALMATY, BERLIN = ZoneInfo("Asia/Almaty"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)


def test_a_period_ends_today_where_the_clocks_are() -> None:
    assert days_of(None, None, NOW, ALMATY).last == date(2026, 3, 3)
    days = days_of(None, None, NOW, BERLIN)
    assert (days.first, days.last, days.number) == (date(2026, 2, 1), date(2026, 3, 2), 30)
    assert list(days.bounds(28, 9)) == [date(2026, 2, 2), date(2026, 2, 1)]
    assert days.bounds(30, 9) == {}


def test_days_are_as_long_as_the_clocks_say() -> None:
    """They go forward and back in Berlin."""
    hours = {}
    for first, last in (((2026, 3, 28), (2026, 3, 30)), ((2026, 10, 25), (2026, 10, 25))):
        for day, (begins, ends) in days_of(date(*first), date(*last), NOW, BERLIN).bounds(0, 9).items():
            hours[day.isoformat()] = (ends - begins).total_seconds() / 3600
    assert hours == {"2026-03-30": 24, "2026-03-29": 23, "2026-03-28": 24, "2026-10-25": 25}


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2026, 3, 4), None, "from"),
        (date(6792, 1, 31), None, "from"),
        (date(2026, 3, 9), date(2026, 3, 3), "from"),
        (date(2025, 3, 1), None, "from"),
        (None, date.max, "to"),
        (None, date.min, "to"),
        (date.min, date(1, 1, 9), "to"),
    ],
)
def test_what_is_no_period_is_refused(first: date | None, last: date | None, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        days_of(first, last, NOW, ALMATY)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_period_may_be_open() -> None:
    assert period_of(None, None, ALMATY) == (None, None)
    since, until = period_of(date(2026, 3, 2), date(2026, 3, 2), ALMATY)
    assert (since, until) == (datetime(2026, 3, 1, 19, tzinfo=UTC), datetime(2026, 3, 2, 19, tzinfo=UTC))
    with pytest.raises(Invalid):
        period_of(date.min, None, ALMATY)
