"""The calendar: lessons, and occurrences of recurring lessons (spec: schedule)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from atg_core.errors import Invalid
from atg_core.schedule.model import (
    LONGEST_WINDOW,
    YEARS,
    FreeDays,
    Lesson,
    LessonStatus,
    Occurrence,
    Viewer,
)
from atg_core.schedule.ports import ScheduleQueries
from atg_core.schedule.recurrence import RecurrenceExpansion
from atg_core.words import phrase

type Made = Collection[tuple[int | None, date | None]]
"""The rule and the date of occurrences that have a lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    """`events`: lessons and occurrences, by start; `free_days`: those that concern the viewer, by start."""

    events: Sequence[Lesson | Occurrence]
    free_days: Sequence[FreeDays]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCalendar:
    """Lessons and occurrences between two instants, by start. Raises Invalid for an empty or too long window."""

    schedule_queries: ScheduleQueries
    recurrence: RecurrenceExpansion

    async def __call__(self, viewer: Viewer, start: datetime, end: datetime) -> Sequence[Lesson | Occurrence]:
        return (await self.view(viewer, start, end)).events

    async def view(self, viewer: Viewer, start: datetime, end: datetime) -> CalendarView:
        """With the free days. Administrators see those of all and their own."""
        if end <= start:
            raise Invalid("must be after the start", field="end", code="ends_before_start")
        if end - start > LONGEST_WINDOW:
            raise Invalid("the window has {max} days at most", field="end", code="too_long", max=LONGEST_WINDOW.days)
        if start.year not in YEARS or end.year not in YEARS:
            template = phrase("the year must be between {low} and {high}")
            raise Invalid(template, field="start", code="out_of_range", low=YEARS[0], high=YEARS[-1])
        window = await self.schedule_queries.window(viewer, start, end)
        on = [
            lesson
            for lesson in window.lessons
            if lesson.start_time < end and lesson.end_time > start and lesson.status is not LessonStatus.CANCELLED
        ]
        made = {(lesson.recurring_lesson_id, lesson.occurrence_date) for lesson in window.lessons}
        occurrences = [
            occurrence
            for rule in window.rules
            for occurrence in self.recurrence.occurrences(rule, start, end)
            if (rule.id, occurrence.date) not in made
        ]
        free = [each for each in window.free_days if not viewer.is_admin or each.is_of(viewer.id)]
        return CalendarView(events=sorted([*on, *occurrences], key=_when), free_days=_within(free, start, end))


def _within(free_days: Sequence[FreeDays], start: datetime, end: datetime) -> list[FreeDays]:
    """Those that have a day of the window, in the zone that its bounds are given in."""
    first, last = start.date(), (end - timedelta(microseconds=1)).date()
    found = [each for each in free_days if each.start <= last and each.end >= first]
    return sorted(found, key=lambda each: (each.start, each.end, each.id))


def _when(event: Lesson | Occurrence) -> tuple[datetime, int]:
    if isinstance(event, Lesson):
        return event.start_time.astimezone(UTC), event.id
    return event.start.astimezone(UTC), event.rule.id
