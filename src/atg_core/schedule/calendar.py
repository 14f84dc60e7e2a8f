"""The calendar: lessons, and the occurrences of rules that are not lessons yet (spec: schedule)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from atg_core.errors import Invalid
from atg_core.schedule.model import (
    LONGEST_WINDOW,
    YEARS,
    ExceptionAction,
    Lesson,
    LessonStatus,
    Occurrence,
    RecurringLesson,
    RuleException,
    Viewer,
)
from atg_core.schedule.ports import OccurrenceNotFound, Schedule
from atg_core.schedule.weeks import Dates, weekly_of

_A_DAY = timedelta(days=1)

type Made = Collection[tuple[int | None, date | None]]
"""The rule and the date of occurrences that have become lessons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfold:
    """Rules, day by day. `term_start`: a day of an upper week; by default the first of September before a rule."""

    dates: Dates
    term_start: date | None = None

    def occurrences(self, rule: RecurringLesson, start: datetime, end: datetime) -> Iterator[Occurrence]:
        """Those that are on between two instants, moved ones where they are now, cancelled ones not at all."""
        days = weekly_of(rule, self.term_start)
        if days is None:
            return
        start, end = start.astimezone(UTC), end.astimezone(UTC)  # times of one zone are compared without their offset
        exceptions = {each.date: each for each in rule.exceptions}
        moved = {day for day, each in exceptions.items() if each.start_time and each.start_time < end}
        first, last = start.astimezone(rule.zone).date(), end.astimezone(rule.zone).date()
        near = set(self.dates(days, first - _A_DAY, last + _A_DAY))
        far = {day for day in moved - near if self.dates(days, day, day)}
        for day in sorted(near | far):
            occurrence = _occurrence(rule, day, exceptions.get(day))
            if occurrence and occurrence.start < end and occurrence.end > start:
                yield occurrence

    def occurrence(self, rule: RecurringLesson, day: date) -> Occurrence:
        """Raises OccurrenceNotFound for a day that the rule does not name, or that was cancelled."""
        exception = next((each for each in rule.exceptions if each.date == day), None)
        occurrence = _occurrence(rule, day, exception) if self.names(rule, day) else None
        if occurrence is None:
            raise OccurrenceNotFound
        return occurrence

    def names(self, rule: RecurringLesson, day: date) -> bool:
        """Whether the rule has this day, cancelled or not."""
        days = weekly_of(rule, self.term_start)
        return days is not None and bool(self.dates(days, day, day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What is on between two instants, by start. Raises Invalid for a window that is too long, or none."""

    schedule: Schedule
    unfold: Unfold

    async def __call__(self, viewer: Viewer, start: datetime, end: datetime) -> list[Lesson | Occurrence]:
        if end <= start:
            raise Invalid("the window ends after it begins", field="end")
        if end - start > LONGEST_WINDOW:
            raise Invalid(f"the window has {LONGEST_WINDOW.days} days at most", field="end")
        if start.year not in YEARS or end.year not in YEARS:
            raise Invalid(f"the window is in the years {YEARS[0]} to {YEARS[-1]}", field="start")
        plan = await self.schedule.plan(viewer, start, end)
        on = [
            lesson
            for lesson in plan.lessons
            if lesson.start_time < end and lesson.end_time > start and lesson.status is not LessonStatus.CANCELLED
        ]
        made = {(lesson.recurring_lesson_id, lesson.occurrence_date) for lesson in plan.lessons}
        occurrences = [
            occurrence
            for rule in plan.rules
            for occurrence in self.unfold.occurrences(rule, start, end)
            if (rule.id, occurrence.date) not in made
        ]
        return sorted([*on, *occurrences], key=_when)


def _occurrence(rule: RecurringLesson, day: date, exception: RuleException | None) -> Occurrence | None:
    start, end = rule.span(day)
    if exception:
        if exception.action is ExceptionAction.CANCEL:
            return None
        start = (exception.start_time or start).astimezone(rule.zone)
        end = (exception.end_time or end).astimezone(rule.zone)
    return Occurrence(rule=rule, date=day, start=start, end=end)


def _when(event: Lesson | Occurrence) -> tuple[datetime, int]:
    if isinstance(event, Lesson):
        return event.start_time.astimezone(UTC), event.id
    return event.start.astimezone(UTC), event.rule.id
