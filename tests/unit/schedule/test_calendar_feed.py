"""The calendar feed equals the calendar, as read by two other libraries (promise G4)."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from time import process_time
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from atg_adapters.ical.calendar_feed import IcalCalendarFeed
from atg_adapters.ical.recurrence import recurrence_dates
from atg_core.schedule.calendar import ShowCalendar
from atg_core.schedule.model import LONGEST_WINDOW, Lesson, LessonStatus, RecurringLesson, Viewer
from atg_core.schedule.ports import ScheduleWindow
from atg_core.schedule.recurrence import RecurrenceExpansion
from tests.unit.schedule.feeds import EVER, FEED, HOUR, NOON, events_of, feed_of, lines_of
from tests.unit.schedule.planning import (
    DAY,
    MINUTE,
    TEACHER,
    anchors,
    begins,
    checks,
    instant,
    lesson_of,
    named_days,
    rule_of,
    rules,
)
from tests.unit.schedule.readers import Span, confirmed, read_by_ical, read_by_vobject


@dataclass(frozen=True)
class Planned:
    """What a schedule reads, as it is."""

    planned: ScheduleWindow

    async def window(self, viewer: Viewer, start: datetime, end: datetime) -> ScheduleWindow:
        return self.planned


@st.composite
def plans(draw: st.DrawFn) -> ScheduleWindow:
    """Up to three rules of about one time, and lessons made of days that they name, or named once, or never did."""
    begin = st.just(draw(begins))
    drawn = draw(st.lists(rules(longest=420, begins=begin), min_size=1, max_size=3))
    their = [replace(rule, id=number, revision=number) for number, rule in enumerate(drawn, 1)]
    lessons: list[Lesson] = []
    for rule in their:
        named = named_days(rule, None) or [rule.start_date]
        days = st.sampled_from(named) | st.dates(rule.start_date, rule.start_date + 30 * DAY)
        for day in draw(st.lists(days, max_size=3, unique=True)):
            of = draw(st.sampled_from([(rule.id, day), (rule.id, day), (99, day), (None, None)]))
            lesson = replace(draw(_lessons(rule, day)), id=len(lessons) + 1)
            lessons.append(replace(lesson, recurring_lesson_id=of[0], occurrence_date=of[1]))
    return ScheduleWindow(lessons=lessons, rules=their)


@st.composite
def _lessons(draw: st.DrawFn, rule: RecurringLesson, day: date) -> Lesson:
    start = instant(day, rule.start_time, rule.timezone) + draw(st.integers(-3, 3) | st.integers(-9999, 9999)) * MINUTE
    length = draw(st.integers(1, 24 * 60)) * MINUTE
    return lesson_of(start, start + length, status=draw(st.sampled_from(LessonStatus)))


async def calendar_of(plan: ScheduleWindow, recurrence: RecurrenceExpansion, since: date) -> list[Span]:
    """All that the calendar shows, window by window, without days of rules before a date."""
    calendar = ShowCalendar(schedule_queries=Planned(plan), recurrence=recurrence)  # type: ignore[arg-type]
    begin = datetime.combine(min(rule.start_date for rule in plan.rules) - 60 * DAY, time(), UTC)
    shown: dict[Any, Span] = {}
    for start in (begin + LONGEST_WINDOW * number for number in range(3)):
        for event in await calendar(Viewer(id=TEACHER), start, start + LONGEST_WINDOW):
            if isinstance(event, Lesson):
                shown[event.id] = event.start_time, event.end_time
            elif event.date >= since:
                shown[event.key] = event.start.astimezone(UTC), event.end.astimezone(UTC)
    return sorted(shown.values())


@checks(50)
@given(plans(), st.none() | anchors, st.sampled_from([-400, -400, 0, 30, 200]))
async def test_the_feed_has_what_the_calendar_has(plan: ScheduleWindow, term_start: date | None, after: int) -> None:
    """G4 and G1: both libraries find the instants at which the calendar's events begin and end, and no others."""
    recurrence = RecurrenceExpansion(dates=recurrence_dates, term_start=term_start)
    since = plan.rules[0].start_date + after * DAY
    feed = IcalCalendarFeed(recurrence=recurrence, base_url="http://localhost").written(plan, since)
    shown = await calendar_of(plan, recurrence, since)
    assert confirmed(read_by_ical(feed)) == shown
    assert confirmed(read_by_vobject(feed)) == shown


@checks(30)
@given(plans())
def test_the_feed_is_well_formed_and_the_same_for_the_same_plan(plan: ScheduleWindow) -> None:
    """G4: what is used for its ETag."""
    feed = FEED.written(plan, EVER)
    assert FEED.written(ScheduleWindow(lessons=plan.lessons[::-1], rules=plan.rules[::-1]), EVER) == feed
    assert feed.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in feed.replace(b"\r\n", b"")
    assert b"\r" not in feed.replace(b"\r\n", b"")
    assert max(len(line) for line in feed.split(b"\r\n")) <= 75
    lines = lines_of(feed)
    used = {found for line in lines for found in re.findall(r"^\S+;TZID=([^:;]+):", line)}
    assert sorted(line.removeprefix("TZID:") for line in lines if line.startswith("TZID:")) == sorted(used)
    keys = [
        (event["UID"], next((event[name] for name in event if name.startswith("RECURRENCE-ID")), ""))
        for event in events_of(feed)
    ]
    assert len(keys) == len(set(keys))


titles = st.text(st.sampled_from("abNn ,;:\\\"'=^\n\r\tЖщ\u0301😀") | st.characters(), max_size=150)


@checks(80)
@given(titles)
@example("Множества \\N и \\n, C:\\New; \\\\")
@example("Очень длинное название " * 20)
@example("END:VEVENT\r\nBEGIN:VEVENT\rSUMMARY:other\u2028\u0085\x0b\x0cSTATUS:CANCELLED")
@example("\ud800")
def test_a_title_is_read_as_it_was_written(title: str) -> None:
    """But for characters that are none: they are spaces, and every end of a line is the same."""
    feed = feed_of(lessons=[lesson_of(NOON, NOON + HOUR, title=f"({title})")])
    assert max(len(line) for line in feed.split(b"\r\n")) <= 75
    plain = "".join(character if _is_text(character) else " " for character in title.replace("\r\n", "\n"))
    for read in (read_by_ical, read_by_vobject):
        (event,) = read(feed)
        assert event.title == f"({plain})"


def _is_text(character: str) -> bool:
    """What neither ends a line for Python nor is a control character, nor half of a character."""
    if character in "\n\t":
        return True
    return (
        len(f"a{character}b".splitlines()) == 1
        and ord(character) >= 32
        and not 0x7F <= ord(character) < 0xA0
        and (not 0xD800 <= ord(character) < 0xE000)
    )


def test_the_feed_of_a_large_school_takes_seconds_at_most() -> None:
    their = [rule_of(id=number, end_date=date(2035, 6, 30), timezone="Asia/Tashkent") for number in range(100)]
    lessons = [lesson_of(NOON, NOON + HOUR, id=number) for number in range(500)]
    begun = process_time()
    feed = feed_of(*their, lessons=lessons)
    assert process_time() - begun < 5
    assert len(events_of(feed)) == 600
