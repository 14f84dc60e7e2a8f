"""A person's notices, and what is true now of what they were told, in memory."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.notices.overdue import overdue_of_teams
from atg_adapters.memory.people import is_member
from atg_core.homework.model import SubmissionStatus
from atg_core.learning.model import EnrollmentStatus
from atg_core.notices.model import LISTED_KINDS, Notice
from atg_core.notices.ports import OpenCourse

_NEVER = datetime.max.replace(tzinfo=UTC)


class MemoryNoticeQueries:
    """`NoticeQueries` and `FactQueries` over the tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    def _listed(self, user_id: UUID, *, unread: bool) -> list[Row]:
        rows = self.database.rows("notices", user_id=user_id, **({"read_at": None} if unread else {}))
        return sorted((row for row in rows if row["kind"] in LISTED_KINDS), key=lambda row: -row["id"])

    async def listed(self, user_id: UUID, *, unread: bool, limit: int, offset: int) -> tuple[list[Notice], int]:
        rows = self._listed(user_id, unread=unread)
        return [convert(row, Notice) for row in rows[offset : offset + limit]], len(rows)

    async def unread_count(self, user_id: UUID) -> int:
        return len(self._listed(user_id, unread=True))

    async def open_courses(self, user_id: UUID) -> list[OpenCourse]:
        titles = self.database.tables["courses"]
        found = [
            OpenCourse(
                course_id=row["course_id"],
                title=titles[row["course_id"]]["title"],
                due_at=row["due_at"],
                progress_percent=row["progress_percent"],
            )
            for row in self.database.rows("user_courses", user_id=user_id, cancelled_at=None)
            if row["status"] != EnrollmentStatus.COMPLETED
        ]
        return sorted(found, key=lambda each: (each.due_at or _NEVER, each.title, each.course_id))

    async def overdue_of_team(self, manager_id: UUID, now: datetime) -> set[str]:
        return {subject for manager, subject, _ in overdue_of_teams(self.database, now) if manager == manager_id}

    async def open_homework(self, user_id: UUID, homework_ids: Collection[int]) -> set[int]:
        homework = self.database.tables["homework"]
        rows = [homework[number] for number in homework_ids if number in homework]
        return {
            row["id"]
            for row in rows
            if row["published_at"] is not None and is_member(self.database, row["group_id"], user_id)
        }

    async def waiting_submissions(self, submission_ids: Collection[int]) -> set[int]:
        rows = self.database.rows("homework_submissions", status=SubmissionStatus.SUBMITTED)
        return {row["id"] for row in rows} & set(submission_ids)


class MemoryReading:
    """`ReadingStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def mark_read(self, user_id: UUID, notice_ids: Collection[int] | None, now: datetime) -> None:
        for row in list(self.database.rows("notices", user_id=user_id, read_at=None)):
            if row["kind"] in LISTED_KINDS and (notice_ids is None or row["id"] in notice_ids):
                self.database.update("notices", row["id"], read_at=now)
