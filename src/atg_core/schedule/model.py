"""Groups, lessons, recurring lessons and their occurrences (spec: schedule, Groups and lessons)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from atg_core.errors import Faults, Invalid
from atg_core.late_work import LateRule
from atg_core.time_zones import require_zone

LONGEST_LESSON = timedelta(hours=24)
LONGEST_RULE = timedelta(days=3660)
LONGEST_WINDOW = timedelta(days=370)
YEARS = range(1970, 2200)
"""Years in which lessons may be planned; far enough from the limits of `datetime` for any time zone."""


class LessonStatus(StrEnum):
    PLANNED = "planned"
    LIVE = "live"
    ENDED = "ended"
    CANCELLED = "cancelled"


class WeekType(StrEnum):
    """Week parity of a recurring lesson (spec: schedule, Upper and lower weeks)."""

    ALL = "ALL"
    UPPER = "UPPER"
    LOWER = "LOWER"


class ExceptionAction(StrEnum):
    CANCEL = "cancel"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The caller: administrators see everything, others what they teach and the groups that they are in."""

    id: UUID
    is_admin: bool = False

    @property
    def owner(self) -> UUID | None:
        """The teacher whose rows the viewer may change; None for any."""
        return None if self.is_admin else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    id: int
    name: str
    teacher_id: UUID
    teacher_name: str
    student_count: int
    created_at: datetime
    updated_at: datetime
    join_code: str | None = None
    late_percent_per_day: Decimal | None = None
    late_floor_percent: Decimal | None = None
    late_zero_after_days: int | None = None

    @property
    def late_rule(self) -> LateRule | None:
        """What late work costs in new homework of the group."""
        return LateRule.of(self.late_percent_per_day, self.late_floor_percent, self.late_zero_after_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    id: UUID
    username: str
    full_name: str | None
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeDays:
    """Days without lessons of rules, from `start` to `end`, both inclusive.

    `teacher_id`: whose rules have none then; None: everybody's.
    """

    id: int
    teacher_id: UUID | None
    name: str
    start: date
    end: date
    created_at: datetime
    updated_at: datetime

    def has(self, day: date) -> bool:
        return self.start <= day <= self.end

    def is_of(self, teacher_id: UUID) -> bool:
        return self.teacher_id in {None, teacher_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """`revision`: the number of changes (SEQUENCE of RFC 5545). The URLs are set only while it is live.

    `link`: the teacher's own room, https; without one the lesson gets a meeting of the pool when it is started.
    """

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
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleException:
    """An exception of one occurrence, identified by its original date: cancelled, or moved to new times."""

    date: date
    action: ExceptionAction
    start_time: datetime | None = None
    end_time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurringLesson:
    """A recurrence rule: weekly or every other week, on one weekday (0 is Monday), at a local time of `timezone`.

    An `end_time` before `start_time` is on the next day. `week_anchor`: a day of an upper week; by default that of the
    configured term. `free_days`: those of its teacher and of all, which it skips unless it is held `on_free_days`.
    `link`: the teacher's own room for its lessons.
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
    on_free_days: bool = False
    link: str | None = None
    exceptions: tuple[RuleException, ...] = ()
    free_days: tuple[FreeDays, ...] = ()

    def free_on(self, day: date) -> FreeDays | None:
        """Why the rule has no lesson on a date, as far as free days go. A lesson that was moved takes place anyway."""
        if self.on_free_days or any(each.date == day for each in self.exceptions):
            return None
        return next((each for each in self.free_days if each.has(day)), None)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def duration(self) -> timedelta:
        """The exact duration of every occurrence, also across a DST change (RFC 5545, section 3.8.5.3)."""
        return length_between(self.start_time, self.end_time)

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Start and end of the occurrence on a date.

        A local time in a DST gap is read with the offset before the gap; of an ambiguous one the first is meant (RFC
        5545, section 3.3.5). That is `fold=0` (PEP 495).
        """
        start = datetime.combine(day, self.start_time, self.zone).astimezone(UTC)
        return start.astimezone(self.zone), (start + self.duration).astimezone(self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """An occurrence of a recurring lesson, not started yet; `date` is the original one, also if it was moved."""

    rule: RecurringLesson
    date: date
    start: datetime
    end: datetime

    @property
    def key(self) -> str:
        return f"recurring-{self.rule.id}-{self.date.isoformat()}"


def length_between(start: time, end: time) -> timedelta:
    """Between two local times; an end before the start is on the next day."""
    return (datetime.combine(date.min, end) - datetime.combine(date.min, start)) % timedelta(days=1)


def require_span(start: datetime, end: datetime, longest: timedelta = LONGEST_LESSON) -> None:
    """Raises Invalid for a lesson whose end is not after its start, or that takes longer than `longest`."""
    if end <= start:
        raise Invalid("a lesson ends after it begins", field="end_time", code="ends_before_start")
    require_length(end - start, longest)
    _require_year(start, "start_time")


def require_length(length: timedelta, longest: timedelta) -> None:
    """Raises Invalid."""
    if length > longest:
        raise Invalid(
            "a lesson takes {max} hours at most", field="end_time", code="too_long", max=longest // timedelta(hours=1)
        )


def require_rule(timezone: str, start_time: time, end_time: time, start_date: date, end_date: date) -> None:
    """Raises Invalid."""
    faults = Faults()
    with faults:
        require_zone(timezone)
    with faults:
        if end_time == start_time:
            raise Invalid("a lesson ends after it begins", field="end_time", code="ends_before_start")
    with faults:
        if end_date < start_date:
            raise Invalid("a rule ends after it begins", field="end_date", code="ends_before_start")
        if end_date - start_date > LONGEST_RULE:
            raise Invalid("a rule holds for ten years at most", field="end_date", code="too_long")
        _require_year(end_date, "end_date")
    with faults:
        _require_year(start_date, "start_date")
    faults.raise_any()


def _require_year(day: date, field: str) -> None:
    if day.year not in YEARS:
        raise Invalid(
            "the year must be between {low} and {high}", field=field, code="out_of_range", low=YEARS[0], high=YEARS[-1]
        )
