"""The JSON of groups, lessons, rules and the calendar."""

import re
from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.openapi.spec import OpenAPIFormat, Schema
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.errors import Invalid
from atg_core.identity.model import Caller, Role
from atg_core.schedule.model import (
    ExceptionAction,
    Lesson,
    LessonStatus,
    Occurrence,
    RecurringLesson,
    RuleException,
    Student,
    Viewer,
    WeekType,
)
from atg_entrypoints.http.wire import EMAIL, FilledName, Instant, named, to_wire

_LOCAL_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$(?!\n)"
_MOVED_TO = {"any_of": [Schema(pattern=_LOCAL_TIME), Schema(format=OpenAPIFormat.DATE_TIME)]}

type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Moment = Annotated[datetime, Meta(tz=True)]
type LocalTime = Annotated[str, Meta(pattern=_LOCAL_TIME, examples=["09:00"])]
type MovedTo = Annotated[str, Meta(max_length=40, extra_json_schema={"extra": _MOVED_TO})]
type Weekday = Annotated[int, Meta(ge=0, le=6, description="0 is Monday")]
type Zone = Annotated[str, Meta(min_length=1, max_length=64, examples=["Europe/Moscow"])]


class GroupRow(Struct, frozen=True, kw_only=True):
    id: int
    name: str
    teacher_id: UUID
    student_count: int
    created_at: Instant
    updated_at: Instant


class StudentRow(Struct, frozen=True, kw_only=True):
    id: UUID
    username: str
    full_name: str | None
    email: str | None


class GroupReply(GroupRow, frozen=True, kw_only=True):
    """`students`: who teaches the group sees them; null for the students themselves."""

    students: list[StudentRow] | None

    @classmethod
    def of(cls, group: Any, students: list[Student], viewer: Viewer) -> "GroupReply":
        row = to_wire(group, GroupRow)
        teaches = viewer.is_admin or group.teacher_id == viewer.id
        fields = {name: getattr(row, name) for name in row.__struct_fields__}
        return cls(**fields, students=to_wire(students, list[StudentRow]) if teaches else None)


class GroupCreation(Struct, frozen=True, kw_only=True):
    """`teacher_id`: of administrators alone, else the teacher is who asks."""

    name: FilledName
    teacher_id: UUID | None = None


class GroupChanges(Struct, frozen=True, kw_only=True):
    """Only what is named changes; only administrators change the teacher."""

    name: FilledName | UnsetType = UNSET
    teacher_id: UUID | UnsetType = UNSET


class StudentsAdded(Struct, frozen=True, kw_only=True):
    """By their ids, their emails, or both."""

    student_ids: Annotated[list[UUID], Meta(max_length=1_000)] = []
    emails: Annotated[list[Annotated[str, Meta(max_length=254, pattern=EMAIL)]], Meta(max_length=1_000)] = []


class PlannedLessonRow(Struct, frozen=True, kw_only=True):
    """The start URL is shown to the lesson's teacher alone, both URLs only while it is live."""

    id: int
    group_id: int
    teacher_id: UUID
    title: str
    start_time: Instant
    end_time: Instant
    status: LessonStatus
    zoom_start_url: str | None
    zoom_join_url: str | None
    recurring_lesson_id: int | None
    occurrence_date: date | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, lesson: Lesson, viewer: Viewer) -> "PlannedLessonRow":
        row = to_wire(lesson, cls)
        fields = {name: getattr(row, name) for name in row.__struct_fields__}
        return row if lesson.teacher_id == viewer.id else cls(**{**fields, "zoom_start_url": None})


class PlannedLessonCreation(Struct, frozen=True, kw_only=True):
    group_id: Serial
    title: FilledName
    start_time: Moment
    end_time: Moment
    allow_overlap: bool = False


class PlannedLessonChanges(Struct, frozen=True, kw_only=True):
    """Only what is named changes. `status`: `cancelled`, or `planned` again."""

    group_id: Serial | UnsetType = UNSET
    title: FilledName | UnsetType = UNSET
    start_time: Moment | UnsetType = UNSET
    end_time: Moment | UnsetType = UNSET
    status: LessonStatus | UnsetType = UNSET
    allow_overlap: bool = False

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in named(self).items() if name != "allow_overlap"}


class ExceptionRow(Struct, frozen=True, kw_only=True):
    date: date
    action: ExceptionAction
    start_time: Instant | None
    end_time: Instant | None


class RuleRow(Struct, frozen=True, kw_only=True):
    """`start_time` and `end_time` are local times of `timezone`; both dates are included."""

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
    exceptions: list[ExceptionRow]
    created_at: Instant
    updated_at: Instant


class RuleCreation(Struct, frozen=True, kw_only=True):
    """`timezone`: that of the service by default. `week_anchor`: a day of an upper week."""

    group_id: Serial
    title: FilledName
    day_of_week: Weekday
    week_type: WeekType = WeekType.ALL
    start_time: LocalTime
    end_time: LocalTime
    start_date: date
    end_date: date
    timezone: Zone | None = None
    week_anchor: date | None = None

    def values(self, zone: ZoneInfo) -> dict[str, Any]:
        return _local(named(self)) | {"timezone": self.timezone or zone.key}


class RuleChanges(Struct, frozen=True, kw_only=True):
    """Only what is named changes."""

    group_id: Serial | UnsetType = UNSET
    title: FilledName | UnsetType = UNSET
    day_of_week: Weekday | UnsetType = UNSET
    week_type: WeekType | UnsetType = UNSET
    start_time: LocalTime | UnsetType = UNSET
    end_time: LocalTime | UnsetType = UNSET
    start_date: date | UnsetType = UNSET
    end_date: date | UnsetType = UNSET
    timezone: Zone | UnsetType = UNSET
    week_anchor: date | None | UnsetType = UNSET

    def values(self) -> dict[str, Any]:
        return _local(named(self))


class ExceptionCreation(Struct, frozen=True, kw_only=True):
    """Where to: a local time of that day, or a date with a time, with an offset or in the rule's zone."""

    date: date
    action: ExceptionAction
    start_time: MovedTo | None = None
    end_time: MovedTo | None = None


class EventDetails(Struct, frozen=True, kw_only=True):
    kind: str
    lesson_id: int | None
    recurring_lesson_id: int | None
    group_id: int
    status: LessonStatus
    zoom_join_url: str | None


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
    """Shown once. Whoever has it reads the calendar, and nothing else."""

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
        ),
    )


def _with_offset(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _local(values: dict[str, Any]) -> dict[str, Any]:
    times = {name: time.fromisoformat(values[name]) for name in ("start_time", "end_time") if name in values}
    return values | times


def viewer_of(request: Request[Caller, Any, Any]) -> Viewer:
    return Viewer(id=request.user.id, is_admin=request.user.role is Role.ADMIN)


def rule_row(rule: RecurringLesson) -> RuleRow:
    return to_wire(rule, RuleRow)


def exception_row(exception: RuleException) -> ExceptionRow:
    return to_wire(exception, ExceptionRow)


def moved_to(text: str | None, field: str) -> time | datetime | None:
    """Raises Invalid."""
    if text is None:
        return None
    try:
        return time.fromisoformat(text) if re.match(_LOCAL_TIME, text) else datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("is neither a time such as 10:30 nor a date with a time", field=field) from None
