"""Which days a rule names: upper and lower weeks, and the step from one day to the next (spec: schedule)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from atg_core.schedule.model import RecurringLesson, WeekType

_WEEK = timedelta(days=7)
_TERM_STARTS = (9, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """Every `interval` weeks from `first` until `until`, which may be a day of it."""

    first: date
    interval: int
    until: date


type Dates = Callable[[Weekly, date, date], Sequence[date]]
"""The days of a rule from one day to another, both included."""


def is_upper(day: date, anchor: date) -> bool:
    """Whether a day is in an upper week: that of the anchor is one, and so is every other one before and after it."""
    return (_monday(day) - _monday(anchor)) // _WEEK % 2 == 0


def weekly_of(rule: RecurringLesson, term_start: date | None) -> Weekly | None:
    """The days of a rule; None for one that names no day at all."""
    first = rule.start_date + timedelta(days=(rule.day_of_week - rule.start_date.weekday()) % 7)
    anchor = rule.week_anchor or term_start or _school_year(rule.start_date)
    if rule.week_type is not WeekType.ALL and is_upper(first, anchor) is not (rule.week_type is WeekType.UPPER):
        first += _WEEK
    if first > rule.end_date:
        return None
    return Weekly(first=first, interval=1 if rule.week_type is WeekType.ALL else 2, until=rule.end_date)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _school_year(day: date) -> date:
    """The first of September before a day, or the day itself."""
    this_year = date(day.year, *_TERM_STARTS)
    return this_year if this_year <= day else date(day.year - 1, *_TERM_STARTS)
