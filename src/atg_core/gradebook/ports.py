"""Where attendance and grades are kept, and how they are read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from atg_core.errors import Conflict, NotFound
from atg_core.gradebook.model import (
    Attendance,
    AttendanceStatus,
    Column,
    ControlPoint,
    Grade,
    GradeChange,
    Roll,
    Viewer,
    Window,
)


class GroupNotFound(NotFound):
    """Group not found"""


class LessonNotFound(NotFound):
    """Lesson not found"""


class StudentNotFound(NotFound):
    """Student not found"""


class ControlPointNotFound(NotFound):
    """Control point not found"""


class LessonCancelled(Conflict):
    """This lesson was cancelled: nobody took part"""


class GradesAbove(Conflict):
    """A student has a higher grade than this already"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLesson:
    id: int
    group_id: int
    is_cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How a student took part, as a teacher says; None takes the mark away."""

    student_id: UUID
    status: AttendanceStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a student has at a control point from now on. A comment goes with its grade."""

    student_id: UUID
    grade: Decimal | None
    comment: str | None
    reason: str | None = None


class Register(Protocol):
    """Who took part, within one transaction. `owner`: whose it must be to be found; None: whoever's."""

    async def lesson(self, lesson_id: int, owner: UUID | None) -> HeldLesson:
        """Of the owner, or of a group of theirs; held until the end. Raises LessonNotFound."""

    async def known(self, lesson: HeldLesson, student_ids: Collection[UUID]) -> set[UUID]:
        """Those of the students who are in the group, or have a mark."""

    async def mark(self, lesson_id: int, marks: Sequence[Mark], now: datetime) -> None:
        """In place of the marks that these students have."""


class ControlPoints(Protocol):
    """Control points and their grades, within one transaction.

    `owner`: whose it must be to be found; None: whoever's. The database itself writes down each change of a grade, and
    takes none that does not say who makes it.
    """

    async def require_group(self, group_id: int, owner: UUID | None) -> None:
        """Raises GroupNotFound."""

    async def add(self, values: Mapping[str, Any], now: datetime) -> ControlPoint: ...

    async def point_to_grade(self, control_point_id: int, owner: UUID | None) -> ControlPoint:
        """Who grades it goes one after the other, and it does not change meanwhile. Raises ControlPointNotFound."""

    async def point_to_change(self, control_point_id: int, owner: UUID | None) -> ControlPoint:
        """Nobody grades it meanwhile, not even an import. Raises ControlPointNotFound."""

    async def change(self, control_point_id: int, values: Mapping[str, Any], now: datetime) -> ControlPoint: ...

    async def delete(self, control_point_id: int) -> None:
        """One without grades; what was written down of them stays."""

    async def grades(self, control_point_id: int) -> dict[UUID, Given]:
        """By student: of everybody who has, or had, a grade."""

    async def members(self, group_id: int, student_ids: Collection[UUID]) -> set[UUID]:
        """Those of the students who are in the group."""

    async def put(self, control_point_id: int, given: Sequence[Given], actor_id: UUID, now: datetime) -> None:
        """In place of what these students have."""


class Gradebook(Protocol):
    """Plain reads of groups, and of what is known of their students. Who may see it is for who asks to say."""

    async def roll(self, group_id: int) -> Roll:
        """Whoever's. Raises GroupNotFound."""

    async def rolls_of(self, student_id: UUID, *, alone: bool) -> list[Roll]:
        """The groups that a student is in, by id; `alone`: without their other students."""

    async def columns(self, rolls: Sequence[Roll], window: Window) -> dict[int, list[Column]]:
        """By group, in no order, with the cells of the students on the roll. One statement, however many there are.

        Of several attempts at a homework the best one counts.
        """

    async def comments(self, student_id: UUID, group_ids: Sequence[int]) -> dict[int, str]:
        """What teachers say to a student about their grades, by control point."""


class Records(Protocol):
    """Plain reads of what was recorded, for who teaches the group. What a viewer may not see is not found."""

    async def attendance(self, viewer: Viewer, lesson_id: int) -> list[Attendance]:
        """By name. Raises LessonNotFound."""

    async def control_points(
        self, viewer: Viewer, group_id: int, *, limit: int, offset: int
    ) -> tuple[list[ControlPoint], int]:
        """By date. Raises GroupNotFound."""

    async def grades(self, viewer: Viewer, control_point_id: int) -> list[Grade]:
        """By name. Raises ControlPointNotFound."""

    async def grade_changes(
        self, viewer: Viewer, group_id: int, *, limit: int, offset: int
    ) -> tuple[list[GradeChange], int]:
        """Newest first, also of control points that are gone. Raises GroupNotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Homework of which so many submissions are to be graded, the oldest handed in at `since`."""

    homework_id: int
    title: str
    group_id: int
    group_name: str
    submissions: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What a teacher has taught. `seconds`: of all lessons that were held; `recorded`: lessons with a recording."""

    lessons_held: int
    seconds: int
    recorded: int
    groups: int
    students: int


class Teaching(Protocol):
    """What a teacher has taught, and what is left to do."""

    async def taught(self, teacher_id: UUID, now: datetime) -> Taught:
        """A lesson was held if it was started, or if attendance was marked at it and it is over."""

    async def waiting(self, teacher_id: UUID) -> list[Waiting]:
        """Of own groups, the longest waiting first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingLesson:
    """`lesson_id` is None for an occurrence of a rule, which `recurring_lesson_id` and `occurrence_date` name."""

    lesson_id: int | None
    recurring_lesson_id: int | None
    occurrence_date: date | None
    group_id: int
    title: str
    start_time: datetime
    end_time: datetime


class Upcoming(Protocol):
    """What a teacher gives between two instants, by start."""

    async def __call__(self, teacher_id: UUID, start: datetime, end: datetime) -> list[UpcomingLesson]: ...
