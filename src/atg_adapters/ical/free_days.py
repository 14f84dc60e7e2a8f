"""Free days from an iCalendar file: its all-day events, single and recurring (RFC 5545)."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from time import monotonic
from typing import Any

from atg_core.errors import Invalid
from atg_core.schedule.free_days import LONGEST_FREE_DAYS, MOST_IN_A_FILE
from atg_core.schedule.ports import NewFreeDays
from atg_core.words import phrase

type Event = Any
"""An `icalendar.Event`: its values have as many types as there are properties."""

_A_DAY = timedelta(days=1)
_LONGEST_NAME = 255
_SECONDS = 5.0
"""That a file may take: rules can be written which never give a day."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")
_FREQUENCIES = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"}


async def read_free_days(content: bytes, first: date, last: date) -> Sequence[NewFreeDays]:
    """`ReadFreeDays`. Events at a time of day, and cancelled ones, are left out."""
    return await asyncio.to_thread(_read, content, first, last)


def _read(content: bytes, first: date, last: date) -> list[NewFreeDays]:
    found: list[NewFreeDays] = []
    until = monotonic() + _SECONDS
    events = _events(content)
    moved = {_key(event) for event in events if event.get("RECURRENCE-ID") is not None}
    for event in events:
        found += islice(_days_of(event, moved, first, last), MOST_IN_A_FILE + 1 - len(found))
        if len(found) > MOST_IN_A_FILE:
            raise Invalid("holds more than {max} free days", field="file", code="too_many", max=MOST_IN_A_FILE)
        if monotonic() > until:
            raise Invalid("holds rules that take too long to read", field="file", code="too_long")
    if not found:
        raise Invalid("holds no all-day events of these years", field="file", code="empty")
    return sorted(dict.fromkeys(found), key=lambda each: (each.start, each.end, each.name))


def _events(content: bytes) -> list[Event]:
    """The all-day events that are not cancelled. Raises Invalid."""
    from icalendar import Calendar  # noqa: PLC0415 - few processes read such files

    try:
        calendars = Calendar.from_ical(content.decode("utf-8-sig"), multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except UnicodeDecodeError:
        raise Invalid("is not in UTF-8", field="file", code="not_utf8") from None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):  # the library raises what it meets
        raise Invalid("is no iCalendar file", field="file", code="not_icalendar") from None
    if not any(calendar.name == "VCALENDAR" for calendar in calendars):
        raise Invalid("is no iCalendar file", field="file", code="not_icalendar")
    return [event for event in events if _is_of_days(event) and str(event.get("STATUS", "")).upper() != "CANCELLED"]


def _is_of_days(event: Event) -> bool:
    start = getattr(event.get("DTSTART"), "dt", None)
    return isinstance(start, date) and not isinstance(start, datetime)


def _key(event: Event) -> tuple[str, object]:
    """Which occurrence an event stands for instead."""
    return str(event.get("UID", "")), getattr(event.get("RECURRENCE-ID"), "dt", None)


def _days_of(event: Event, moved: set[tuple[str, object]], first: date, last: date) -> Iterator[NewFreeDays]:
    """The spans of an event that have a day between two others. Raises Invalid."""
    name = _name(event)
    length = _length(event, name)
    uid = str(event.get("UID", ""))
    is_override = event.get("RECURRENCE-ID") is not None
    for start in _starts(event, name, first - length, last):
        if start + length >= first and (is_override or (uid, start) not in moved):
            yield NewFreeDays(name=name, start=start, end=start + length)


def _name(event: Event) -> str:
    name = " ".join(_UNSEEN.sub(" ", str(event.get("SUMMARY", ""))).split())[:_LONGEST_NAME]
    if not name:
        start = event["DTSTART"].dt
        raise Invalid("the event of {day} has no name", field="file", code="no_name", day=start.isoformat())
    return name


def _length(event: Event, name: str) -> timedelta:
    """From the first day to the last: DTEND is the day after (RFC 5545, section 3.6.1). Raises Invalid."""
    start: date = event["DTSTART"].dt
    end, duration = getattr(event.get("DTEND"), "dt", None), getattr(event.get("DURATION"), "dt", None)
    if isinstance(end, datetime):
        end = end.date()
    length = end - start if end is not None else duration or _A_DAY
    if length <= timedelta(0) and end != start:
        raise Invalid("“{name}” ends before it begins", field="file", code="ends_before_start", name=name)
    if length > LONGEST_FREE_DAYS:
        raise Invalid(
            "“{name}” has more than {max} days", field="file", code="too_long", name=name, max=LONGEST_FREE_DAYS.days
        )
    return max(timedelta(days=length.days), _A_DAY) - _A_DAY


def _starts(event: Event, name: str, first: date, last: date) -> Iterator[date]:
    """The first days of an event and of its repetitions that are not after `last`. Raises Invalid."""
    start: date = event["DTSTART"].dt
    excepted = set(_dates(event, "EXDATE"))
    rules = event.get("RRULE")
    if rules is None:
        found: Iterator[date] = iter([start])
    else:
        found = _repeated(rules, start, name, first, last)
    for day in {day for each in (found, _dates(event, "RDATE")) for day in each}:
        if first <= day <= last and day not in excepted:
            yield day


def _dates(event: Event, name: str) -> Iterator[date]:
    given = event.get(name, [])
    for each in given if isinstance(given, list) else [given]:
        for value in getattr(each, "dts", ()):
            if isinstance(value.dt, datetime):
                yield value.dt.date()
            elif isinstance(value.dt, date):
                yield value.dt


def _repeated(rule: Any, start: date, name: str, first: date, last: date) -> Iterator[date]:
    """By dateutil, as far as `last`; with a rule that is not one of days it is refused. Raises Invalid."""
    from dateutil.rrule import rrulestr  # noqa: PLC0415 - the same

    several = isinstance(rule, list)
    parts = {} if several else {part.upper(): values for part, values in rule.items()}
    by_month_day = "BYMONTHDAY" in parts and parts.get("FREQ", [""])[0] in {"WEEKLY", "DAILY"}
    if several or not parts.keys() <= _PARTS or parts.get("FREQ", [""])[0] not in _FREQUENCIES or by_month_day:
        raise Invalid("“{name}” repeats in a way that free days can not", field="file", code="unknown_rule", name=name)
    until = min([last, *(_day(each) for each in parts.pop("UNTIL", []))])
    begin = datetime.combine(start, time())
    try:
        written = ";".join(f"{part}={','.join(map(_written, values))}" for part, values in parts.items())
        repeated = rrulestr(written, dtstart=begin)
    except (ValueError, TypeError, AttributeError):
        template = phrase("“{name}” repeats in a way that free days can not")
        raise Invalid(template, field="file", code="unknown_rule", name=name) from None
    for each in repeated:
        if each.date() > until:
            return
        if each.date() >= first:
            yield each.date()


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _written(value: Any) -> str:
    return value.to_ical().decode() if hasattr(value, "to_ical") else str(value)
