"""The JSON of learning paths."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.learning.paths import CourseState, DueFrom, LearnerOnPath, LearningPath, Opening, PathCourse
from atg_core.learning.prerequisites import CourseAccess
from atg_entrypoints.http.learning.prerequisites import MissingRow
from atg_entrypoints.http.openapi import exactly_one
from atg_entrypoints.http.wire import NAME, FilledName, Instant, Text, present_fields, to_wire

_MOST_COURSES = 200
type Days = Annotated[int, Meta(ge=0, le=3650)]
type Code = Annotated[str, Meta(min_length=1, max_length=50, pattern=NAME)]


class PathCourseInput(Struct, frozen=True, kw_only=True):
    """`due_days`: counted from the assignment of the path or, with `previous`, from the end of the courses before."""

    course_id: UUID
    due_days: Days | None = None
    due_from: DueFrom = DueFrom.ASSIGNMENT

    def to_core(self) -> PathCourse:
        return PathCourse(course_id=self.course_id, title="", due_days=self.due_days, due_from=self.due_from)


type Courses = Annotated[list[PathCourseInput], Meta(max_length=_MOST_COURSES)]


class LearningPathChanges(Struct, frozen=True, kw_only=True):
    """Absent fields are not changed; `courses` replaces all of them, in their order.

    `due_days`: in which the whole path is due. `opening`: whether a course opens when those before it are completed.
    """

    title: FilledName | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    code: Code | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    opening: Opening | UnsetType = UNSET
    due_days: Days | None | UnsetType = UNSET
    courses: Courses | UnsetType = UNSET

    def values(self) -> dict[str, Any]:
        """Without the courses."""
        return {name: value for name, value in present_fields(self).items() if name != "courses"}

    def path_courses(self) -> list[PathCourse] | None:
        return None if isinstance(self.courses, UnsetType) else [each.to_core() for each in self.courses]


class NewLearningPath(LearningPathChanges, frozen=True, kw_only=True):
    title: FilledName


class PathCourseRow(Struct, frozen=True, kw_only=True):
    course_id: UUID
    title: str
    due_days: int | None
    due_from: DueFrom


class MyCourseRow(Struct, frozen=True, kw_only=True):
    """A course of the path for the caller.

    `waits_for`: the courses before it that have to be completed first; `missing`: what it requires beside that.
    """

    course_id: UUID
    title: str
    state: CourseState
    waits_for: list[UUID]
    missing: list[MissingRow]
    opens_at: Instant | None
    due_at: Instant | None
    completed_at: Instant | None


class MyPathRow(Struct, frozen=True, kw_only=True):
    """How far the caller is. `next_course_id`: the first course that is open and not completed; null at the end."""

    assigned_at: Instant
    courses_count: int
    courses_completed: int
    is_completed: bool
    next_course_id: UUID | None
    courses: list[MyCourseRow]


class LearningPathRow(Struct, frozen=True, kw_only=True):
    """`mine`: null for who does not have the path."""

    id: UUID
    code: str | None
    title: str
    description: str | None
    is_active: bool
    opening: Opening
    due_days: int | None
    created_at: Instant
    updated_at: Instant
    courses: list[PathCourseRow]
    mine: MyPathRow | None

    @classmethod
    def of(
        cls, path: LearningPath, learner: LearnerOnPath | None, access: Mapping[UUID, CourseAccess]
    ) -> "LearningPathRow":
        own = {name: getattr(path, name) for name in ("id", "code", "title", "description", "is_active", "opening")}
        return cls(
            **own,
            due_days=path.due_days,
            created_at=Instant.of(path.created_at),
            updated_at=Instant.of(path.updated_at),
            courses=to_wire(path.courses, list[PathCourseRow]),
            mine=_mine(learner, access) if learner else None,
        )


def _mine(learner: LearnerOnPath, access: Mapping[UUID, CourseAccess]) -> MyPathRow:
    plan = learner.plan
    completed = sum(each.state is CourseState.COMPLETED for each in plan)
    rows = [
        MyCourseRow(
            course_id=each.course_id,
            title=each.title,
            state=each.state,
            waits_for=list(each.waits_for),
            missing=to_wire(access[each.course_id].missing, list[MissingRow]) if each.course_id in access else [],
            opens_at=_instant(each.opens_at),
            due_at=_instant(each.due_at),
            completed_at=_instant(each.completed_at),
        )
        for each in plan
    ]
    return MyPathRow(
        assigned_at=Instant.of(learner.assigned_at),
        courses_count=len(plan),
        courses_completed=completed,
        is_completed=completed == len(plan),
        next_course_id=next((each.course_id for each in plan if each.state is CourseState.OPEN), None),
        courses=rows,
    )


def _instant(moment: datetime | None) -> Instant | None:
    return Instant.of(moment) if moment else None


class PathAssignees(Struct, frozen=True, kw_only=True):
    """Exactly one of `user_ids`, `department` and `station_id`. Due dates count from `assigned_at`, by default now."""

    documented: ClassVar[Mapping[str, Any]] = exactly_one("user_ids", "department", "station_id")

    user_ids: Annotated[list[UUID], Meta(min_length=1, max_length=10_000)] | None = None
    department: FilledName | None = None
    station_id: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    assigned_at: datetime | None = None


class AssignedPathRow(Struct, frozen=True, kw_only=True):
    """`assigned`: how many users have the path now; `created`: how many of them did not have it."""

    learning_path_id: UUID
    assigned: int
    created: int
