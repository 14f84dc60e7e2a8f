"""What forms about lessons send, checked as the bodies of the API are."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from atg_entrypoints.console.forms import checked, line_of, text_of
from atg_entrypoints.http.schedule.lessons_wire import Link, Serial
from atg_entrypoints.http.schedule.recurring_lessons_wire import LocalTime, RuleCreation
from atg_entrypoints.http.wire import FilledName

Sent = dict[str, str | list[str]]

_CHOICES = {"on_free_days"}
_NUMBERS = {"group_id", "day_of_week"}
_LONGEST_NUMBER = 9


class LessonForm(Struct, frozen=True, kw_only=True):
    """A lesson at local times; an end before the start is on the next day."""

    group_id: Serial
    title: FilledName
    start_date: date
    start_time: LocalTime
    end_time: LocalTime
    link: Link | None = None

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        return span_of(self.start_date, self.start_time, self.end_time, zone)


class MoveForm(Struct, frozen=True, kw_only=True):
    """When one lesson of a rule takes place instead."""

    start_date: date
    start_time: LocalTime
    end_time: LocalTime

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        return span_of(self.start_date, self.start_time, self.end_time, zone)


def span_of(day: date, start: str, end: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    begins, ends = (datetime.combine(day, time.fromisoformat(text), zone) for text in (start, end))
    return begins, ends + timedelta(days=1) if ends < begins else ends


def lesson_of(form: Sent) -> LessonForm:
    """Raises Invalid."""
    return checked(LessonForm, _values(form, LessonForm))


def move_of(form: Sent) -> MoveForm:
    """Raises Invalid."""
    return checked(MoveForm, _values(form, MoveForm))


def rule_of(form: Sent, zone: ZoneInfo) -> dict[str, Any]:
    """Raises Invalid."""
    return checked(RuleCreation, _values(form, RuleCreation)).values(zone)


def _values(form: Sent, kind: type[Struct]) -> Mapping[str, Any]:
    """What is empty is left out, so that it is told as missing; what is no number stays as it is."""
    given = {name: line_of(form, name) for name in kind.__struct_fields__}
    chosen = {name: value == "on" for name, value in given.items() if name in _CHOICES}
    return {name: _number(value) if name in _NUMBERS else value for name, value in given.items() if value} | chosen


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else text


def was_of(form: Sent) -> datetime | None:
    """The version that was shown; None where the form names none."""
    try:
        return datetime.fromisoformat(text_of(form, "was"))
    except ValueError:
        return None


def as_given(form: Sent, *names: str) -> dict[str, str]:
    """The values as they were sent, to be shown again."""
    return {name: text_of(form, name) for name in names}
