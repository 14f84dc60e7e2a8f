"""The JSON of single lessons."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.schedule.model import (
    Lesson,
    LessonStatus,
    Viewer,
)
from atg_entrypoints.http.wire import FilledName, Instant, present_fields, to_wire

type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Link = Annotated[str, Meta(max_length=2_048, examples=["https://meet.example.com/room"])]
type Moment = Annotated[datetime, Meta(tz=True)]


class PlannedLessonRow(Struct, frozen=True, kw_only=True):
    """The start URL and `link` are visible to the lesson's teacher only, both URLs only while it is live.

    `link`: the teacher's own room; without one the lesson gets a meeting of the pool.
    """

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
    link: str | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, lesson: Lesson, viewer: Viewer) -> "PlannedLessonRow":
        row = to_wire(lesson, cls)
        fields = {name: getattr(row, name) for name in row.__struct_fields__}
        return row if lesson.teacher_id == viewer.id else cls(**{**fields, "zoom_start_url": None, "link": None})


class PlannedLessonCreation(Struct, frozen=True, kw_only=True):
    group_id: Serial
    title: FilledName
    start_time: Moment
    end_time: Moment
    allow_overlap: bool = False
    link: Link | None = None


class PlannedLessonChanges(Struct, frozen=True, kw_only=True):
    """Only given fields change. `status`: `cancelled`, or `planned` again. `was`: the `updated_at` that was seen."""

    group_id: Serial | UnsetType = UNSET
    title: FilledName | UnsetType = UNSET
    start_time: Moment | UnsetType = UNSET
    end_time: Moment | UnsetType = UNSET
    status: LessonStatus | UnsetType = UNSET
    link: Link | None | UnsetType = UNSET
    allow_overlap: bool = False
    was: Moment | None = None

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in present_fields(self).items() if name not in {"allow_overlap", "was"}}
