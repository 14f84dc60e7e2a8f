"""Ports of the schedule: stores of groups, lessons, recurring lessons and calendar tokens, and queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from atg_core.errors import Conflict, Invalid, NotFound
from atg_core.schedule.model import (
    FreeDays,
    Group,
    Lesson,
    LessonStatus,
    RecurringLesson,
    RuleException,
    Student,
    Viewer,
)


class GroupNotFound(NotFound):
    """Group not found"""


class LessonNotFound(NotFound):
    """There is no such lesson"""


class RecurringLessonNotFound(NotFound):
    """Recurring lesson not found"""


class OccurrenceNotFound(NotFound):
    """The rule has no lesson on this day"""


class StudentNotInGroup(NotFound):
    """This student is not in the group"""


class ExceptionNotFound(NotFound):
    """Nothing is otherwise about this day"""


class CalendarNotFound(NotFound):
    """There is no such calendar"""


class StudentNotFound(NotFound):
    """Student not found"""


class JoinCodeNotFound(NotFound):
    """There is no such code, or no longer"""


class FreeDaysNotFound(NotFound):
    """There are no such free days"""


class FreeDaysThere(Conflict):
    """These free days are there already"""


class TeacherUnknown(Invalid):
    """There is no such teacher"""


class StudentUnknown(Invalid):
    """There is no such student"""


class GroupNameTaken(Conflict):
    """The teacher has a group of this name already"""


class GroupWasTaught(Conflict):
    """This group has had lessons, which stay"""


class LessonOverlap(Conflict):
    """The teacher or the group has another lesson at this time"""


class LessonLive(Conflict):
    """This lesson is live"""


class LessonStarted(Conflict):
    """This lesson has been started, and its time stays"""


class LessonNotStartable(Conflict):
    """A lesson can be started from shortly before its start until its end"""


class OccurrenceStarted(Conflict):
    """The lesson of this day has been started"""


class LessonHasRecords(Conflict):
    """What was recorded of this lesson stays, and the lesson with it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonFilter:
    """Filters of a list of lessons: those between `start` and `end`, of a group, of a status."""

    group_id: int | None = None
    status: LessonStatus | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleWindow:
    """Of a time window: lessons, lessons of its occurrences, and recurring lessons with their exceptions.

    `free_days`: of the installation, of the viewer and of who teaches them; for administrators everybody's.
    """

    lessons: Sequence[Lesson]
    rules: Sequence[RecurringLesson]
    free_days: Sequence[FreeDays] = ()


class Groups(Protocol):
    """Groups and their students, within one transaction.

    Here and in the ports below: `owner` is the teacher that a row must belong to, None for any. Rows that were read are
    locked until the end of the transaction.
    """

    async def add_group(self, name: str, teacher_id: UUID, now: datetime) -> Group:
        """Raises TeacherUnknown if the user may not teach, GroupNameTaken."""

    async def group(self, group_id: int, owner: UUID | None) -> Group:
        """Raises GroupNotFound."""

    async def change_group(self, group_id: int, values: Mapping[str, Any], now: datetime) -> Group:
        """Another teacher takes planned lessons along, but not those that were held, or are being started.

        Raises TeacherUnknown, GroupNameTaken, LessonOverlap.
        """

    async def delete_group(self, group_id: int) -> None:
        """Deletes its planned lessons, too. Raises GroupWasTaught."""

    async def students_of(self, ids: Collection[UUID], emails: Collection[str]) -> list[UUID]:
        """The active users with these ids and emails (in any case), without duplicates. Raises StudentUnknown."""

    async def students_taught(
        self, teacher_id: UUID, ids: Collection[UUID], emails: Collection[str]
    ) -> dict[UUID, str]:
        """Those of `students_of` who are in a group of this teacher: their folded emails, by id."""

    async def add_students(self, group_id: int, student_ids: Collection[UUID]) -> None:
        """Ignores students who are in the group already; invitations to their confirmed emails are accepted with it."""

    async def remove_student(self, group_id: int, student_id: UUID) -> bool:
        """Whether the student was in the group."""

    async def set_join_code(self, group_id: int, code: str | None, now: datetime) -> bool:
        """Replaces the code, or ends it. False, and nothing changes, if another group has this code."""

    async def group_with_code(self, code: str) -> Group:
        """The group, of an active teacher, that one joins by this code. Raises JoinCodeNotFound."""


class Lessons(Protocol):
    """Single lessons, within one transaction."""

    async def group(self, group_id: int, owner: UUID | None) -> Group:
        """Raises GroupNotFound."""

    async def add_lesson(self, values: Mapping[str, Any], *, allow_overlap: bool, now: datetime) -> Lesson:
        """Raises LessonOverlap."""

    async def lesson(self, lesson_id: int, owner: UUID | None) -> Lesson:
        """Raises LessonNotFound."""

    async def change_lesson(
        self, lesson_id: int, values: Mapping[str, Any], *, allow_overlap: bool, now: datetime
    ) -> Lesson:
        """Raises LessonOverlap, and LessonStarted if it is being started."""

    async def delete_lesson(self, lesson_id: int) -> None:
        """Raises LessonLive if it is being started, LessonHasRecords."""


class RecurringLessons(Protocol):
    """Recurring lessons, their exceptions, and the lessons of their occurrences, within one transaction."""

    async def group(self, group_id: int, owner: UUID | None) -> Group:
        """Raises GroupNotFound."""

    async def add_rule(self, values: Mapping[str, Any], now: datetime) -> RecurringLesson: ...

    async def rule(self, rule_id: int, owner: UUID | None) -> RecurringLesson:
        """With its exceptions. Raises RecurringLessonNotFound."""

    async def change_rule(self, rule_id: int, values: Mapping[str, Any], now: datetime) -> RecurringLesson: ...

    async def delete_rule(self, rule_id: int) -> None:
        """The lessons of its occurrences stay."""

    async def set_exception(self, rule_id: int, exception: RuleException, now: datetime) -> RecurringLesson:
        """Replaces the exception of that date."""

    async def remove_exception(self, rule_id: int, day: date, now: datetime) -> bool:
        """Whether there was one."""

    async def create_occurrence_lesson(self, values: Mapping[str, Any], now: datetime) -> int:
        """Creates the lesson of an occurrence, or finds the existing one; returns its id. May overlap other lessons."""

    async def has_occurrence_lesson(self, rule_id: int, day: date) -> bool:
        """Whether the occurrence of a date has a lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFreeDays:
    """As they come from a form or a file; both days inclusive."""

    name: str
    start: date
    end: date


class FreeDaysStore(Protocol):
    """Writes free days within one transaction. `teacher_id`: None for those of the installation."""

    async def add(self, teacher_id: UUID | None, new: NewFreeDays, now: datetime) -> FreeDays:
        """Raises TeacherUnknown, FreeDaysThere."""

    async def add_missing(self, teacher_id: UUID | None, new: Sequence[NewFreeDays], now: datetime) -> list[FreeDays]:
        """Adds those that are not there, in one statement; returns them by start. Raises TeacherUnknown."""

    async def find(self, free_days_id: int, owner: UUID | None) -> FreeDays:
        """Locked. Raises FreeDaysNotFound."""

    async def change(self, free_days_id: int, new: NewFreeDays, now: datetime) -> FreeDays:
        """Raises FreeDaysThere."""

    async def delete(self, free_days_id: int) -> None: ...


class CalendarTokens(Protocol):
    """Tokens of calendar feeds, within one transaction."""

    async def replace_calendar_token(self, user_id: UUID, digest: bytes, now: datetime) -> None:
        """Stores the digest of a new token; the user's former token is invalid."""


class ScheduleQueries(Protocol):
    """Read-only queries of what a viewer may see. Lessons are ordered by start."""

    async def groups(
        self, viewer: Viewer, words: str | None = None, *, limit: int, offset: int
    ) -> tuple[list[Group], int]:
        """By id; `words`: those with this part of the name, in any case."""

    async def group(self, viewer: Viewer, group_id: int) -> tuple[Group, list[Student]]:
        """Students by name. Raises GroupNotFound."""

    async def lessons(
        self, viewer: Viewer, wanted: LessonFilter, *, limit: int, offset: int
    ) -> tuple[list[Lesson], int]: ...

    async def lesson(self, viewer: Viewer, lesson_id: int) -> Lesson:
        """Raises LessonNotFound."""

    async def rules(
        self, viewer: Viewer, group_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[RecurringLesson], int]:
        """By id."""

    async def rule(self, viewer: Viewer, rule_id: int) -> RecurringLesson:
        """Raises RecurringLessonNotFound."""

    async def window(self, viewer: Viewer, start: datetime, end: datetime) -> ScheduleWindow:
        """In at most four statements, free days included. May contain more than the window; callers filter."""

    async def free_days(
        self, viewer: Viewer, start: date | None, end: date | None, *, limit: int, offset: int
    ) -> tuple[list[FreeDays], int]:
        """Those of the installation, of the viewer and of who teaches them, by start; for administrators everybody's.

        `start`, `end`: such as have a day between these, both inclusive.
        """

    async def calendar_viewer(self, digest: bytes) -> Viewer:
        """The active user that this token was issued to. Raises CalendarNotFound."""
