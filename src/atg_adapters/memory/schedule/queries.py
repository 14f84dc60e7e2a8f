"""Queries of the schedule in memory."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.people import display_name
from atg_core.identity.model import Role
from atg_core.schedule.model import FreeDays, Group, Lesson, RecurringLesson, RuleException, Student, Viewer
from atg_core.schedule.ports import (
    CalendarNotFound,
    GroupNotFound,
    LessonFilter,
    LessonNotFound,
    RecurringLessonNotFound,
    ScheduleWindow,
)
from atg_core.text import holds


def group_of(database: MemoryDatabase, row: Row) -> Group:
    count = sum(1 for _ in database.rows("group_students", group_id=row["id"]))
    teacher = display_name(database, row["teacher_id"])
    return convert({**row, "student_count": count, "teacher_name": teacher}, Group)


def rule_of(database: MemoryDatabase, row: Row) -> RecurringLesson:
    days = sorted(
        database.rows("recurring_lesson_exceptions", recurring_lesson_id=row["id"]), key=lambda each: each["date"]
    )
    group = database.tables["study_groups"][row["group_id"]]
    exceptions = tuple(convert(day, RuleException) for day in days)
    rule = convert({**row, "teacher_id": group["teacher_id"], "exceptions": exceptions}, RecurringLesson)
    return replace(rule, free_days=tuple(each for each in free_days_of(database) if each.is_of(rule.teacher_id)))


def free_days_of(database: MemoryDatabase) -> list[FreeDays]:
    """All, by start."""
    found = [convert(row, FreeDays) for row in database.rows("free_days")]
    return sorted(found, key=lambda each: (each.start, each.end, each.id))


class MemoryScheduleQueries:
    """`ScheduleQueries`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    def _sees(self, viewer: Viewer, teacher_id: object, group_id: int) -> bool:
        if viewer.is_admin or teacher_id == viewer.id:
            return True
        return any(self.database.rows("group_students", group_id=group_id, student_id=viewer.id))

    async def groups(
        self, viewer: Viewer, words: str | None = None, *, limit: int, offset: int
    ) -> tuple[list[Group], int]:
        rows = [
            row
            for row in sorted(self.database.rows("study_groups"), key=lambda row: row["id"])
            if self._sees(viewer, row["teacher_id"], row["id"]) and holds(words, row["name"])
        ]
        return [group_of(self.database, row) for row in rows[offset : offset + limit]], len(rows)

    async def group(self, viewer: Viewer, group_id: int) -> tuple[Group, list[Student]]:
        row = self.database.tables["study_groups"].get(group_id)
        if row is None or not self._sees(viewer, row["teacher_id"], group_id):
            raise GroupNotFound
        users = self.database.tables["users"]
        students = [users[each["student_id"]] for each in self.database.rows("group_students", group_id=group_id)]
        by_name = sorted(students, key=lambda user: (user["full_name"] or "", user["username"]))
        return group_of(self.database, row), [convert(user, Student) for user in by_name]

    def _lessons(self, viewer: Viewer) -> list[Lesson]:
        lessons = [convert(row, Lesson) for row in self.database.rows("scheduled_lessons")]
        seen = [lesson for lesson in lessons if self._sees(viewer, lesson.teacher_id, lesson.group_id)]
        return sorted(seen, key=lambda lesson: (lesson.start_time, lesson.id))

    async def lessons(
        self, viewer: Viewer, wanted: LessonFilter, *, limit: int, offset: int
    ) -> tuple[list[Lesson], int]:
        found = [lesson for lesson in self._lessons(viewer) if _is_wanted(lesson, wanted)]
        return found[offset : offset + limit], len(found)

    async def lesson(self, viewer: Viewer, lesson_id: int) -> Lesson:
        row = self.database.tables["scheduled_lessons"].get(lesson_id)
        if row is None or not self._sees(viewer, row["teacher_id"], row["group_id"]):
            raise LessonNotFound
        return convert(row, Lesson)

    def _rules(self, viewer: Viewer, rows: Iterable[Row]) -> list[RecurringLesson]:
        groups = self.database.tables["study_groups"]
        seen = [row for row in rows if self._sees(viewer, groups[row["group_id"]]["teacher_id"], row["group_id"])]
        return [rule_of(self.database, row) for row in sorted(seen, key=lambda row: row["id"])]

    async def rules(
        self, viewer: Viewer, group_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[RecurringLesson], int]:
        narrowed = {} if group_id is None else {"group_id": group_id}
        found = self._rules(viewer, self.database.rows("recurring_lessons", **narrowed))
        return found[offset : offset + limit], len(found)

    async def rule(self, viewer: Viewer, rule_id: int) -> RecurringLesson:
        for rule in self._rules(viewer, self.database.rows("recurring_lessons", id=rule_id)):
            return rule
        raise RecurringLessonNotFound

    async def window(self, viewer: Viewer, start: datetime, end: datetime) -> ScheduleWindow:  # noqa: ARG002 - see below
        """A superset of the window, which the port allows: callers filter."""
        return ScheduleWindow(
            lessons=self._lessons(viewer),
            rules=self._rules(viewer, self.database.rows("recurring_lessons")),
            free_days=self._free_days(viewer),
        )

    def _free_days(self, viewer: Viewer) -> list[FreeDays]:
        groups = self.database.tables["study_groups"]
        mine = self.database.rows("group_students", student_id=viewer.id)
        teachers = {None, viewer.id, *(groups[row["group_id"]]["teacher_id"] for row in mine)}
        return [each for each in free_days_of(self.database) if viewer.is_admin or each.teacher_id in teachers]

    async def free_days(
        self, viewer: Viewer, start: date | None, end: date | None, *, limit: int, offset: int
    ) -> tuple[list[FreeDays], int]:
        found = [
            each
            for each in self._free_days(viewer)
            if (start is None or each.end >= start) and (end is None or each.start <= end)
        ]
        return found[offset : offset + limit], len(found)

    async def calendar_viewer(self, digest: bytes) -> Viewer:
        for token in self.database.rows("calendar_tokens", digest=digest):
            user = self.database.tables["users"][token["user_id"]]
            if user["is_active"]:
                return Viewer(id=user["id"], is_admin=user["role"] == Role.ADMIN)
        raise CalendarNotFound


def _is_wanted(lesson: Lesson, wanted: LessonFilter) -> bool:
    return (
        wanted.group_id in {None, lesson.group_id}
        and wanted.status in {None, lesson.status}
        and (wanted.start is None or lesson.end_time > wanted.start)
        and (wanted.end is None or lesson.start_time < wanted.end)
    )
