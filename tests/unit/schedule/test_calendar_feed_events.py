"""Events of the calendar feed: rules, exceptions, lessons and time zones by example (promise G4)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from atg_core.schedule.model import ExceptionAction, Lesson, LessonStatus, RecurringLesson, RuleException, WeekType
from tests.unit.schedule.feeds import HOUR, NOON, events_of, feed_of, lines_of
from tests.unit.schedule.planning import DAY, MINUTE, free_days, lesson_of, planned, rule_of
from tests.unit.schedule.readers import confirmed, read_by_ical, read_by_vobject, zones_read


def test_a_rule_is_one_event_that_recurs() -> None:
    """G4: exact length, the end in UTC, and a revision that calendars tell changes by."""
    rule = rule_of(id=41, day_of_week=3, week_type=WeekType.LOWER, week_anchor=date(2025, 9, 1), revision=6)
    assert events_of(feed_of(rule)) == [
        {
            "UID": "recurring-41@atg.example",
            "SUMMARY": "Algebra",
            "DTSTART;TZID=Europe/Berlin": "20250911T090000",
            "DURATION": "PT1H30M",
            "RRULE": "FREQ=WEEKLY;UNTIL=20260831T215959Z;INTERVAL=2;BYDAY=TH;WKST=MO",
            "SEQUENCE": "6",
            "DTSTAMP": "20240506T070809Z",
            "LAST-MODIFIED": "20240506T070809Z",
            "STATUS": "CONFIRMED",
        }
    ]


def test_a_rule_over_midnight_is_one_event_by_its_length() -> None:
    rule = rule_of(start_time=time(23, 30), end_time=time(0, 45))
    [event] = events_of(feed_of(rule))
    assert (event["DTSTART;TZID=Europe/Berlin"], event["DURATION"]) == ("20250901T233000", "PT1H15M")


def test_programs_are_told_to_come_again_in_an_hour() -> None:
    assert lines_of(feed_of())[:6] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ATG//Schedule//EN",
        r"X-WR-CALNAME:Лекции\, ATG",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]


def excepted(*exceptions: RuleException) -> bytes:
    return feed_of(rule_of(exceptions=exceptions, revision=2, end_date=date(2025, 9, 20)))


MONDAY = date(2025, 9, 8)
CANCELLED = RuleException(date=MONDAY, action=ExceptionAction.CANCEL)
MOVED = RuleException(
    date=MONDAY,
    action=ExceptionAction.MOVE,
    start_time=datetime(2025, 9, 10, 6, tzinfo=UTC),
    end_time=datetime(2025, 9, 10, 8, tzinfo=UTC),
)


def test_a_cancelled_day_is_told_and_is_on_no_longer() -> None:
    """G4: CANCELLED, under the UID of its rule."""
    feed = excepted(CANCELLED)
    _, override = events_of(feed)
    assert override["UID"] == "recurring-1@atg.example"
    assert override["RECURRENCE-ID;TZID=Europe/Berlin"] == "20250908T090000"
    assert override["STATUS"] == "CANCELLED"
    assert override["SEQUENCE"] == "2"
    for read in (read_by_ical, read_by_vobject):
        assert {event.start.date(): event.status for event in read(feed)} == {
            date(2025, 9, 1): "CONFIRMED",
            MONDAY: "CANCELLED",
            date(2025, 9, 15): "CONFIRMED",
        }


def test_a_moved_day_is_on_at_its_new_time_alone() -> None:
    """G4"""
    feed = excepted(MOVED)
    for read in (read_by_ical, read_by_vobject):
        assert confirmed(read(feed)) == [
            (datetime(2025, 9, 1, 7, tzinfo=UTC), datetime(2025, 9, 1, 8, 30, tzinfo=UTC)),
            (MOVED.start_time, MOVED.end_time),
            (datetime(2025, 9, 15, 7, tzinfo=UTC), datetime(2025, 9, 15, 8, 30, tzinfo=UTC)),
        ]


def test_exceptions_of_days_that_the_rule_no_longer_names_are_left_out() -> None:
    assert excepted(replace(CANCELLED, date=date(2025, 9, 9)), replace(MOVED, date=date(2025, 9, 22))) == excepted()


def made(**changes: Any) -> Lesson:
    start = datetime(2025, 9, 8, 7, 30, tzinfo=UTC)
    return lesson_of(start, start + HOUR, id=5, recurring_lesson_id=1, occurrence_date=MONDAY, revision=3, **changes)


def test_a_lesson_overrides_the_day_that_it_was_made_of() -> None:
    """G4: what was otherwise about the day counts no longer; the number of revisions goes on growing."""
    changed = datetime(2025, 9, 2, tzinfo=UTC)
    rule = rule_of(exceptions=(CANCELLED,), revision=2, updated_at=changed)
    _, override = events_of(feed_of(rule, lessons=[made()]))
    assert override == {
        "UID": "recurring-1@atg.example",
        "RECURRENCE-ID;TZID=Europe/Berlin": "20250908T090000",
        "SUMMARY": "Geometry",
        "DTSTART": "20250908T073000Z",
        "DTEND": "20250908T083000Z",
        "SEQUENCE": "5",
        "DTSTAMP": "20250902T000000Z",
        "LAST-MODIFIED": "20250902T000000Z",
        "STATUS": "CONFIRMED",
    }
    _, cancelled = events_of(feed_of(rule_of(), lessons=[made(status=LessonStatus.CANCELLED)]))
    assert cancelled["STATUS"] == "CANCELLED"


@pytest.mark.parametrize(
    "rules", [[], [rule_of(id=2)], [rule_of(day_of_week=1)], [rule_of(start_date=date(2025, 9, 9))]]
)
def test_a_lesson_whose_rule_is_gone_or_does_not_name_its_day_is_an_event_of_its_own(
    rules: list[RecurringLesson],
) -> None:
    *_, event = events_of(feed_of(*rules, lessons=[made()]))
    assert (event["UID"], event["SEQUENCE"]) == ("lesson-5@atg.example", "3")
    assert not any(name.startswith("RECURRENCE-ID") for name in event)


def test_days_before_the_feed_begins_are_left_out_of_rules_but_not_lessons() -> None:
    rule = rule_of(exceptions=(CANCELLED,), week_type=WeekType.UPPER)
    feed = feed_of(rule, lessons=[made()], since=date(2025, 9, 16))
    recurring, lesson = events_of(feed)
    assert recurring["DTSTART;TZID=Europe/Berlin"] == "20250929T090000"
    assert lesson["UID"] == "lesson-5@atg.example"
    assert events_of(feed_of(rule, since=rule.end_date + DAY)) == []


def test_a_link_is_there_while_its_lesson_is_live_and_the_teachers_never() -> None:
    links = {"zoom_start_url": "https://zoom.test/s/1?zak=secret", "zoom_join_url": "https://zoom.test/j/1?pwd=a,b;c"}
    for status in LessonStatus:
        feed = feed_of(lessons=[lesson_of(NOON, NOON + HOUR, status=status, **links)])
        (event,) = events_of(feed)
        assert event.get("URL") == (links["zoom_join_url"] if status is LessonStatus.LIVE else None)
        assert b"secret" not in feed
    unprintable = {**links, "zoom_join_url": "https://zoom.test/\r\nSUMMARY:other"}
    (event,) = events_of(feed_of(lessons=[lesson_of(NOON, NOON + HOUR, status=LessonStatus.LIVE, **unprintable)]))
    assert "URL" not in event


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "Africa/Casablanca", "America/Havana", "Australia/Lord_Howe", "Europe/Dublin", "UTC"]
)
def test_a_time_zone_has_every_change_of_the_clocks(name: str) -> None:
    """G4: the VTIMEZONE gives both libraries the zone's own offsets, and from the minute on when they change."""
    rule = rule_of(timezone=name, start_date=date(2023, 1, 1), end_date=date(2028, 12, 31))
    read_by, zone = zones_read(feed_of(rule)), ZoneInfo(name)
    changes = 0
    for noon in (datetime(2023, 1, 1, 12, tzinfo=UTC) + days * DAY for days in range(6 * 365)):
        changed = len({(noon - days * DAY).astimezone(zone).utcoffset() for days in (0, 1)}) > 1
        changes += changed
        for minutes in range(-36 * 60, 0, 10) if changed else (0,):
            local = (noon + minutes * MINUTE).astimezone(zone)
            if not local.fold:
                shown = local.replace(tzinfo=None)
                assert [read.utcoffset(shown) for read in read_by] == [local.utcoffset()] * 2, shown
    assert changes == {"UTC": 0}.get(name, 12)


@pytest.mark.parametrize(
    ("day", "begin", "end", "told"),
    [
        (date(2026, 3, 29), time(2, 30), time(3, 30), ("20260329T013000Z", "20260329T023000Z")),  # begins at no time
        (date(2026, 3, 29), time(1, 0), time(4, 0), ("20260329T000000Z", "20260329T030000Z")),
        (date(2026, 10, 25), time(2, 10), time(2, 40), ("20261025T001000Z", "20261025T004000Z")),  # both come twice
        (date(2026, 10, 25), time(1, 0), time(4, 0), ("20261024T230000Z", "20261025T020000Z")),
        (date(2026, 3, 29), time(3, 0), time(4, 0), None),
        (date(2026, 3, 29), time(0, 30), time(1, 30), None),
    ],
)
def test_a_night_when_the_clocks_change_is_told_in_utc(
    day: date, begin: time, end: time, told: tuple[str, str] | None
) -> None:
    """RFC 5545, section 3.3.5, which programs do not all read in one way: both libraries here get some of it wrong."""
    rule = rule_of(day_of_week=6, start_date=day - 7 * DAY, end_date=day + 7 * DAY, start_time=begin, end_time=end)
    _, *overrides = events_of(feed_of(rule))
    assert [(event["DTSTART"], event["DTEND"]) for event in overrides] == ([told] if told else [])
    assert [f"{day:%Y%m%d}T{begin:%H%M%S}" for _ in overrides] == [
        event["RECURRENCE-ID;TZID=Europe/Berlin"] for event in overrides
    ]
    shown = sorted(planned(rule, None).values())
    assert confirmed(read_by_ical(feed_of(rule))) == confirmed(read_by_vobject(feed_of(rule))) == shown


def test_free_days_are_left_out_of_the_rule_but_for_lessons_that_were_made_or_moved() -> None:
    free = free_days(date(2025, 9, 8), date(2025, 9, 22), updated_at=NOON)
    days = [MONDAY + week * 7 * DAY for week in range(3)]
    moved = replace(MOVED, date=days[1])
    made = lesson_of(NOON, NOON + HOUR, recurring_lesson_id=1, occurrence_date=days[2])
    rule = rule_of(end_date=date(2025, 9, 30), free_days=(free,), exceptions=(moved,))
    feed = feed_of(rule, lessons=[made])
    [event, *others] = events_of(feed)
    assert event["EXDATE;TZID=Europe/Berlin"] == "20250908T090000"
    assert event["LAST-MODIFIED"] == "20260105T120000Z"
    assert [each["RECURRENCE-ID;TZID=Europe/Berlin"][:8] for each in others] == ["20250915", "20250922"]
    assert confirmed(read_by_ical(feed)) == sorted(
        [
            *(span for day, span in planned(rule, None).items() if day != days[2]),
            (made.start_time, made.end_time),
        ]
    )
    assert "EXDATE" not in feed_of(replace(rule, on_free_days=True)).decode()
