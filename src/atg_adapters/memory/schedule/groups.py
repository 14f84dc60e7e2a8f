"""Groups and their students in memory."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from atg_adapters.memory.database import DuplicateKey, Row
from atg_adapters.memory.schedule.lessons import is_being_started, is_held
from atg_adapters.memory.schedule.ownership import MemoryGroupOwnership
from atg_core.identity.model import Role
from atg_core.schedule.invitations import InvitationStatus
from atg_core.schedule.model import Group, LessonStatus
from atg_core.schedule.ports import (
    GroupNameTaken,
    GroupWasTaught,
    JoinCodeNotFound,
    LessonOverlap,
    StudentUnknown,
    TeacherUnknown,
)
from atg_core.text import canonical_email, fold


class MemoryGroups(MemoryGroupOwnership):
    """`Groups` within a transaction."""

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

    async def change_group(self, group_id: int, values: Mapping[str, Any], now: datetime) -> Group:
        if "teacher_id" in values:
            self._require_teacher(values["teacher_id"])
            self._hand_over(group_id, values["teacher_id"], now)
        try:
            self.database.update("study_groups", group_id, **values, updated_at=now)
        except DuplicateKey:
            raise GroupNameTaken from None
        return await self.group(group_id, None)

    def _hand_over(self, group_id: int, teacher_id: UUID, now: datetime) -> None:
        for row in list(self.database.rows("scheduled_lessons", group_id=group_id, status=LessonStatus.PLANNED)):
            if row["teacher_id"] == teacher_id or is_being_started(self.database, row["id"]):
                continue
            if row["end_time"] <= now and any(self.database.rows("attendance", lesson_id=row["id"])):
                continue
            if not row["allow_overlap"]:
                others = self.database.rows("scheduled_lessons", teacher_id=teacher_id, allow_overlap=False)
                if any(_overlap(row, other) for other in others):
                    raise LessonOverlap
            moved = {"teacher_id": teacher_id, "revision": row["revision"] + 1, "updated_at": now}
            self.database.update("scheduled_lessons", row["id"], **moved)

    async def delete_group(self, group_id: int) -> None:
        lessons = list(self.database.rows("scheduled_lessons", group_id=group_id))
        if any(
            row["status"] in {LessonStatus.LIVE, LessonStatus.ENDED} or is_held(self.database, row["id"])
            for row in lessons
        ):
            raise GroupWasTaught
        if any(is_being_started(self.database, row["id"]) for row in lessons):
            raise GroupWasTaught
        if any(self.database.rows("control_point_grade_changes", group_id=group_id)):
            raise GroupWasTaught
        self._delete_homework(group_id)
        for rule in list(self.database.rows("recurring_lessons", group_id=group_id)):
            self.database.delete("recurring_lesson_exceptions", recurring_lesson_id=rule["id"])
        for invitation in list(self.database.rows("group_invitations", group_id=group_id)):
            self.database.update("group_invitations", invitation["id"], group_id=None)
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

    async def students_of(self, ids: Collection[UUID], emails: Collection[str]) -> list[UUID]:
        users = {row["id"]: fold(row["email"] or "") for row in self.database.rows("users", is_active=True)}
        if not set(ids) <= users.keys():
            raise StudentUnknown(field="student_ids")
        folded = set(map(fold, emails))
        if not folded <= set(users.values()):
            raise StudentUnknown(field="emails")
        return sorted(user_id for user_id, email in users.items() if user_id in set(ids) or email in folded)

    async def students_taught(
        self, teacher_id: UUID, ids: Collection[UUID], emails: Collection[str]
    ) -> dict[UUID, str]:
        groups = {row["id"] for row in self.database.rows("study_groups", teacher_id=teacher_id)}
        taught = {row["student_id"] for row in self.database.rows("group_students") if row["group_id"] in groups}
        users = {row["id"]: fold(row["email"] or "") for row in self.database.rows("users", is_active=True)}
        folded = set(map(fold, emails))
        return {key: users[key] for key in taught & users.keys() if key in ids or users[key] in folded}

    async def add_students(self, group_id: int, student_ids: Collection[UUID]) -> None:
        for student_id in student_ids:
            row = {"group_id": group_id, "student_id": student_id}
            if not any(self.database.rows("group_students", **row)):
                self.database.insert("group_students", {**row, "order_index": 0})
            user = self.database.tables["users"][student_id]
            if user.get("email_verified_at"):
                invited = {
                    "group_id": group_id,
                    "email": canonical_email(user["email"]),
                    "status": InvitationStatus.OPEN,
                }
                for invitation in list(self.database.rows("group_invitations", **invited)):
                    self.database.update("group_invitations", invitation["id"], status=InvitationStatus.ACCEPTED)

    async def remove_student(self, group_id: int, student_id: UUID) -> bool:
        was = any(self.database.rows("group_students", group_id=group_id, student_id=student_id))
        self.database.delete("group_students", group_id=group_id, student_id=student_id)
        return was

    async def set_join_code(self, group_id: int, code: str | None, now: datetime) -> bool:
        try:
            self.database.update("study_groups", group_id, join_code=code, updated_at=now)
        except DuplicateKey:
            return False
        return True

    async def group_with_code(self, code: str) -> Group:
        for row in self.database.rows("study_groups", join_code=code):
            if self.database.tables["users"][row["teacher_id"]]["is_active"]:
                return await self.group(row["id"], None)
        raise JoinCodeNotFound


def _overlap(lesson: Row, other: Row) -> bool:
    on = lesson["start_time"] < other["end_time"] and lesson["end_time"] > other["start_time"]
    return bool(on and other["status"] != LessonStatus.CANCELLED and other["id"] != lesson["id"])
