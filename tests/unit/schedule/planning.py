"""Strategies of rules and lessons, and a reference expansion of rules, day by day.

It shares no code with the core: weekdays and weeks are computed from the ordinals of days, and local times are searched
among instants, so that nothing depends on how Python reads ambiguous or missing local times.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from atg_core.schedule.model import (
    ExceptionAction,
    FreeDays,
    Lesson,
    LessonStatus,
    RecurringLesson,
    RuleException,
    WeekType,
)
from tests.examples import examples

TEACHER = UUID(int=7)
LONG_AGO = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ZONES = ("Europe/Berlin", "Asia/Tashkent", "Europe/Moscow", "America/New_York")
ODD_ZONES = ("Africa/Casablanca", "America/Havana", "Australia/Lord_Howe", "UTC")
"""Clocks that change for a month, at midnight, by half an hour, and never."""


def checks(number: int) -> settings:
    """How many, however busy the machine is."""
    return settings(max_examples=examples(number), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def rule_of(**changes: Any) -> RecurringLesson:
    """Mondays at 9, in Berlin, for a year."""
    fields: dict[str, Any] = {
        "id": 1,
        "group_id": 1,
        "teacher_id": TEACHER,
        "title": "Algebra",
        "day_of_week": 0,
        "week_type": WeekType.ALL,
        "start_time": time(9),
        "end_time": time(10, 30),
        "start_date": date(2025, 9, 1),
        "end_date": date(2026, 8, 31),
        "timezone": "Europe/Berlin",
        "week_anchor": None,
        "revision": 0,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
        **changes,
    }
    return RecurringLesson(**fields)


def lesson_of(start: datetime, end: datetime, **changes: Any) -> Lesson:
    fields: dict[str, Any] = {
        "id": 1,
        "group_id": 1,
        "teacher_id": TEACHER,
        "title": "Geometry",
        "start_time": start,
        "end_time": end,
        "status": LessonStatus.PLANNED,
        "zoom_start_url": None,
        "zoom_join_url": None,
        "recurring_lesson_id": None,
        "occurrence_date": None,
        "revision": 0,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
        **changes,
    }
    return Lesson(**fields)


def every_day(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def week_number(day: date) -> int:
    """Weeks since the Monday that was the first day of the calendar."""
    return (day.toordinal() - 1) // 7


def named_days(rule: RecurringLesson, term_start: date | None) -> list[date]:
    """The days that a rule names, by looking at each."""
    september = max(
        day for day in every_day(rule.start_date - 366 * DAY, rule.start_date) if day.timetuple()[1:3] == (9, 1)
    )
    anchor = week_number(rule.week_anchor or term_start or september)
    named = []
    for day in every_day(rule.start_date, rule.end_date):
        kind = "UPPER" if abs(week_number(day) - anchor) % 2 == 0 else "LOWER"
        if (day.toordinal() - 1) % 7 == rule.day_of_week and rule.week_type.value in {"ALL", kind}:
            named.append(day)
    return named


def instant(day: date, local: time, timezone: str) -> datetime:
    """The first instant at which the clocks show a local time; of one that they leap over, by the offset before."""
    zone, shown = ZoneInfo(timezone), datetime.combine(day, local)
    noons = (datetime.combine(day, time(12), UTC) + days * DAY for days in (-2, 2))
    before, after = (noon.astimezone(zone).utcoffset() or timedelta() for noon in noons)
    candidates = sorted(shown.replace(tzinfo=UTC) - offset for offset in (before, after))
    true = [each for each in candidates if each.astimezone(zone).replace(tzinfo=None) == shown]
    return true[0] if true else shown.replace(tzinfo=UTC) - before


def planned(rule: RecurringLesson, term_start: date | None) -> dict[date, tuple[datetime, datetime]]:
    """When the occurrences are that the rule, its exceptions and free days leave, in UTC."""
    found = {}
    for day in named_days(rule, term_start):
        start = instant(day, rule.start_time, rule.timezone)
        minutes = (rule.end_time.hour - rule.start_time.hour) * 60 + rule.end_time.minute - rule.start_time.minute
        found[day] = (start, start + minutes % (24 * 60) * MINUTE)
    for exception in rule.exceptions:
        if exception.date in found and exception.action is ExceptionAction.CANCEL:
            del found[exception.date]
        elif exception.date in found and exception.start_time and exception.end_time:
            found[exception.date] = (exception.start_time, exception.end_time)
    free = (
        {day for each in rule.free_days for day in every_day(each.start, each.end)} if not rule.on_free_days else set()
    )
    moved = {exception.date for exception in rule.exceptions}
    return {day: span for day, span in found.items() if day not in free - moved}


begins = st.sampled_from(
    [
        *(date(2009, 12, 20), date(2013, 11, 4), date(2019, 9, 1), date(2020, 1, 1), date(2025, 9, 1)),
        *(date(2026, 2, 1), date(2026, 8, 31), date(2026, 12, 27), date(2031, 12, 29), date(2032, 10, 3)),
    ]
)
"""Before years of 53 weeks (2009, 2015, 2020, 2026, 2032), and before Moscow's clocks changed for good (2011, 2014)."""
nights = st.sampled_from([time(0), time(0, 30), time(1), time(1, 59), time(2), time(2, 30), time(3), time(22, 45)])
times = nights | st.times().map(lambda each: each.replace(second=0, microsecond=0, fold=0))


@st.composite
def rules(
    draw: st.DrawFn, /, *, longest: int = 3 * 365, begins: st.SearchStrategy[date] = begins, **changes: Any
) -> RecurringLesson:
    start_time = draw(times)
    length = draw(st.sampled_from([1, 45, 90, 180]) | st.integers(1, 24 * 60 - 1))
    start_date = draw(begins) + draw(st.integers(0, 20)) * DAY
    rule = rule_of(
        day_of_week=draw(st.sampled_from([6, 6, 5]) | st.integers(0, 6)),  # the clocks change on Sundays
        week_type=draw(st.sampled_from(WeekType)),
        start_time=start_time,
        end_time=(datetime.combine(start_date, start_time) + length * MINUTE).time(),
        start_date=start_date,
        end_date=start_date + draw(st.integers(0, longest)) * DAY,
        timezone=draw(st.sampled_from(ZONES + ODD_ZONES)),
        week_anchor=draw(st.none() | anchors),
        **changes,
    )
    free = draw(st.lists(free_days_of(rule), max_size=4).map(tuple))
    return replace(rule, exceptions=draw(exceptions_of(rule)), free_days=free, on_free_days=draw(rarely))


rarely = st.sampled_from([False, False, False, True])


def free_days_of(rule: RecurringLesson) -> st.SearchStrategy[FreeDays]:
    """Single days and weeks of the rule's own time, some of them those of its lessons."""

    def of(first: int, length: int) -> FreeDays:
        start = rule.start_date + first * DAY
        return free_days(start, start + length * DAY)

    return st.builds(of, st.integers(-10, 200), st.integers(0, 20))


def free_days(start: date, end: date, **changes: Any) -> FreeDays:
    fields = {"id": 1, "teacher_id": None, "name": "Каникулы", "created_at": LONG_AGO, "updated_at": LONG_AGO}
    return FreeDays(**{**fields, "start": start, "end": end, **changes})


anchors = st.dates(date(2008, 1, 1), date(2036, 1, 1))


@st.composite
def exceptions_of(draw: st.DrawFn, rule: RecurringLesson) -> tuple[RuleException, ...]:
    """Of days that the rule names, and of some that it does not; moved by minutes, or by weeks."""
    weeks = st.integers(0, (rule.end_date - rule.start_date).days // 7)
    first = rule.start_date + (rule.day_of_week - (rule.start_date.toordinal() - 1)) % 7 * DAY
    other = st.integers(0, 90).map(lambda days: rule.start_date + days * DAY)
    days = draw(st.lists(weeks.map(lambda week: first + 7 * week * DAY) | other, max_size=6, unique=True))
    return tuple(_exception(draw, rule, day) for day in days)


def _exception(draw: st.DrawFn, rule: RecurringLesson, day: date) -> RuleException:
    if draw(st.booleans()):
        return RuleException(date=day, action=ExceptionAction.CANCEL)
    minutes = st.integers(-180, 180) | st.integers(-30 * 24 * 60, 30 * 24 * 60)
    start = instant(day, rule.start_time, rule.timezone) + draw(minutes) * MINUTE
    end = start + draw(st.integers(1, 24 * 60)) * MINUTE
    return RuleException(date=day, action=ExceptionAction.MOVE, start_time=start, end_time=end)
