"""Learning paths: ordered courses with a rule for when each opens and is due (spec: catalog-learning)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from atg_core.errors import NotFound


class LearningPathNotFound(NotFound):
    """Learning path not found"""


class Opening(StrEnum):
    """Whether a course opens when those before it are completed, or all with the assignment."""

    IN_ORDER = "in_order"
    AT_ONCE = "at_once"


class DueFrom(StrEnum):
    """From when the days of a course count: the assignment of the path, or the completion of the courses before it."""

    ASSIGNMENT = "assignment"
    PREVIOUS = "previous"


class CourseState(StrEnum):
    COMPLETED = "completed"
    OPEN = "open"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathCourse:
    """A course of a path. `due_days`: None without a due date of its own."""

    course_id: UUID
    title: str
    due_days: int | None = None
    due_from: DueFrom = DueFrom.ASSIGNMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCourse:
    """A course of a path for one learner.

    `opens_at`: None while it waits for courses before it, `waits_for`, which is told of courses that open in order.
    `due_at`: None without a rule, and where that counts from a completion that is still to come.
    """

    course_id: UUID
    title: str
    state: CourseState
    waits_for: tuple[UUID, ...]
    opens_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningPath:
    """`due_days`: in which the whole path is due, counted from its assignment; the earlier of two due dates holds."""

    id: UUID
    title: str
    description: str | None
    code: str | None
    is_active: bool
    opening: Opening
    due_days: int | None
    created_at: datetime
    updated_at: datetime
    courses: tuple[PathCourse, ...] = ()

    def plan(self, assigned_at: datetime, completed: Mapping[UUID, datetime]) -> list[PlannedCourse]:
        """The courses for a learner, in order. `completed`: when they completed which courses, before the assignment
        or after it, in whatever order."""
        planned: list[PlannedCourse] = []
        left: list[UUID] = []
        ready_at = assigned_at
        for course in self.courses:
            done_at = completed.get(course.course_id)
            waits = bool(left) and self.opening is Opening.IN_ORDER and done_at is None
            planned.append(
                PlannedCourse(
                    course_id=course.course_id,
                    title=course.title,
                    state=_state(done_at, waits=waits),
                    waits_for=tuple(left) if waits else (),
                    opens_at=self._opens_at(assigned_at, None if left else ready_at, done_at),
                    due_at=self._due_at(course, assigned_at, None if left else ready_at),
                    completed_at=done_at,
                )
            )
            if done_at is None:
                left.append(course.course_id)
            else:
                ready_at = max(ready_at, done_at)
        return planned

    def _opens_at(self, assigned_at: datetime, ready_at: datetime | None, done_at: datetime | None) -> datetime | None:
        if self.opening is Opening.AT_ONCE:
            return assigned_at
        return ready_at or done_at

    def _due_at(self, course: PathCourse, assigned_at: datetime, ready_at: datetime | None) -> datetime | None:
        """`ready_at`: when all courses before were completed, None before that."""
        dates = []
        if self.due_days is not None:
            dates.append(assigned_at + timedelta(days=self.due_days))
        since = assigned_at if course.due_from is DueFrom.ASSIGNMENT else ready_at
        if course.due_days is not None and since is not None:
            dates.append(since + timedelta(days=course.due_days))
        return min(dates, default=None)


def _state(done_at: datetime | None, *, waits: bool) -> CourseState:
    if done_at is not None:
        return CourseState.COMPLETED
    return CourseState.WAITING if waits else CourseState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledIn:
    """What a learner's enrollment in a course of a path says; `is_cancelled`: they have left it.

    `due_at`: the enrollment's own.
    """

    completed_at: datetime | None
    due_at: datetime | None
    is_cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerOnPath:
    """A learner whom a path was assigned. `enrolled`: by course, also cancelled enrollments."""

    path: LearningPath
    user_id: UUID
    assigned_at: datetime
    enrolled: Mapping[UUID, EnrolledIn]

    @property
    def plan(self) -> list[PlannedCourse]:
        completed = {course: each.completed_at for course, each in self.enrolled.items() if each.completed_at}
        return self.path.plan(self.assigned_at, completed)

    def to_open(self, *, is_renewed: bool = False) -> list[PlannedCourse]:
        """Courses to enroll in, or to renew the due date of: those that are open by now, and not as they should be.

        A due date that is earlier stays. Who has left a course is enrolled again only with a path that was assigned
        anew, `is_renewed`.
        """
        return [each for each in self.plan if each.state is CourseState.OPEN and self._differs(each, is_renewed)]

    def _differs(self, course: PlannedCourse, is_renewed: bool) -> bool:
        enrolled = self.enrolled.get(course.course_id)
        if enrolled is None or enrolled.is_cancelled:
            return enrolled is None or is_renewed
        if course.due_at is None:
            return False
        return enrolled.due_at is None or course.due_at < enrolled.due_at


def courses_to_open(
    learners: Sequence[LearnerOnPath], renewed: UUID | None = None
) -> dict[tuple[UUID, UUID], datetime | None]:
    """The courses to open, by user and course, with their due dates: of several paths the earliest.

    `renewed`: the path that was assigned anew.
    """
    due: dict[tuple[UUID, UUID], datetime | None] = {}
    for learner in learners:
        for course in learner.to_open(is_renewed=learner.path.id == renewed):
            key = learner.user_id, course.course_id
            dates = [each for each in (due.get(key), course.due_at) if each]
            due[key] = min(dates, default=None)
    return due
