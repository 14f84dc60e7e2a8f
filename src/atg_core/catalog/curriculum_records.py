"""Kinds of records of the curriculum, and whose programs they belong to (spec: catalog-learning)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from atg_core.catalog.ports import CourseNotFound, LessonNotFound, StationNotFound, TopicNotFound
from atg_core.catalog.stations import Values
from atg_core.catalog.topic_files import TopicFileNotFound
from atg_core.errors import Conflict, Invalid, NotFound

type Id = int | UUID
type Row = dict[str, Any]
"""A record by column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose programs these are: a station's, or those of one course alone; exactly one is given.

    Everything below a place changes under one lock, and the completion of the learners of its courses with it.
    """

    station_id: int | None = None
    course_id: UUID | None = None

    @classmethod
    def of_course(cls, course_id: UUID, station_id: int | None) -> "Place":
        """Where a course itself belongs."""
        return cls(course_id=course_id) if station_id is None else cls(station_id=station_id)


class ProgramNotFound(NotFound):
    """Program not found"""


class MaterialNotFound(NotFound):
    """Material not found"""


class CodeTaken(Conflict):
    """There is one of this code already"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind:
    """A kind of record of the curriculum: its table, its parent's column and table, and the errors for absence.

    `has_code`: a new record gets the next free number as its code unless it has one. `is_ordered`: has `order_index`.
    `key`: the column with the key that a frontend knows a record by; where it is null, the code is that key.
    `otherwise`: the same records below the other kind of parent that they can have, exactly one of the two.
    `is_versioned`: `updated_at` is another one after each change.
    """

    table: str
    not_found: type[NotFound]
    parent: str
    parent_table: str
    parent_not_found: type[NotFound]
    has_code: bool = False
    is_ordered: bool = True
    key: str | None = None
    otherwise: "RecordKind | None" = None
    is_versioned: bool = False

    def below(self, values: Values) -> "RecordKind":
        """The kind of a record with these values, by its parent. Raises Invalid unless it has exactly one."""
        if self.otherwise is None:
            return self
        given = [kind for kind in (self, self.otherwise) if values.get(kind.parent) is not None]
        if len(given) != 1:
            names = f"{self.parent}, {self.otherwise.parent}"
            field = given[-1].parent if given else self.parent
            raise Invalid("Needs exactly one of {names}", field=field, code="exactly_one", names=names)
        return given[0]

    def key_of(self, row: Row) -> str | None:
        """The key of a row of this kind, which has keys."""
        key: str | None = row[self.key or "code"] or row["code"]
        return key


COURSES = RecordKind(
    table="courses",
    not_found=CourseNotFound,
    parent="station_id",
    parent_table="stations",
    parent_not_found=StationNotFound,
    is_ordered=False,
)
PROGRAMS = RecordKind(
    table="course_programs",
    not_found=ProgramNotFound,
    parent="station_id",
    parent_table="stations",
    parent_not_found=StationNotFound,
    otherwise=RecordKind(
        table="course_programs",
        not_found=ProgramNotFound,
        parent="course_id",
        parent_table="courses",
        parent_not_found=CourseNotFound,
    ),
)
LESSONS = RecordKind(
    table="lessons",
    not_found=LessonNotFound,
    parent="course_program_id",
    parent_table="course_programs",
    parent_not_found=ProgramNotFound,
    key="lesson_key",
)
TOPICS = RecordKind(
    table="topics",
    not_found=TopicNotFound,
    parent="lesson_id",
    parent_table="lessons",
    parent_not_found=LessonNotFound,
    has_code=True,
    key="topic_key",
    is_versioned=True,
)
MATERIALS = RecordKind(
    table="lesson_materials",
    not_found=MaterialNotFound,
    parent="lesson_id",
    parent_table="lessons",
    parent_not_found=LessonNotFound,
    is_ordered=False,
)
FILES = RecordKind(
    table="topic_files",
    not_found=TopicFileNotFound,
    parent="topic_id",
    parent_table="topics",
    parent_not_found=TopicNotFound,
)
