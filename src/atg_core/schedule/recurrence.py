"""Recurrence: the dates of a recurring lesson by week parity, and the expansion into occurrences (spec: schedule)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from atg_core.schedule.model import ExceptionAction, Occurrence, RecurringLesson, RuleException, WeekType
from atg_core.schedule.ports import OccurrenceNotFound

_A_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_TERM_STARTS = (9, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyRecurrence:
    """Every `interval` weeks from `first` until `until`, inclusive (FREQ=WEEKLY of RFC 5545)."""

    first: date
    interval: int
    until: date


type RecurrenceDates = Callable[[WeeklyRecurrence, date, date], Sequence[date]]
"""The dates of a weekly recurrence between two dates, inclusive."""


def is_upper(day: date, anchor: date) -> bool:
    """Week parity: the week of the anchor is an upper one, and so is every other week before and after it."""
    return (_monday(day) - _monday(anchor)) // _WEEK % 2 == 0


def weekly_recurrence(rule: RecurringLesson, term_start: date | None) -> WeeklyRecurrence | None:
    """The dates of a recurring lesson; None if there are none."""
    first = rule.start_date + timedelta(days=(rule.day_of_week - rule.start_date.weekday()) % 7)
    anchor = rule.week_anchor or term_start or _school_year(rule.start_date)
    if rule.week_type is not WeekType.ALL and is_upper(first, anchor) is not (rule.week_type is WeekType.UPPER):
        first += _WEEK
    if first > rule.end_date:
        return None
    return WeeklyRecurrence(first=first, interval=1 if rule.week_type is WeekType.ALL else 2, until=rule.end_date)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrenceExpansion:
    """Expands recurring lessons into occurrences.

    `term_start`: a day of an upper week; by default the first of September before the rule's start.
    """

    dates: RecurrenceDates
    term_start: date | None = None

    def occurrences(self, rule: RecurringLesson, start: datetime, end: datetime) -> Iterator[Occurrence]:
        """Occurrences between two instants: moved ones at their new time, without cancelled ones and free days."""
        days = weekly_recurrence(rule, self.term_start)
        if days is None:
            return
        start, end = (
            start.astimezone(UTC),
            end.astimezone(UTC),
        )  # Python compares times of one zone without their offset
        exceptions = {each.date: each for each in rule.exceptions}
        moved = {day for day, each in exceptions.items() if each.start_time and each.start_time < end}
        first, last = start.astimezone(rule.zone).date(), end.astimezone(rule.zone).date()
        # A lesson of nearly a day that begins late ends two days later where the clocks go forward.
        near = set(self.dates(days, first - 2 * _A_DAY, last + _A_DAY))
        far = {day for day in moved - near if self.dates(days, day, day)}
        for day in sorted(near | far):
            occurrence = _occurrence(rule, day, exceptions.get(day))
            if occurrence and occurrence.start < end and occurrence.end > start:
                yield occurrence

    def occurrence(self, rule: RecurringLesson, day: date) -> Occurrence:
        """Raises OccurrenceNotFound for a date without occurrence, a free one, or whose occurrence was cancelled."""
        exception = next((each for each in rule.exceptions if each.date == day), None)
        occurrence = _occurrence(rule, day, exception) if self.has_date(rule, day) else None
        if occurrence is None:
            raise OccurrenceNotFound
        return occurrence

    def is_upper_week(self, monday: date) -> bool:
        """Whether the week of a Monday is an upper one, where a rule has no `week_anchor` of its own."""
        return is_upper(monday, self.term_start or _school_year(monday + _WEEK - _A_DAY))

    def has_date(self, rule: RecurringLesson, day: date) -> bool:
        """Whether the rule has an occurrence on this date, cancelled or not, free or not."""
        days = weekly_recurrence(rule, self.term_start)
        return days is not None and bool(self.dates(days, day, day))


def _occurrence(rule: RecurringLesson, day: date, exception: RuleException | None) -> Occurrence | None:
    if exception is None and rule.free_on(day):
        return None
    start, end = rule.span(day)
    if exception:
        if exception.action is ExceptionAction.CANCEL:
            return None
        start = (exception.start_time or start).astimezone(rule.zone)
        end = (exception.end_time or end).astimezone(rule.zone)
    return Occurrence(rule=rule, date=day, start=start, end=end)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _school_year(day: date) -> date:
    """The first of September on or before a day."""
    this_year = date(day.year, *_TERM_STARTS)
    return this_year if this_year <= day else date(day.year - 1, *_TERM_STARTS)
