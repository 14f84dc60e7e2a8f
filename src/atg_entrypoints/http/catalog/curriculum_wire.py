"""The JSON of authoring courses, programs, lessons, topics, materials and files."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.catalog.model import FileType
from atg_core.catalog.validity import MOST_MONTHS, MOST_RENEW_DAYS
from atg_entrypoints.http.catalog.queries_wire import CourseDetails, ProgramRow
from atg_entrypoints.http.openapi import exactly_one
from atg_entrypoints.http.wire import NAME, NO_NUL, TRIMMED, FilledName, Instant, Text, Word

type Title = Annotated[str, Meta(min_length=1, max_length=500, pattern=NO_NUL, extra=TRIMMED)]
type Code = Annotated[str, Meta(min_length=1, max_length=50, pattern=NAME)]
type Label = Annotated[str, Meta(max_length=100, pattern=NO_NUL)]
type LongText = Annotated[str, Meta(max_length=500_000, pattern=NO_NUL)]
type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Order = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
type Moment = Annotated[datetime, Meta(tz=True)]
type Key = Annotated[str, Meta(min_length=1, max_length=1000, pattern=NO_NUL)]
type Ids = Annotated[list[Serial], Meta(min_length=1, max_length=10_000)]


class Changes(Struct, frozen=True, kw_only=True):
    """Absent fields are not changed."""

    def present_fields(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if value is not UNSET}


class CourseChanges(Changes, frozen=True, kw_only=True):
    """`valid_months`: of certificates issued from now on. `renew_days`: so long before the end the course is due again.

    `renew_topics`: its topics, too, are taken anew then.
    """

    title: FilledName | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    station_id: Serial | None | UnsetType = UNSET
    duration_hours: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None | UnsetType = UNSET
    level: Word | None | UnsetType = UNSET
    icon: Label | None | UnsetType = UNSET
    code: Code | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    valid_months: Annotated[int, Meta(ge=1, le=MOST_MONTHS)] | None | UnsetType = UNSET
    renew_days: Annotated[int, Meta(ge=0, le=MOST_RENEW_DAYS)] | UnsetType = UNSET
    renew_topics: bool | UnsetType = UNSET


class NewCourse(CourseChanges, frozen=True, kw_only=True):
    title: FilledName


class ProgramChanges(Changes, frozen=True, kw_only=True):
    title: Title | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    duration: Label | None | UnsetType = UNSET
    format: Annotated[str, Meta(min_length=1, max_length=50, pattern=NO_NUL)] | UnsetType = UNSET
    code: Code | None | UnsetType = UNSET
    order_index: Order | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class NewProgram(ProgramChanges, frozen=True, kw_only=True):
    """Of a station, or of one course alone: exactly one of `station_id` and `course_id`."""

    documented: ClassVar[Mapping[str, Any]] = exactly_one("station_id", "course_id")

    title: Title
    station_id: Serial | None | UnsetType = UNSET
    course_id: UUID | None | UnsetType = UNSET


class LessonChanges(Changes, frozen=True, kw_only=True):
    title: Title | UnsetType = UNSET
    duration: Label | None | UnsetType = UNSET
    code: Code | None | UnsetType = UNSET
    order_index: Order | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class NewLesson(LessonChanges, frozen=True, kw_only=True):
    title: Title
    course_program_id: Serial


class TopicFields(Changes, frozen=True, kw_only=True):
    """`content` is Markdown."""

    title: Title | UnsetType = UNSET
    duration: Label | None | UnsetType = UNSET
    code: Code | UnsetType = UNSET
    content: LongText | None | UnsetType = UNSET
    order_index: Order | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class TopicChanges(TopicFields, frozen=True, kw_only=True):
    """`content` is Markdown. `was`: the `updated_at` that was seen.

    `lesson_id`: another lesson of the same program, where the topic becomes the last one. A code that is taken there is
    replaced by the next free number.
    """

    lesson_id: Serial | UnsetType = UNSET
    was: Moment | UnsetType = UNSET


class NewTopic(TopicFields, frozen=True, kw_only=True):
    """Without a code it gets the next free number."""

    title: Title
    lesson_id: Serial


class MaterialChanges(Changes, frozen=True, kw_only=True):
    material_name: Title


class FileChanges(Changes, frozen=True, kw_only=True):
    file_type: FileType | UnsetType = UNSET
    title: Title | None | UnsetType = UNSET
    original_name: Title | UnsetType = UNSET
    minio_object_name: Key | UnsetType = UNSET
    file_size: Annotated[int, Meta(ge=0, le=2**53)] | None | UnsetType = UNSET
    mime_type: FilledName | None | UnsetType = UNSET
    order_index: Order | UnsetType = UNSET


class NewFile(FileChanges, frozen=True, kw_only=True):
    file_type: FileType
    original_name: Title
    minio_object_name: Key


class AuthoredCourse(CourseDetails, frozen=True, kw_only=True):
    code: str | None


class AuthoredProgram(ProgramRow, frozen=True, kw_only=True):
    code: str | None


class AuthoredLesson(Struct, frozen=True, kw_only=True):
    id: int
    course_program_id: int
    code: str | None
    title: str
    duration: str | None
    topics_count: int
    order_index: int
    is_active: bool
    created_at: Instant
    updated_at: Instant


class AuthoredTopic(Struct, frozen=True, kw_only=True):
    id: int
    lesson_id: int
    code: str
    title: str
    duration: str | None
    content: str | None
    order_index: int
    is_active: bool
    created_at: Instant
    updated_at: Instant


class AuthoredMaterial(Struct, frozen=True, kw_only=True):
    id: int
    lesson_id: int
    material_name: str


class AuthoredFile(Struct, frozen=True, kw_only=True):
    id: int
    topic_id: int
    file_type: FileType
    title: str | None
    original_name: str
    minio_object_name: str
    file_size: int | None
    mime_type: str | None
    order_index: int
