"""Recipients and content of mails about homework, in memory."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.people import display_name, is_member
from atg_core.homework.model import SubmissionStatus
from atg_core.homework.ports import Notification, NotificationKind

_STATUS = {NotificationKind.WAITING: SubmissionStatus.SUBMITTED, NotificationKind.GRADED: SubmissionStatus.GRADED}


class MemoryNotifications:
    """`NotificationStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def claim_recipients(self, homework_id: int, now: datetime) -> list[UUID]:
        row = self.tables["homework"].get(homework_id)
        if row is None or row["published_at"] is None or row["announced_at"] is not None:
            return []
        self.database.update("homework", homework_id, announced_at=now)
        students = [each["student_id"] for each in self.database.rows("group_students", group_id=row["group_id"])]
        return sorted(student for student in students if self._wants_mail(student))

    def _wants_mail(self, user_id: UUID) -> bool:
        user, profile = self.tables["users"][user_id], self.tables["user_profiles"][user_id]
        return bool(user["is_active"] and user.get("email") and profile.get("email_notifications", True))

    async def find_notification(self, kind: NotificationKind, key: int, student_id: UUID | None) -> Notification | None:
        if kind is not NotificationKind.PUBLISHED:
            return self._of_submission(kind, key)
        homework = self.tables["homework"].get(key)
        if homework is None or student_id is None or not is_member(self.database, homework["group_id"], student_id):
            return None
        return self._notification(key, student_id, student_id)

    def _of_submission(self, kind: NotificationKind, key: int) -> Notification | None:
        row = self.tables["homework_submissions"].get(key)
        if row is None or row["status"] != _STATUS[kind]:
            return None
        group = self.tables["study_groups"][self.tables["homework"][row["homework_id"]]["group_id"]]
        if kind is NotificationKind.WAITING:
            return self._notification(row["homework_id"], row["student_id"], group["teacher_id"])
        grades = {"grade": row["grade"], "max_grade": row["max_grade"]}
        return self._notification(row["homework_id"], row["student_id"], row["student_id"], **grades)

    def _notification(
        self, homework_id: int, student_id: UUID, recipient: UUID, **grades: Decimal
    ) -> Notification | None:
        if not self._wants_mail(recipient):
            return None
        homework = self.tables["homework"][homework_id]
        group = self.tables["study_groups"][homework["group_id"]]
        return Notification(
            to=self.tables["users"][recipient]["email"],
            language=self.tables["user_profiles"][recipient]["language"],
            title=homework["title"],
            group_name=group["name"],
            teacher_name=display_name(self.database, group["teacher_id"]),
            due_at=homework["due_at"],
            student_name=display_name(self.database, student_id),
            **grades,
        )
