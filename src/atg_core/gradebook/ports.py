"""Ports of the gradebook: attendance, control points, journals, the teacher summary."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from atg_core.errors import Conflict, NotFound
from atg_core.gradebook.model import (
    Attendance,
    AttendanceChange,
    AttendanceStatus,
    Column,
    ControlPoint,
    ControlPointChange,
    Grade,
    GradeChange,
    LateRuleChange,
    Roster,
    Viewer,
    Window,
)


class GroupNotFound(NotFound):
    """Group not found"""


class LessonNotFound(NotFound):
    """There is no such lesson"""


class StudentNotFound(NotFound):
    """Student not found"""


class ControlPointNotFound(NotFound):
    """Control point not found"""


class LessonCancelled(Conflict):
    """This lesson was cancelled: nobody took part"""


class GradesAbove(Conflict):
    """A student has a higher grade than this already"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedLesson:
    """A lesson that is locked until the end of the transaction."""

    id: int
    group_id: int
    is_cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceInput:
    """The attendance of a student as a teacher marks it; None removes the mark.

    `is_conditional`: only if the mark still is what it `was`, None for none.
    """

    student_id: UUID
    status: AttendanceStatus | None
    is_conditional: bool = False
    was: AttendanceStatus | None = None


class AttendanceStore(Protocol):
    """Writes attendance within one transaction. `owner`: whose lessons are found; None: everybody's."""

    async def lock_lesson(self, lesson_id: int, owner: UUID | None) -> LockedLesson:
        """A lesson given by the owner, or one of a group that they teach; nobody else marks it meanwhile.

        Raises LessonNotFound.
        """

    async def marks(self, lesson_id: int, student_ids: Collection[UUID]) -> dict[UUID, AttendanceStatus]:
        """What those of the students who have a mark have."""

    async def markable(self, lesson: LockedLesson, student_ids: Collection[UUID]) -> set[UUID]:
        """Those of the students who are in the group or have a mark already."""

    async def save(self, lesson_id: int, marks: Sequence[AttendanceInput], actor_id: UUID, now: datetime) -> None:
        """Replaces the marks of these students, and adds those that change to the history."""


class AttendanceQueries(Protocol):
    """Reads attendance. What a viewer may not see is not found."""

    async def attendance(self, viewer: Viewer, lesson_id: int) -> list[Attendance]:
        """By student name. Raises LessonNotFound."""

    async def changes(
        self, viewer: Viewer, lesson_id: int, student_id: UUID | None, *, limit: int, offset: int
    ) -> tuple[list[AttendanceChange], int]:
        """Newest first, of all students or one. Raises LessonNotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentGrade:
    """The grade of a student at a control point. A comment exists only with a grade, or for who is excused."""

    student_id: UUID
    grade: Decimal | None
    comment: str | None
    reason: str | None = None
    excused: bool = False


class ControlPointStore(Protocol):
    """Writes control points and their grades within one transaction.

    `owner`: whose groups are found; None: everybody's. The database records each change of a grade by itself, and of
    the weight or scale of what was graded; it refuses one that does not say so.
    """

    async def require_group(self, group_id: int, owner: UUID | None) -> None:
        """Raises GroupNotFound."""

    async def add(self, values: Mapping[str, Any], now: datetime) -> ControlPoint: ...

    async def lock_for_grading(self, control_point_id: int, owner: UUID | None) -> ControlPoint:
        """Serialises graders and prevents changes of the control point. Raises ControlPointNotFound."""

    async def lock_for_change(self, control_point_id: int, owner: UUID | None) -> ControlPoint:
        """Excludes graders and imports until the end of the transaction. Raises ControlPointNotFound."""

    async def change(
        self, control_point_id: int, values: Mapping[str, Any], now: datetime, *, actor_id: UUID, reason: str | None
    ) -> ControlPoint:
        """`actor_id` and `reason`: for the history."""

    async def delete(self, control_point_id: int) -> None:
        """Deletes a control point that has no grades left; its grade history stays."""

    async def grades(self, control_point_id: int) -> dict[UUID, StudentGrade]:
        """By student; also of those whose grade was removed."""

    async def members(self, group_id: int, student_ids: Collection[UUID]) -> set[UUID]:
        """Those of the students who are in the group."""

    async def save_grades(
        self, control_point_id: int, grades: Sequence[StudentGrade], actor_id: UUID, now: datetime
    ) -> None:
        """Replaces the grades of these students."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradesOf:
    """Which part of the grade history of a group; None: of all."""

    control_point_id: int | None = None
    student_id: UUID | None = None


class ControlPointQueries(Protocol):
    """Reads control points, grades and their history. What a viewer may not see is not found."""

    async def control_points(
        self, viewer: Viewer, group_id: int, *, limit: int, offset: int
    ) -> tuple[list[ControlPoint], int]:
        """By date. Raises GroupNotFound."""

    async def grades(self, viewer: Viewer, control_point_id: int) -> list[Grade]:
        """By student name. Raises ControlPointNotFound."""

    async def grade_changes(
        self, viewer: Viewer, group_id: int, of: GradesOf, *, limit: int, offset: int
    ) -> tuple[list[GradeChange], int]:
        """Newest first, also of deleted control points. Raises GroupNotFound."""

    async def changes_of(
        self, viewer: Viewer, control_point_id: int, *, limit: int, offset: int
    ) -> tuple[list[ControlPointChange], int]:
        """Changes of the weight and scale of a control point, newest first. Raises ControlPointNotFound."""

    async def changes_in(
        self, viewer: Viewer, group_id: int, *, limit: int, offset: int
    ) -> tuple[list[ControlPointChange], int]:
        """Those of a group, newest first, also of deleted control points. Raises GroupNotFound."""

    async def late_rule_changes(
        self, viewer: Viewer, group_id: int, homework_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[LateRuleChange], int]:
        """Of the homework of a group, or of one piece of it, newest first. Raises GroupNotFound."""


class JournalQueries(Protocol):
    """Reads rosters and journal columns. Does not check permissions: the use cases do."""

    async def roster(self, group_id: int) -> Roster:
        """Raises GroupNotFound."""

    async def rosters_of(self, student_id: UUID, *, student_only: bool) -> list[Roster]:
        """The groups of a student, by id; `student_only`: without their classmates."""

    async def columns(self, rosters: Sequence[Roster], window: Window) -> dict[int, list[Column]]:
        """By group, unordered, with the cells of the students on the rosters. One statement for all.

        Of several attempts at a homework the best one counts, less what lateness takes off.
        """

    async def comments(self, student_id: UUID, group_ids: Sequence[int]) -> dict[int, str]:
        """The comments on a student's grades, by control point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UngradedHomework:
    """Homework with submissions to grade. `submissions`: how many; `since`: when the oldest was submitted."""

    homework_id: int
    title: str
    group_id: int
    group_name: str
    submissions: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachingTotals:
    """`seconds`: duration of all lessons held; `recorded`: how many of them have a recording."""

    lessons_held: int
    seconds: int
    recorded: int
    groups: int
    students: int


class TeacherSummaryQueries(Protocol):
    """Reads what a teacher has taught and has to grade."""

    async def totals(self, teacher_id: UUID, now: datetime) -> TeachingTotals:
        """A lesson was held if it has ended here, or if its time is over and attendance was marked."""

    async def ungraded(self, teacher_id: UUID) -> list[UngradedHomework]:
        """In own groups, the oldest submission first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingLesson:
    """`lesson_id`: None for an occurrence, which `recurring_lesson_id` and `occurrence_date` identify."""

    lesson_id: int | None
    recurring_lesson_id: int | None
    occurrence_date: date | None
    group_id: int
    title: str
    start_time: datetime
    end_time: datetime


class UpcomingLessons(Protocol):
    """The lessons of a teacher between two instants, by start."""

    async def __call__(self, teacher_id: UUID, start: datetime, end: datetime) -> list[UpcomingLesson]: ...
