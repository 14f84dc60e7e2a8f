"""The JSON of the calendar, as FullCalendar reads it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, to_builtins

from atg_core.schedule.calendar import CalendarView
from atg_core.schedule.free_days import free_for
from atg_core.schedule.model import FreeDays, Lesson, LessonStatus, Occurrence
from atg_entrypoints.http.wire import Instant

_A_DAY = timedelta(days=1)
_OFFSETS_IN_MINUTES = 1973
"""Until then Liberia was 44 minutes and 30 seconds behind; msgspec leaves the seconds out."""


class EventDetails(Struct, frozen=True, kw_only=True):
    """`updated_at`: of the lesson or of the rule. `date`: the one in the rule, also of an occurrence that was moved.

    `free_day`: the name of the free days for which a lesson was planned singly.
    """

    kind: str
    lesson_id: int | None
    recurring_lesson_id: int | None
    group_id: int
    status: LessonStatus
    zoom_join_url: str | None
    teacher_id: UUID
    date: date | None
    updated_at: Instant
    free_day: str | None = None


class CalendarEvent(Struct, frozen=True, kw_only=True, rename={"details": "extendedProps"}):
    """An event as FullCalendar reads it."""

    id: str
    title: str
    start: str
    end: str
    details: EventDetails

    @classmethod
    def all_of(cls, view: CalendarView, zone: ZoneInfo) -> "list[CalendarEvent | FreeDaysEvent]":
        events = [
            _of_lesson(event, view.free_days, zone) if isinstance(event, Lesson) else _of_occurrence(event)
            for event in view.events
        ]
        return [*events, *map(_of_free_days, view.free_days)]


class FreeDaysDetails(Struct, frozen=True, kw_only=True):
    """`teacher_id`: null for free days of the installation."""

    kind: str
    free_days_id: int
    teacher_id: UUID | None


class FreeDaysEvent(Struct, frozen=True, kw_only=True, rename={"details": "extendedProps", "all_day": "allDay"}):
    """Free days as an event behind the others; `end`: the day after the last one."""

    id: str
    title: str
    start: date
    end: date
    all_day: bool = True
    display: str = "background"
    details: FreeDaysDetails


class CalendarToken(Struct, frozen=True, kw_only=True):
    """Shown once. A bearer token that grants read access to the calendar feed only."""

    token: str
    url: str


def _of_lesson(lesson: Lesson, free_days: Sequence[FreeDays], zone: ZoneInfo) -> CalendarEvent:
    free = free_for(lesson, free_days, zone) if free_days else None
    return CalendarEvent(
        id=f"lesson-{lesson.id}",
        title=lesson.title,
        start=_with_offset(lesson.start_time.astimezone(zone)),
        end=_with_offset(lesson.end_time.astimezone(zone)),
        details=EventDetails(
            kind="lesson",
            lesson_id=lesson.id,
            recurring_lesson_id=lesson.recurring_lesson_id,
            group_id=lesson.group_id,
            status=lesson.status,
            zoom_join_url=lesson.zoom_join_url,
            teacher_id=lesson.teacher_id,
            date=lesson.occurrence_date,
            updated_at=Instant.of(lesson.updated_at),
            free_day=free.name if free else None,
        ),
    )


def _of_occurrence(occurrence: Occurrence) -> CalendarEvent:
    return CalendarEvent(
        id=occurrence.key,
        title=occurrence.rule.title,
        start=_with_offset(occurrence.start),
        end=_with_offset(occurrence.end),
        details=EventDetails(
            kind="occurrence",
            lesson_id=None,
            recurring_lesson_id=occurrence.rule.id,
            group_id=occurrence.rule.group_id,
            status=LessonStatus.PLANNED,
            zoom_join_url=None,
            teacher_id=occurrence.rule.teacher_id,
            date=occurrence.date,
            updated_at=Instant.of(occurrence.rule.updated_at),
        ),
    )


def _of_free_days(free_days: FreeDays) -> FreeDaysEvent:
    return FreeDaysEvent(
        id=f"free-{free_days.id}",
        title=free_days.name,
        start=free_days.start,
        end=free_days.end + _A_DAY,
        details=FreeDaysDetails(kind="free_days", free_days_id=free_days.id, teacher_id=free_days.teacher_id),
    )


def _with_offset(moment: datetime) -> str:
    """As `moment.isoformat(timespec="milliseconds")`, which takes four times as long."""
    if moment.year < _OFFSETS_IN_MINUTES:
        return moment.isoformat(timespec="milliseconds")
    text: str = to_builtins(moment)
    seconds, offset = (text[:23], text[26:]) if moment.microsecond else (f"{text[:19]}.000", text[19:])
    return f"{seconds}{'+00:00' if offset == 'Z' else offset}"
