"""Week parity and dates of rules, compared with counting days one by one."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atg_adapters.ical.recurrence import recurrence_dates
from atg_core.errors import Invalid
from atg_core.schedule.model import RecurringLesson, WeekType, require_rule, require_span
from atg_core.schedule.recurrence import RecurrenceExpansion, WeeklyRecurrence, is_upper, weekly_recurrence
from tests.unit.schedule.planning import (
    DAY,
    LONG_AGO,
    anchors,
    checks,
    every_day,
    named_days,
    rule_of,
    rules,
    week_number,
)

NEW_YEARS = [date(2020, 12, 28), date(2026, 12, 28), date(2032, 12, 27)]
"""The last Mondays of years that have 53 weeks."""


def dates_of(rule: RecurringLesson, term_start: date | None, first: date, last: date) -> list[date]:
    days = weekly_recurrence(rule, term_start)
    return [] if days is None else list(recurrence_dates(days, first, last))


@checks(80)
@given(rules(), st.none() | anchors, st.integers(-40, 1200), st.integers(-10, 500))
def test_the_days_of_a_rule_are_those_that_counting_finds(
    rule: RecurringLesson, term_start: date | None, after: int, length: int
) -> None:
    """G1: the parity of weeks is that of a date, over years of 53 weeks and their ends."""
    first = rule.start_date + after * DAY
    last = first + length * DAY
    named = named_days(rule, term_start)
    assert dates_of(rule, term_start, first, last) == [day for day in named if first <= day <= last]
    assert dates_of(rule, term_start, date.min, date.max) == named


@checks(100)
@given(anchors, anchors)
@example(date(2026, 12, 31), date(2027, 1, 1))
@example(date(2027, 1, 3), date(2027, 1, 4))
def test_weeks_begin_on_mondays_and_take_turns_before_and_after_the_anchor(day: date, anchor: date) -> None:
    """G1"""
    assert is_upper(day, anchor) is ((week_number(day) - week_number(anchor)) % 2 == 0)
    assert is_upper(anchor, anchor)
    assert is_upper(day + 7 * DAY, anchor) is not is_upper(day, anchor)


@pytest.mark.parametrize("monday", NEW_YEARS)
def test_the_53rd_week_and_the_first_after_it_are_not_of_one_kind(monday: date) -> None:
    """G1: both have odd numbers in ISO 8601."""
    assert [(monday + days * DAY).isocalendar().week for days in (0, 7)] == [53, 1]
    rule = rule_of(
        start_date=monday - 14 * DAY, end_date=monday + 28 * DAY, week_type=WeekType.UPPER, week_anchor=monday
    )
    assert dates_of(rule, None, date.min, date.max) == [monday + days * DAY for days in (-14, 0, 14, 28)]


def test_of_a_rules_own_anchor_the_term_and_the_first_of_september_the_first_that_is_known_counts() -> None:
    rule = rule_of(start_date=date(2026, 1, 5), end_date=date(2026, 1, 18), week_type=WeekType.UPPER)
    first_week, second_week = [date(2026, 1, 5)], [date(2026, 1, 12)]
    assert dates_of(rule, None, date.min, date.max) == first_week, "18 weeks after that of the first of September"
    assert dates_of(rule, date(2026, 1, 18), date.min, date.max) == second_week
    own = rule_of(
        **{name: getattr(rule, name) for name in ("start_date", "end_date", "week_type")}, week_anchor=date(2026, 1, 7)
    )
    assert dates_of(own, date(2026, 1, 18), date.min, date.max) == first_week


def test_a_rule_that_is_over_before_its_first_day_has_none() -> None:
    rule = rule_of(start_date=date(2026, 1, 6), end_date=date(2026, 1, 11))
    assert weekly_recurrence(rule, None) is None


def test_the_end_of_the_calendar_is_no_edge() -> None:
    days = WeeklyRecurrence(first=date(9999, 12, 1), interval=1, until=date.max)
    assert recurrence_dates(days, date(9999, 12, 20), date.max) == [date(9999, 12, 22), date(9999, 12, 29)]
    assert not recurrence_dates(days, date.min, date(9999, 11, 30))


def test_a_ten_year_rule_gives_every_other_week_of_them_without_a_gap() -> None:
    rule = rule_of(start_date=date(2020, 1, 1), end_date=date(2029, 12, 31), week_type=WeekType.LOWER)
    found = dates_of(rule, None, date(2020, 1, 1), date(2029, 12, 31))
    assert {after - before for before, after in pairwise(found)} == {14 * DAY}
    assert found == [day for day in every_day(found[0], rule.end_date) if (day - found[0]).days % 14 == 0]


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_nothing_is_planned_in_years_that_calendars_can_not_reach(year: int) -> None:
    rule, day = rule_of(), date(year, 6, 1)
    with pytest.raises(Invalid, match="year"):
        require_rule(rule.timezone, rule.start_time, rule.end_time, day, day)
    with pytest.raises(Invalid, match="year"):
        require_span(LONG_AGO.replace(year=year), LONG_AGO.replace(year=year, hour=9))


@pytest.mark.parametrize(
    ("term_start", "monday", "is_an_upper_one"),
    [
        (None, date(2026, 8, 31), True),
        (None, date(2026, 9, 7), False),
        (None, date(2026, 8, 24), False),
        (None, date(2027, 8, 30), True),
        (date(2026, 9, 9), date(2026, 9, 7), True),
        (date(2026, 9, 9), date(2027, 8, 30), False),
    ],
)
def test_a_week_is_named_by_the_term_or_by_the_school_year_in_which_it_ends(
    term_start: date | None, monday: date, *, is_an_upper_one: bool
) -> None:
    recurrence = RecurrenceExpansion(dates=recurrence_dates, term_start=term_start)
    assert recurrence.is_upper_week(monday) is is_an_upper_one
