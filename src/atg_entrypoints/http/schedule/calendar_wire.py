"""The JSON of the calendar, as FullCalendar reads it."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, to_builtins

from atg_core.schedule.model import (
    Lesson,
    LessonStatus,
    Occurrence,
)
from atg_entrypoints.http.wire import Instant

_OFFSETS_IN_MINUTES = 1973
"""Until then Liberia was 44 minutes and 30 seconds behind; msgspec leaves the seconds out."""


class EventDetails(Struct, frozen=True, kw_only=True):
    """`updated_at`: of the lesson or of the rule. `date`: the one in the rule, also of an occurrence that was moved."""

    kind: str
    lesson_id: int | None
    recurring_lesson_id: int | None
    group_id: int
    status: LessonStatus
    zoom_join_url: str | None
    teacher_id: UUID
    date: date | None
    updated_at: Instant


class CalendarEvent(Struct, frozen=True, kw_only=True, rename={"details": "extendedProps"}):
    """An event as FullCalendar reads it."""

    id: str
    title: str
    start: str
    end: str
    details: EventDetails

    @classmethod
    def of(cls, event: Lesson | Occurrence, zone: ZoneInfo) -> "CalendarEvent":
        return _of_lesson(event, zone) if isinstance(event, Lesson) else _of_occurrence(event)


class CalendarToken(Struct, frozen=True, kw_only=True):
    """Shown once. A bearer token that grants read access to the calendar feed only."""

    token: str
    url: str


def _of_lesson(lesson: Lesson, zone: ZoneInfo) -> CalendarEvent:
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


def _with_offset(moment: datetime) -> str:
    """As `moment.isoformat(timespec="milliseconds")`, which takes four times as long."""
    if moment.year < _OFFSETS_IN_MINUTES:
        return moment.isoformat(timespec="milliseconds")
    text: str = to_builtins(moment)
    seconds, offset = (text[:23], text[26:]) if moment.microsecond else (f"{text[:19]}.000", text[19:])
    return f"{seconds}{'+00:00' if offset == 'Z' else offset}"
