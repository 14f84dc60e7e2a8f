"""The calendar feed: lessons and recurring lessons as an iCalendar object (RFC 5545)."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from atg_adapters.ical.zones import time_zone
from atg_core.schedule.model import Lesson, LessonStatus, RecurringLesson
from atg_core.schedule.ports import OccurrenceNotFound, ScheduleWindow
from atg_core.schedule.recurrence import RecurrenceExpansion, WeeklyRecurrence, weekly_recurrence

if TYPE_CHECKING:
    from icalendar import Calendar, Event, Timezone, vDatetime

_PRODUCT = "-//ATG//Schedule//EN"
_REFRESH = timedelta(hours=1)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SPECIAL = re.compile(r"[\\;,]")

type _Series = list[tuple[RecurringLesson, WeeklyRecurrence]]
type _Made = Mapping[tuple[int | None, date | None], Lesson]


@dataclass(frozen=True, slots=True, kw_only=True)
class IcalCalendarFeed:
    """`WriteCalendarFeed`. `base_url`: of the service, whose host makes the UIDs unique; `name`: of the calendar.

    A recurring lesson is one event with an RRULE, and an EXDATE for each free day. An occurrence that is cancelled,
    moved, has a lesson, or spans a DST change is an override (RECURRENCE-ID). The last are written in UTC, since
    clients disagree about such local times.
    Deterministic: equal windows give equal bytes.
    """

    recurrence: RecurrenceExpansion
    base_url: str
    name: str = "ATG"

    async def __call__(self, window: ScheduleWindow, since: date) -> bytes:
        return await asyncio.to_thread(self.written, window, since)

    def written(self, window: ScheduleWindow, since: date) -> bytes:
        """Omits occurrences before `since`, but no lessons."""
        feed = _new_calendar(self.name)
        rules = sorted(window.rules, key=lambda rule: rule.id)
        series = [(rule, days) for rule in rules if (days := self._days(rule, since))]
        for zone in _time_zones(series):
            feed.add_component(zone)
        for event in self._events(series, sorted(window.lessons, key=lambda lesson: lesson.id)):
            feed.add_component(event)
        return bytes(feed.to_ical())

    def _events(self, series: _Series, lessons: list[Lesson]) -> Iterator["Event"]:
        made = {_occurrence_of(lesson): lesson for lesson in lessons}
        told = set()
        for rule, days in series:
            yield self._recurring(rule, days, made)
            for day, event in self._overrides(rule, days, made):
                told.add((rule.id, day))
                yield event
        for lesson in lessons:
            if _occurrence_of(lesson) not in told:
                yield _of_lesson(lesson, self._uid(f"lesson-{lesson.id}"))

    def _uid(self, key: str) -> str:
        return f"{key}@{urlsplit(self.base_url).hostname or 'localhost'}"

    def _days(self, rule: RecurringLesson, since: date) -> WeeklyRecurrence | None:
        """The dates of a rule from `since` on; None if there are none."""
        days = weekly_recurrence(rule, self.recurrence.term_start)
        if days is None or days.first >= since:
            return days
        left = self.recurrence.dates(days, since, since + timedelta(weeks=days.interval))
        return replace(days, first=left[0]) if left else None

    def _recurring(self, rule: RecurringLesson, days: WeeklyRecurrence, made: _Made) -> "Event":
        free = {
            day: free
            for day in (self.recurrence.dates(days, days.first, days.until) if rule.free_days else ())
            if (free := rule.free_on(day)) and (rule.id, day) not in made
        }
        updated_at = max([rule.updated_at, *(each.updated_at for each in free.values())])
        event = _new_event(self._uid(f"recurring-{rule.id}"), rule.title, rule.revision, updated_at)
        event.add("DTSTART", _local(rule, days.first), encode=False)
        event.add("DURATION", rule.duration)  # exact, as hours and minutes are (RFC 5545, section 3.3.6)
        until = datetime.combine(days.until, time(23, 59, 59), rule.zone).astimezone(UTC)
        weekday = _WEEKDAYS[rule.day_of_week]
        event.add(
            "RRULE", {"FREQ": "WEEKLY", "UNTIL": until, "INTERVAL": days.interval, "BYDAY": weekday, "WKST": "MO"}
        )
        if free:
            begins = [datetime.combine(day, rule.start_time) for day in free]
            event.add("EXDATE", begins, parameters={"TZID": _zone_name(rule)})
        return event

    def _overrides(self, rule: RecurringLesson, days: WeeklyRecurrence, made: _Made) -> Iterator[tuple[date, "Event"]]:
        """Overrides of occurrences that differ from the rule, by date."""
        excepted = {exception.date for exception in rule.exceptions}
        for day in self.recurrence.dates(days, days.first, days.until):
            lesson = made.get((rule.id, day))
            if lesson or day in excepted or (_is_uncertain(rule, day) and not rule.free_on(day)):
                event = self._override(rule, day, lesson)
                event.add("RECURRENCE-ID", _local(rule, day), encode=False)
                yield day, event

    def _override(self, rule: RecurringLesson, day: date, lesson: Lesson | None) -> "Event":
        uid = self._uid(f"recurring-{rule.id}")
        if lesson:
            return _of_lesson(lesson, uid, after=rule)
        event, (start, end) = _new_event(uid, rule.title, rule.revision, rule.updated_at), rule.span(day)
        try:
            occurrence = self.recurrence.occurrence(rule, day)
            start, end = occurrence.start, occurrence.end
        except OccurrenceNotFound:
            event["STATUS"] = "CANCELLED"
        return _at(event, start, end)


def _new_calendar(name: str) -> "Calendar":
    """Without METHOD: with it, each event would need an organizer (RFC 5546, section 3.2.1)."""
    from icalendar import Calendar, vDuration  # noqa: PLC0415 - few processes write feeds

    feed = Calendar()
    feed.add("VERSION", "2.0")
    feed.add("PRODID", _PRODUCT)
    feed.add("X-WR-CALNAME", _text(name), encode=False)
    feed.add("REFRESH-INTERVAL", _REFRESH, parameters={"VALUE": "DURATION"})
    feed.add("X-PUBLISHED-TTL", vDuration(_REFRESH), encode=False)
    return feed


def _time_zones(series: _Series) -> Iterator["Timezone"]:
    """One VTIMEZONE for each zone, covering all years in which it is used."""
    for name in sorted({_zone_name(rule) for rule, _ in series}):
        spans = [days for rule, days in series if _zone_name(rule) == name]
        first, last = min(days.first for days in spans), max(days.until for days in spans)
        yield time_zone(name, first.year, last.year)


def _zone_name(rule: RecurringLesson) -> str:
    """Recurring events need a TZID also in UTC: some clients do not match overrides that are written in UTC."""
    return "Etc/UTC" if rule.timezone == "UTC" else rule.timezone


def _occurrence_of(lesson: Lesson) -> tuple[int | None, date | None]:
    return lesson.recurring_lesson_id, lesson.occurrence_date


def _of_lesson(lesson: Lesson, uid: str, after: RecurringLesson | None = None) -> "Event":
    """`after`: the rule of its occurrence. SEQUENCE is the sum of both revisions, so that it never decreases."""
    revision = lesson.revision + (after.revision if after else 0)
    updated_at = max(lesson.updated_at, after.updated_at) if after else lesson.updated_at
    event = _new_event(uid, lesson.title, revision, updated_at)
    if lesson.status is LessonStatus.CANCELLED:
        event["STATUS"] = "CANCELLED"
    if lesson.status is LessonStatus.LIVE and lesson.zoom_join_url and lesson.zoom_join_url.isprintable():
        event.add("URL", lesson.zoom_join_url)
    return _at(event, lesson.start_time, lesson.end_time)


def _new_event(uid: str, title: str, revision: int, updated_at: datetime) -> "Event":
    from icalendar import Event  # noqa: PLC0415 - few processes write feeds

    event = Event()
    event.add("UID", uid)
    event.add("SEQUENCE", revision)
    event.add("DTSTAMP", updated_at)
    event.add("LAST-MODIFIED", updated_at)
    event.add("SUMMARY", _text(title), encode=False)
    event.add("STATUS", "CONFIRMED")
    return event


def _at(event: "Event", start: datetime, end: datetime) -> "Event":
    event.add("DTSTART", start.astimezone(UTC))
    event.add("DTEND", end.astimezone(UTC))
    return event


def _local(rule: RecurringLesson, day: date) -> "vDatetime":
    """Start of the occurrence by the rule, in local time with TZID."""
    from icalendar import vDatetime  # noqa: PLC0415 - few processes write feeds

    local = vDatetime(datetime.combine(day, rule.start_time))
    local.params["TZID"] = _zone_name(rule)
    return local


def _is_uncertain(rule: RecurringLesson, day: date) -> bool:
    """Whether an occurrence spans a DST change, or its local times are ambiguous or in a gap."""
    begin = datetime.combine(day, rule.start_time, rule.zone)
    shown = (begin, begin + rule.duration)  # the local end if there were no DST change
    return len({local.replace(fold=fold).utcoffset() for local in shown for fold in (0, 1)}) > 1


def _text(value: str) -> object:
    r"""Escapes TEXT (RFC 5545, section 3.3.11): the library reads a backslash before an N as a line break.

    Control characters and Unicode line separators become spaces.
    """
    from icalendar.prop import vInline  # noqa: PLC0415 - few processes write feeds

    lines = _NO_TEXT.sub(" ", value.replace("\r\n", "\n")).split("\n")
    return vInline(r"\n".join(_SPECIAL.sub(r"\\\g<0>", line) for line in lines))
