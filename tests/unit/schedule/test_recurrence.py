"""Recurrence expansion and the calendar, compared with a reference expansion."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_adapters.ical.recurrence import recurrence_dates
from atg_core.errors import Invalid
from atg_core.schedule.calendar import ShowCalendar
from atg_core.schedule.model import (
    LONGEST_WINDOW,
    ExceptionAction,
    Lesson,
    LessonStatus,
    Occurrence,
    RecurringLesson,
    RuleException,
    Viewer,
    WeekType,
)
from atg_core.schedule.ports import OccurrenceNotFound, ScheduleWindow
from atg_core.schedule.recurrence import RecurrenceExpansion
from tests.unit.schedule.planning import (
    DAY,
    MINUTE,
    TEACHER,
    ZONES,
    anchors,
    checks,
    lesson_of,
    named_days,
    planned,
    rule_of,
    rules,
)

VIEWER = Viewer(id=TEACHER)
RECURRENCE = RecurrenceExpansion(dates=recurrence_dates)
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Planned:
    """What a schedule reads, as it is."""

    lessons: Sequence[Lesson] = ()
    rules: Sequence[RecurringLesson] = ()

    async def window(self, viewer: Viewer, start: datetime, end: datetime) -> ScheduleWindow:
        return ScheduleWindow(lessons=self.lessons, rules=self.rules)


def spans(found: Sequence[Occurrence]) -> dict[date, tuple[datetime, datetime]]:
    return {each.date: (each.start.astimezone(UTC), each.end.astimezone(UTC)) for each in found}


@st.composite
def windows(draw: st.DrawFn, rule: RecurringLesson, term_start: date | None) -> tuple[datetime, datetime]:
    """From about an instant at which something begins or ends to about another, in any time zone."""
    edges = [edge for span in planned(rule, term_start).values() for edge in span]
    edges = edges or [datetime.combine(rule.start_date, time(), UTC)]
    near = st.sampled_from([0, 0, -1, 1, -3600, 86400]).map(lambda seconds: timedelta(seconds=seconds))
    one, other = (draw(st.sampled_from(edges)) + draw(near) for _ in range(2))
    zone = ZoneInfo(draw(st.sampled_from([rule.timezone, "UTC", *ZONES])))
    return min(one, other).astimezone(zone), max(one, other).astimezone(zone)


@checks(100)
@given(st.data(), rules(), st.none() | anchors)
def test_unfolding_equals_a_plain_reading(data: st.DataObject, rule: RecurringLesson, term_start: date | None) -> None:
    """G1: local times stay over changes of the clocks; moved and cancelled days; windows at the edges of lessons."""
    recurrence = RecurrenceExpansion(dates=recurrence_dates, term_start=term_start)
    start, end = data.draw(windows(rule, term_start))
    start_utc, end_utc = start.astimezone(UTC), end.astimezone(UTC)
    on = {day: span for day, span in planned(rule, term_start).items() if span[0] < end_utc and span[1] > start_utc}
    found = list(recurrence.occurrences(rule, start, end))
    assert spans(found) == on
    assert [each.date for each in found] == sorted(on)


@checks(50)
@given(rules(), anchors)
def test_an_occurrence_is_found_by_its_day_alone(rule: RecurringLesson, term_start: date) -> None:
    recurrence, on = RecurrenceExpansion(dates=recurrence_dates, term_start=term_start), planned(rule, term_start)
    named = named_days(rule, term_start)
    asked = {*named[:3], *named[-3:], *(each.date for each in rule.exceptions), rule.start_date - 7 * DAY, date.max}
    for day in asked:
        assert recurrence.has_date(rule, day) is (day in named)
        if day in on:
            assert spans([recurrence.occurrence(rule, day)]) == {day: on[day]}
        else:
            with pytest.raises(OccurrenceNotFound):
                recurrence.occurrence(rule, day)


def test_two_days_of_upper_weeks_and_one_of_lower_weeks_over_a_change_of_the_clocks() -> None:
    """G2: exactly these, and no twins."""
    march = {"start_date": date(2026, 3, 16), "end_date": date(2026, 4, 12), "week_anchor": date(2026, 3, 18)}
    tuesdays = rule_of(id=1, day_of_week=1, week_type=WeekType.UPPER, **march)
    thursdays = rule_of(id=2, day_of_week=3, week_type=WeekType.UPPER, **march)
    wednesdays = rule_of(id=3, day_of_week=2, week_type=WeekType.LOWER, **march)
    window = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    found = [each for rule in (tuesdays, thursdays, wednesdays) for each in RECURRENCE.occurrences(rule, *window)]
    assert sorted((each.start.isoformat(), each.end.astimezone(UTC).isoformat(), each.rule.id) for each in found) == [
        ("2026-03-17T09:00:00+01:00", "2026-03-17T09:30:00+00:00", 1),
        ("2026-03-19T09:00:00+01:00", "2026-03-19T09:30:00+00:00", 2),
        ("2026-03-25T09:00:00+01:00", "2026-03-25T09:30:00+00:00", 3),
        ("2026-03-31T09:00:00+02:00", "2026-03-31T08:30:00+00:00", 1),
        ("2026-04-02T09:00:00+02:00", "2026-04-02T08:30:00+00:00", 2),
        ("2026-04-08T09:00:00+02:00", "2026-04-08T08:30:00+00:00", 3),
    ]


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2026, 3, 29), "2026-03-29T03:30:00+02:00", "2026-03-29T04:30:00+02:00"),  # 02:30 is leapt over
        (date(2026, 10, 25), "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"),  # 02:30 comes twice
        (date(2026, 11, 1), "2026-11-01T02:30:00+01:00", "2026-11-01T03:30:00+01:00"),
    ],
)
def test_an_hour_at_half_past_two_takes_an_hour_in_every_night(day: date, start: str, end: str) -> None:
    """G1 (RFC 5545, section 3.3.5)"""
    rule = rule_of(day_of_week=6, start_time=time(2, 30), end_time=time(3, 30), start_date=day, end_date=day)
    occurrence = RECURRENCE.occurrence(rule, day)
    assert (occurrence.start.isoformat(), occurrence.end.isoformat()) == (start, end)


def test_an_occurrence_is_on_in_a_window_that_begins_in_the_hour_that_comes_twice() -> None:
    """Two times of one zone are compared by what the clocks show, unless the core sees to it."""
    day = date(2026, 10, 25)
    rule = rule_of(day_of_week=6, start_time=time(2), end_time=time(2, 45), start_date=day, end_date=day)
    again = datetime(2026, 10, 25, 2, 15, tzinfo=BERLIN, fold=1)
    assert not list(RECURRENCE.occurrences(rule, again, again + DAY)), "it ended at the first 02:45"
    first = datetime(2026, 10, 25, 2, 15, tzinfo=BERLIN)
    assert list(RECURRENCE.occurrences(rule, first, first + MINUTE))


def test_a_lesson_of_all_day_ends_on_the_next_when_the_clocks_go_forward() -> None:
    day = date(2026, 3, 29)
    rule = rule_of(day_of_week=6, start_time=time(0, 30), end_time=time(23, 45), start_date=day, end_date=day)
    next_day = datetime(2026, 3, 30, 0, 30, tzinfo=BERLIN)
    (found,) = RECURRENCE.occurrences(rule, next_day, next_day + MINUTE)
    assert found.end.isoformat() == "2026-03-30T00:45:00+02:00"


def test_a_rule_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    """Also its week: a lesson of a Sunday night is in the week that ends then."""
    sunday = date(2025, 9, 7)
    late = {"day_of_week": 6, "start_time": time(23, 30), "end_time": time(1, 15), "week_type": WeekType.UPPER}
    rule = rule_of(**late, start_date=sunday, end_date=sunday + 14 * DAY, week_anchor=date(2025, 9, 1))
    assert rule.duration == 105 * MINUTE
    monday = datetime(2025, 9, 8, 0, 30, tzinfo=BERLIN)
    (found,) = RECURRENCE.occurrences(rule, monday, monday + MINUTE)
    assert (found.date, found.end.isoformat()) == (sunday, "2025-09-08T01:15:00+02:00")
    assert found.key == "recurring-1-2025-09-07"
    assert [each.date for each in RECURRENCE.occurrences(rule, monday, monday + 30 * DAY)] == [
        sunday,
        sunday + 14 * DAY,
    ]
    with pytest.raises(OccurrenceNotFound):
        RECURRENCE.occurrence(rule, sunday + DAY)


def test_a_lesson_of_nearly_a_day_that_begins_late_ends_two_days_later_when_the_clocks_go_forward() -> None:
    saturday = date(2026, 3, 28)
    whole = {"day_of_week": 5, "start_time": time(23, 30), "end_time": time(23, 15)}
    rule = rule_of(**whole, start_date=saturday, end_date=saturday)
    monday = datetime(2026, 3, 30, 0, 5, tzinfo=BERLIN)
    (found,) = RECURRENCE.occurrences(rule, monday, monday + MINUTE)
    assert found.end.isoformat() == "2026-03-30T00:15:00+02:00"


async def test_what_begins_in_an_hour_that_comes_twice_is_in_the_order_of_time() -> None:
    night = {"day_of_week": 6, "start_date": date(2026, 10, 25), "end_date": date(2026, 10, 25)}
    later = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    moved = RuleException(
        date=date(2026, 10, 25), action=ExceptionAction.MOVE, start_time=later, end_time=later + 60 * MINUTE
    )
    first = rule_of(id=2, start_time=time(2, 30), end_time=time(2, 50), **night)
    second = rule_of(id=1, start_time=time(9), end_time=time(10), exceptions=(moved,), **night)
    calendar = ShowCalendar(schedule_queries=Planned(rules=[first, second]), recurrence=RECURRENCE)  # type: ignore[arg-type]
    found = await calendar(VIEWER, later - DAY, later + DAY)
    assert [each.start.isoformat() for each in found if isinstance(each, Occurrence)] == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:15:00+01:00",
    ]


def test_an_occurrence_is_where_it_was_moved_to_and_nowhere_else() -> None:
    away = datetime(2026, 2, 3, 12, tzinfo=UTC)
    moved = RuleException(
        date=date(2025, 12, 1), action=ExceptionAction.MOVE, start_time=away, end_time=away + 60 * MINUTE
    )
    rule = rule_of(exceptions=(moved,))
    december = datetime(2025, 12, 1, tzinfo=UTC)
    assert spans(list(RECURRENCE.occurrences(rule, december, december + DAY))) == {}
    assert spans(list(RECURRENCE.occurrences(rule, away, away + MINUTE))) == {
        date(2025, 12, 1): (away, away + 60 * MINUTE)
    }
    assert spans(list(RECURRENCE.occurrences(rule, away + 60 * MINUTE, away + DAY))) == {}


def test_exceptions_of_days_that_the_rule_no_longer_names_mean_nothing() -> None:
    start = datetime(2026, 1, 7, 9, tzinfo=UTC)
    wednesday = RuleException(
        date=date(2026, 1, 7), action=ExceptionAction.MOVE, start_time=start, end_time=start + 60 * MINUTE
    )
    rule = rule_of(exceptions=(wednesday,))
    assert not list(RECURRENCE.occurrences(rule, start, start + DAY))
    with pytest.raises(OccurrenceNotFound):
        RECURRENCE.occurrence(rule, date(2026, 1, 7))


async def test_a_lesson_takes_the_place_of_the_occurrence_that_it_was_made_of() -> None:
    rule, begin = rule_of(), datetime(2026, 1, 5, 8, tzinfo=UTC)
    made = lesson_of(begin + 30 * MINUTE, begin + 120 * MINUTE, recurring_lesson_id=1, occurrence_date=date(2026, 1, 5))
    window = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 14, tzinfo=UTC)

    async def shown(lesson: Lesson) -> list[str]:
        found = await ShowCalendar(schedule_queries=Planned([lesson], [rule]), recurrence=RECURRENCE)(VIEWER, *window)  # type: ignore[arg-type]
        return [each.key if isinstance(each, Occurrence) else f"lesson-{each.id}" for each in found]

    assert await shown(made) == ["lesson-1", "recurring-1-2026-01-12"]
    assert await shown(replace(made, status=LessonStatus.CANCELLED)) == ["recurring-1-2026-01-12"]
    assert await shown(replace(made, start_time=begin + 30 * DAY, end_time=begin + 31 * DAY)) == [
        "recurring-1-2026-01-12"
    ]
    assert await shown(replace(made, recurring_lesson_id=None)) == [
        "recurring-1-2026-01-05",
        "lesson-1",
        "recurring-1-2026-01-12",
    ]


@checks(50)
@given(st.data(), st.lists(rules(longest=300), min_size=1, max_size=3), st.integers(0, 300))
async def test_the_calendar_has_all_that_is_on_by_when_it_begins(
    data: st.DataObject, drawn: list[RecurringLesson], after: int
) -> None:
    their = [replace(rule, id=number) for number, rule in enumerate(drawn, 1)]
    start = datetime.combine(their[0].start_date + after * DAY, time(), BERLIN)
    end = start + data.draw(st.integers(1, LONGEST_WINDOW.days)) * DAY
    lengths = st.integers(1, 24 * 60).map(lambda minutes: minutes * MINUTE)
    begins = st.integers(-2 * 24 * 60, 400 * 24 * 60).map(lambda minutes: start.astimezone(UTC) + minutes * MINUTE)
    lessons = [
        lesson_of(begin, begin + data.draw(lengths), id=number, status=data.draw(st.sampled_from(LessonStatus)))
        for number, begin in enumerate(data.draw(st.lists(begins, max_size=4)))
    ]
    found = await ShowCalendar(schedule_queries=Planned(lessons, their), recurrence=RECURRENCE)(VIEWER, start, end)  # type: ignore[arg-type]
    on = [(each.start_time, each.end_time) for each in lessons if each.status is not LessonStatus.CANCELLED]
    on += [span for rule in their for span in planned(rule, None).values()]
    when = [
        (each.start_time, each.end_time)
        if isinstance(each, Lesson)
        else (each.start.astimezone(UTC), each.end.astimezone(UTC))
        for each in found
    ]
    assert sorted(when) == sorted(
        span for span in on if span[0] < end.astimezone(UTC) and span[1] > start.astimezone(UTC)
    )
    assert [begin for begin, _ in when] == sorted(begin for begin, _ in when)


@pytest.mark.parametrize(
    ("start", "length", "reason"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), timedelta(0), "after the start"),
        (datetime(2026, 1, 1, tzinfo=UTC), LONGEST_WINDOW + timedelta(seconds=1), "370 days"),
        (datetime(1, 1, 1, tzinfo=UTC), DAY, "year"),
        (datetime(9999, 12, 30, tzinfo=UTC), DAY, "year"),
    ],
)
async def test_a_window_has_a_length_and_is_in_our_time(start: datetime, length: timedelta, reason: str) -> None:
    calendar = ShowCalendar(
        schedule_queries=Planned(rules=[rule_of(timezone="America/New_York")]), recurrence=RECURRENCE
    )  # type: ignore[arg-type]
    with pytest.raises(Invalid, match=reason):
        await calendar(VIEWER, start, start + length)
