"""Groups, lessons and rules in memory: writing them."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_adapters.memory.schedule import group_of, rule_of
from atg_core.identity.model import Role
from atg_core.schedule.model import Group, Lesson, LessonStatus, RecurringLesson, RuleException
from atg_core.schedule.ports import (
    GroupNameTaken,
    GroupNotFound,
    GroupWasTaught,
    LessonHasRecords,
    LessonLive,
    LessonNotFound,
    LessonOverlap,
    LessonStarted,
    RecurringLessonNotFound,
    StudentUnknown,
    TeacherUnknown,
)

_NEW_LESSON = {
    "status": LessonStatus.PLANNED,
    "zoom_start_url": None,
    "zoom_join_url": None,
    "recurring_lesson_id": None,
    "occurrence_date": None,
    "revision": 0,
}
_HELD = ("lesson_recordings", "attendance")


class MemoryTimetable:
    """`Timetable` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add_group(self, name: str, teacher_id: UUID, now: datetime) -> Group:
        self._require_teacher(teacher_id)
        values = {"name": name, "teacher_id": teacher_id, "created_at": now, "updated_at": now}
        try:
            return await self.group(self.database.insert("study_groups", values), None)
        except DuplicateKey:
            raise GroupNameTaken from None

    def _require_teacher(self, user_id: UUID) -> None:
        user = self.database.tables["users"].get(user_id)
        if user is None or not user["is_active"] or user["role"] not in {Role.TEACHER, Role.ADMIN}:
            raise TeacherUnknown(field="teacher_id")

    async def group(self, group_id: int, owner: UUID | None) -> Group:
        row = self.database.tables["study_groups"].get(group_id)
        if row is None or owner not in {None, row["teacher_id"]}:
            raise GroupNotFound
        return group_of(self.database, row)

    async def change_group(self, group_id: int, values: Mapping[str, Any], now: datetime) -> Group:
        if "teacher_id" in values:
            self._require_teacher(values["teacher_id"])
        try:
            self.database.update("study_groups", group_id, **values, updated_at=now)
        except DuplicateKey:
            raise GroupNameTaken from None
        return await self.group(group_id, None)

    async def delete_group(self, group_id: int) -> None:
        lessons = list(self.database.rows("scheduled_lessons", group_id=group_id))
        if any(row["status"] in {LessonStatus.LIVE, LessonStatus.ENDED} or self._is_held(row["id"]) for row in lessons):
            raise GroupWasTaught
        if any(self._is_being_started(row["id"]) for row in lessons):
            raise GroupWasTaught
        if any(self.database.rows("control_point_grade_changes", group_id=group_id)):
            raise GroupWasTaught
        self._delete_homework(group_id)
        for rule in list(self.database.rows("recurring_lessons", group_id=group_id)):
            self.database.delete("recurring_lesson_exceptions", recurring_lesson_id=rule["id"])
        for table in ("scheduled_lessons", "recurring_lessons", "group_students", "control_points"):
            self.database.delete(table, group_id=group_id)
        self.database.delete("study_groups", id=group_id)

    def _delete_homework(self, group_id: int) -> None:
        homework = [row["id"] for row in self.database.rows("homework", group_id=group_id)]
        if any(True for key in homework for _ in self.database.rows("homework_submissions", homework_id=key)):
            raise GroupWasTaught
        for key in homework:
            for question in list(self.database.rows("homework_questions", homework_id=key)):
                self.database.delete("homework_choices", question_id=question["id"])
            self.database.delete("homework_questions", homework_id=key)
            self.database.delete("homework", id=key)

    def _is_held(self, lesson_id: int) -> bool:
        return any(True for table in _HELD for _ in self.database.rows(table, lesson_id=lesson_id))

    def _is_being_started(self, lesson_id: int) -> bool:
        return any(self.database.rows("conference_leases", lesson_id=lesson_id, ended_at=None))

    async def students_of(self, ids: Collection[UUID], emails: Collection[str]) -> list[UUID]:
        users = {row["id"]: (row["email"] or "").lower() for row in self.database.rows("users", is_active=True)}
        if not set(ids) <= users.keys():
            raise StudentUnknown(field="student_ids")
        if not set(emails) <= set(users.values()):
            raise StudentUnknown(field="emails")
        return sorted(user_id for user_id, email in users.items() if user_id in set(ids) or email in set(emails))

    async def add_students(self, group_id: int, student_ids: Collection[UUID]) -> None:
        for student_id in student_ids:
            row = {"group_id": group_id, "student_id": student_id}
            if not any(self.database.rows("group_students", **row)):
                self.database.insert("group_students", {**row, "order_index": 0})

    async def remove_student(self, group_id: int, student_id: UUID) -> bool:
        was = any(self.database.rows("group_students", group_id=group_id, student_id=student_id))
        self.database.delete("group_students", group_id=group_id, student_id=student_id)
        return was

    async def add_lesson(self, values: Mapping[str, Any], *, allow_overlap: bool, now: datetime) -> Lesson:
        if not allow_overlap:
            self._require_free(None, values)
        stored = {**_NEW_LESSON, **values, "allow_overlap": allow_overlap, "created_at": now, "updated_at": now}
        return await self.lesson(self.database.insert("scheduled_lessons", stored), None)

    def _require_free(self, lesson_id: int | None, values: Mapping[str, Any]) -> None:
        if values.get("status") == LessonStatus.CANCELLED:
            return
        for row in self.database.rows("scheduled_lessons"):
            same = row["teacher_id"] == values["teacher_id"] or row["group_id"] == values["group_id"]
            on = row["start_time"] < values["end_time"] and row["end_time"] > values["start_time"]
            if same and on and row["id"] != lesson_id and row["status"] != LessonStatus.CANCELLED:
                raise LessonOverlap

    async def lesson(self, lesson_id: int, owner: UUID | None) -> Lesson:
        row = self.database.tables["scheduled_lessons"].get(lesson_id)
        if row is None or owner not in {None, row["teacher_id"]}:
            raise LessonNotFound
        return convert(row, Lesson)

    async def change_lesson(
        self, lesson_id: int, values: Mapping[str, Any], *, allow_overlap: bool, now: datetime
    ) -> Lesson:
        row, changed = self.database.tables["scheduled_lessons"][lesson_id], dict(values)
        if values.keys() & {"start_time", "end_time", "group_id", "status"}:
            if self._is_being_started(lesson_id):
                raise LessonStarted
            changed["allow_overlap"] = allow_overlap
            if not allow_overlap:
                self._require_free(lesson_id, {**row, **values})
        self.database.update("scheduled_lessons", lesson_id, **changed, revision=row["revision"] + 1, updated_at=now)
        return await self.lesson(lesson_id, None)

    async def delete_lesson(self, lesson_id: int) -> None:
        if self._is_being_started(lesson_id):
            raise LessonLive
        if self._is_held(lesson_id):
            raise LessonHasRecords
        for table in ("conference_leases", "conference_refusals"):
            self.database.delete(table, lesson_id=lesson_id)
        for homework in list(self.database.rows("homework", lesson_id=lesson_id)):
            self.database.update("homework", homework["id"], lesson_id=None)
        self.database.delete("scheduled_lessons", id=lesson_id)

    async def make_lesson(self, values: Mapping[str, Any], now: datetime) -> int:
        if made := self._made(values["recurring_lesson_id"], values["occurrence_date"]):
            return int(made["id"])
        return (await self.add_lesson(values, allow_overlap=True, now=now)).id

    def _made(self, rule_id: int, day: date) -> Row | None:
        made = self.database.rows("scheduled_lessons", recurring_lesson_id=rule_id, occurrence_date=day)
        return next(made, None)

    async def add_rule(self, values: Mapping[str, Any], now: datetime) -> RecurringLesson:
        stored = {"week_anchor": None, **values, "revision": 0, "created_at": now, "updated_at": now}
        return await self.rule(self.database.insert("recurring_lessons", stored), None)

    async def rule(self, rule_id: int, owner: UUID | None) -> RecurringLesson:
        row = self.database.tables["recurring_lessons"].get(rule_id)
        rule = rule_of(self.database, row) if row else None
        if rule is None or owner not in {None, rule.teacher_id}:
            raise RecurringLessonNotFound
        return rule

    async def change_rule(self, rule_id: int, values: Mapping[str, Any], now: datetime) -> RecurringLesson:
        revision = self.database.tables["recurring_lessons"][rule_id]["revision"] + 1
        self.database.update("recurring_lessons", rule_id, **values, revision=revision, updated_at=now)
        return await self.rule(rule_id, None)

    async def delete_rule(self, rule_id: int) -> None:
        for lesson in list(self.database.rows("scheduled_lessons", recurring_lesson_id=rule_id)):
            self.database.update("scheduled_lessons", lesson["id"], recurring_lesson_id=None)
        self.database.delete("recurring_lesson_exceptions", recurring_lesson_id=rule_id)
        self.database.delete("recurring_lessons", id=rule_id)

    async def is_made(self, rule_id: int, day: date) -> bool:
        return self._made(rule_id, day) is not None

    async def set_exception(self, rule_id: int, exception: RuleException, now: datetime) -> RecurringLesson:
        self.database.delete("recurring_lesson_exceptions", recurring_lesson_id=rule_id, date=exception.date)
        self.database.insert("recurring_lesson_exceptions", {"recurring_lesson_id": rule_id, **asdict(exception)})
        return await self.change_rule(rule_id, {}, now)

    async def remove_exception(self, rule_id: int, day: date, now: datetime) -> bool:
        if not any(self.database.rows("recurring_lesson_exceptions", recurring_lesson_id=rule_id, date=day)):
            return False
        self.database.delete("recurring_lesson_exceptions", recurring_lesson_id=rule_id, date=day)
        await self.change_rule(rule_id, {}, now)
        return True

    async def replace_calendar_token(self, user_id: UUID, digest: bytes, now: datetime) -> None:
        self.database.delete("calendar_tokens", user_id=user_id)
        self.database.insert("calendar_tokens", {"user_id": user_id, "digest": digest, "created_at": now})
