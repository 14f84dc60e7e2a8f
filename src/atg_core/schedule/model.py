"""Groups, lessons, and the rules by which lessons come again (spec: schedule, Groups and lessons)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from atg_core.errors import Invalid

LONGEST_LESSON = timedelta(hours=24)
LONGEST_RULE = timedelta(days=3660)
LONGEST_WINDOW = timedelta(days=370)
YEARS = range(1970, 2200)
"""In which anything may be planned: there is a year before and after each, in every time zone and calendar."""


class LessonStatus(StrEnum):
    PLANNED = "planned"
    LIVE = "live"
    ENDED = "ended"
    CANCELLED = "cancelled"


class WeekType(StrEnum):
    """In which weeks a rule holds: in every one, or in every other one (spec: schedule, Upper and lower weeks)."""

    ALL = "ALL"
    UPPER = "UPPER"
    LOWER = "LOWER"


class ExceptionAction(StrEnum):
    CANCEL = "cancel"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks: administrators see everything, others what they teach and the groups that they are in."""

    id: UUID
    is_admin: bool = False

    @property
    def owner(self) -> UUID | None:
        """Whose things may be changed; None: everybody's."""
        return None if self.is_admin else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    id: int
    name: str
    teacher_id: UUID
    student_count: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    id: UUID
    username: str
    full_name: str | None
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """`revision`: how often it was changed, as calendars need it. The URLs are there while it is live."""

    id: int
    group_id: int
    teacher_id: UUID
    title: str
    start_time: datetime
    end_time: datetime
    status: LessonStatus
    zoom_start_url: str | None
    zoom_join_url: str | None
    recurring_lesson_id: int | None
    occurrence_date: date | None
    revision: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleException:
    """What is otherwise about one occurrence of a rule, named by its date; the instants of one that is moved."""

    date: date
    action: ExceptionAction
    start_time: datetime | None = None
    end_time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurringLesson:
    """A rule: on one weekday (0 is Monday) of every week, or of every other one, at a local time of `timezone`.

    `week_anchor`: a day of an upper week, where it is not the configured term that says which weeks these are.
    """

    id: int
    group_id: int
    teacher_id: UUID
    title: str
    day_of_week: int
    week_type: WeekType
    start_time: time
    end_time: time
    start_date: date
    end_date: date
    timezone: str
    week_anchor: date | None
    revision: int
    created_at: datetime
    updated_at: datetime
    exceptions: tuple[RuleException, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def duration(self) -> timedelta:
        """Of every occurrence alike, also in a night in which the clocks change (RFC 5545, section 3.8.5.3)."""
        return datetime.combine(date.min, self.end_time) - datetime.combine(date.min, self.start_time)

    def span(self, day: date) -> tuple[datetime, datetime]:
        """When the occurrence of a day begins and ends.

        A local time that does not exist is taken with the offset before the gap, and of one that exists twice the first
        is meant (RFC 5545, section 3.3.5), which is what `fold=0` means (PEP 495).
        """
        start = datetime.combine(day, self.start_time, self.zone).astimezone(UTC)
        return start.astimezone(self.zone), (start + self.duration).astimezone(self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One lesson of a rule that has not been started; `date` names it even if it was moved to another."""

    rule: RecurringLesson
    date: date
    start: datetime
    end: datetime

    @property
    def key(self) -> str:
        return f"recurring-{self.rule.id}-{self.date.isoformat()}"


def require_span(start: datetime, end: datetime) -> None:
    """Raises Invalid for a lesson that does not end after it begins, or takes longer than a day."""
    if end <= start:
        raise Invalid("a lesson ends after it begins", field="end_time")
    if end - start > LONGEST_LESSON:
        raise Invalid("a lesson takes 24 hours at most", field="end_time")
    _require_year(start, "start_time")


def require_rule(timezone: str, start_time: time, end_time: time, start_date: date, end_date: date) -> None:
    """Raises Invalid."""
    require_zone(timezone)
    if end_time <= start_time:
        raise Invalid("a lesson ends after it begins", field="end_time")
    if end_date < start_date:
        raise Invalid("a rule ends after it begins", field="end_date")
    if end_date - start_date > LONGEST_RULE:
        raise Invalid("a rule holds for ten years at most", field="end_date")
    _require_year(start_date, "start_date")
    _require_year(end_date, "end_date")


def _require_year(day: date, field: str) -> None:
    if day.year not in YEARS:
        raise Invalid(f"the year is {YEARS[0]} to {YEARS[-1]}", field=field)


def require_zone(name: str) -> None:
    """Raises Invalid for what is no IANA name of a time zone."""
    if name not in _zones():
        raise Invalid("there is no such time zone", field="timezone")


@cache
def _zones() -> frozenset[str]:
    """Other files of a system's folder of zones are none of these."""
    return frozenset(available_timezones())
