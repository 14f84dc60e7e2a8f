"""What the views of the calendar show, and where they are turned to."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_entrypoints.console.schedule.period import Period, View, day_of, monday_of

_days = st.dates(date(1971, 1, 1), date(2198, 12, 31))


@given(st.sampled_from(View), _days)
def test_periods_follow_each_other_without_a_gap(view: View, day: date) -> None:
    period = Period.of(view, day)
    assert period.first <= day <= period.last
    before, after = Period.of(view, period.previous), Period.of(view, period.next)
    assert before.last + timedelta(days=1) == period.first
    assert period.last + timedelta(days=1) == after.first
    mondays = list(period.mondays())
    assert mondays == sorted({monday_of(period.first + timedelta(days=at)) for at in range(_length(period))})


def _length(period: Period) -> int:
    return (period.last - period.first).days + 1


def test_a_day_has_as_many_hours_as_its_clocks_say() -> None:
    start, end = Period.of(View.DAY, date(2026, 3, 29)).window(ZoneInfo("Europe/Berlin"))
    assert (start.isoformat(), end.isoformat()) == ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00")
    assert end.timestamp() - start.timestamp() == 23 * 3600


@pytest.mark.parametrize("text", ["", "soon", "2026-02-30", "1969-12-31", "2200-01-01", "9999-12-31", "0001-01-01"])
def test_an_address_without_a_day_shows_today(text: str) -> None:
    today = date(2026, 11, 30)
    assert day_of(text, today) == today
