"""Where groups, lessons and rules are kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from atg_core.errors import Conflict, Invalid, NotFound
from atg_core.schedule.model import Group, Lesson, LessonStatus, RecurringLesson, RuleException, Student, Viewer


class GroupNotFound(NotFound):
    """Group not found"""


class LessonNotFound(NotFound):
    """Lesson not found"""


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
class Wanted:
    """What a list of lessons is narrowed to."""

    group_id: int | None = None
    status: LessonStatus | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Of a window: the lessons in it and those that were made of occurrences in it; rules with their exceptions."""

    lessons: Sequence[Lesson]
    rules: Sequence[RecurringLesson]


class Timetable(Protocol):
    """Groups, lessons and rules, within one transaction.

    `owner`: whose it must be to be found; None: whoever's. What was read here is held until the end.
    """

    async def add_group(self, name: str, teacher_id: UUID, now: datetime) -> Group:
        """Raises TeacherUnknown for nobody who may teach, GroupNameTaken."""

    async def group(self, group_id: int, owner: UUID | None) -> Group:
        """Raises GroupNotFound."""

    async def change_group(self, group_id: int, values: Mapping[str, Any], now: datetime) -> Group:
        """Raises TeacherUnknown, GroupNameTaken."""

    async def delete_group(self, group_id: int) -> None:
        """With what is only planned. Raises GroupWasTaught."""

    async def students_of(self, ids: Collection[UUID], emails: Collection[str]) -> list[UUID]:
        """The active users of these ids and emails (in lower case), each once. Raises StudentUnknown."""

    async def add_students(self, group_id: int, student_ids: Collection[UUID]) -> None:
        """Those who are in the group stay in it."""

    async def remove_student(self, group_id: int, student_id: UUID) -> bool:
        """Whether the student was in the group."""

    async def add_lesson(self, values: Mapping[str, Any], *, allow_overlap: bool, now: datetime) -> Lesson:
        """Raises LessonOverlap."""

    async def lesson(self, lesson_id: int, owner: UUID | None) -> Lesson:
        """Raises LessonNotFound."""

    async def change_lesson(
        self, lesson_id: int, values: Mapping[str, Any], *, allow_overlap: bool, now: datetime
    ) -> Lesson:
        """Raises LessonOverlap, and LessonStarted if it is being started."""

    async def delete_lesson(self, lesson_id: int) -> None:
        """Raises LessonHasRecords."""

    async def make_lesson(self, values: Mapping[str, Any], now: datetime) -> int:
        """The lesson of a rule's occurrence: this one, or the one that is there. Overlaps with others are no reason to
        refuse it: the rule was there before."""

    async def add_rule(self, values: Mapping[str, Any], now: datetime) -> RecurringLesson: ...

    async def rule(self, rule_id: int, owner: UUID | None) -> RecurringLesson:
        """With its exceptions. Raises RecurringLessonNotFound."""

    async def change_rule(self, rule_id: int, values: Mapping[str, Any], now: datetime) -> RecurringLesson: ...

    async def delete_rule(self, rule_id: int) -> None:
        """Lessons that were made of it stay."""

    async def is_made(self, rule_id: int, day: date) -> bool:
        """Whether the occurrence of a day has become a lesson."""

    async def set_exception(self, rule_id: int, exception: RuleException, now: datetime) -> RecurringLesson:
        """In place of the one that this day had."""

    async def remove_exception(self, rule_id: int, day: date, now: datetime) -> bool:
        """Whether there was one."""

    async def replace_calendar_token(self, user_id: UUID, digest: bytes, now: datetime) -> None:
        """The one that the user had is good no longer."""


class Schedule(Protocol):
    """Plain reads of what a viewer may see. Lists of lessons are by start."""

    async def groups(self, viewer: Viewer, *, limit: int, offset: int) -> tuple[list[Group], int]:
        """By id."""

    async def group(self, viewer: Viewer, group_id: int) -> tuple[Group, list[Student]]:
        """Students by name. Raises GroupNotFound."""

    async def lessons(self, viewer: Viewer, wanted: Wanted, *, limit: int, offset: int) -> tuple[list[Lesson], int]: ...

    async def lesson(self, viewer: Viewer, lesson_id: int) -> Lesson:
        """Raises LessonNotFound."""

    async def rules(
        self, viewer: Viewer, group_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[RecurringLesson], int]:
        """By id."""

    async def rule(self, viewer: Viewer, rule_id: int) -> RecurringLesson:
        """Raises RecurringLessonNotFound."""

    async def plan(self, viewer: Viewer, start: datetime, end: datetime) -> Plan:
        """At most four statements, however much it is."""

    async def calendar_viewer(self, digest: bytes) -> Viewer:
        """Who has this token; a user who may not sign in any more has none. Raises CalendarNotFound."""
