"""The JSON of recurring lessons and their exceptions."""

import re
from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar.openapi.spec import OpenAPIFormat, Schema
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.errors import Invalid
from atg_core.schedule.model import (
    ExceptionAction,
    RecurringLesson,
    RuleException,
    WeekType,
)
from atg_entrypoints.http.schedule.lessons_wire import Link, Moment, Serial
from atg_entrypoints.http.wire import FilledName, Instant, present_fields, to_wire

_LOCAL_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$(?!\n)"
_MOVED_TO = {"any_of": [Schema(pattern=_LOCAL_TIME), Schema(format=OpenAPIFormat.DATE_TIME)]}

type LocalTime = Annotated[str, Meta(pattern=_LOCAL_TIME, examples=["09:00"])]
type MovedTo = Annotated[str, Meta(max_length=40, extra_json_schema={"extra": _MOVED_TO})]
type Weekday = Annotated[int, Meta(ge=0, le=6, description="0 is Monday")]
type Zone = Annotated[str, Meta(min_length=1, max_length=64, examples=["Europe/Moscow"])]


class ExceptionRow(Struct, frozen=True, kw_only=True):
    date: date
    action: ExceptionAction
    start_time: Instant | None
    end_time: Instant | None


class RuleRow(Struct, frozen=True, kw_only=True):
    """`start_time` and `end_time` are local times of `timezone`; both dates are inclusive.

    An `end_time` before `start_time` is on the next day.
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
    on_free_days: bool
    link: str | None
    exceptions: list[ExceptionRow]
    created_at: Instant
    updated_at: Instant


class RuleCreation(Struct, frozen=True, kw_only=True):
    """`timezone`: by default the caller's. `week_anchor`: a day of an upper week.

    An `end_time` before `start_time` is on the next day. `on_free_days`: whether it is held on free days, too. `link`:
    the teacher's own room for its lessons, which then take no account of the pool.
    """

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
    on_free_days: bool = False
    link: Link | None = None

    def values(self, zone: ZoneInfo) -> dict[str, Any]:
        return _local(present_fields(self)) | {"timezone": self.timezone or zone.key}


class RuleChanges(Struct, frozen=True, kw_only=True):
    """Only given fields change. `was`: the `updated_at` that was seen."""

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
    on_free_days: bool | UnsetType = UNSET
    link: Link | None | UnsetType = UNSET
    was: Moment | None = None

    def values(self) -> dict[str, Any]:
        return _local({name: value for name, value in present_fields(self).items() if name != "was"})


class ExceptionCreation(Struct, frozen=True, kw_only=True):
    """`start_time`, `end_time`: a local time on that date, or a date and time, with an offset or in the rule's zone.

    A local `end_time` before the start is on the next day. `was`: the start that was seen.
    """

    date: date
    action: ExceptionAction
    start_time: MovedTo | None = None
    end_time: MovedTo | None = None
    was: Moment | None = None


def _local(values: dict[str, Any]) -> dict[str, Any]:
    times = {name: time.fromisoformat(values[name]) for name in ("start_time", "end_time") if name in values}
    return values | times


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
        raise Invalid("must be a time such as 10:30, or a date with a time", field=field, code="not_a_time") from None
