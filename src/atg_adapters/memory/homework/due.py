"""Homework that is due, in memory."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.people import is_member
from atg_core.homework.due import DueHomework
from atg_core.homework.model import SubmissionStatus


class MemoryDueHomeworkQueries:
    """`DueHomeworkQueries` over the tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def of_student(self, student_id: UUID, now: datetime, *, limit: int) -> list[DueHomework]:
        found = [
            row
            for row in self._published()
            if is_member(self.database, row["group_id"], student_id)
            and (row["due_at"] is None or row["due_at"] > now or row["allow_late"])
            and student_id not in self._handed_in(row)
        ]
        return self._first(found, limit)

    async def of_teacher(self, teacher_id: UUID, start: datetime, end: datetime, *, limit: int) -> list[DueHomework]:
        found = [
            row
            for row in self._published()
            if self._group(row)["teacher_id"] == teacher_id and row["due_at"] and start < row["due_at"] <= end
        ]
        return self._first(found, limit)

    def _published(self) -> Iterable[Row]:
        return (row for row in self.database.rows("homework") if row["published_at"] is not None)

    def _group(self, row: Row) -> Row:
        return self.database.tables["study_groups"][row["group_id"]]

    def _handed_in(self, row: Row) -> set[UUID]:
        submissions = self.database.rows("homework_submissions", homework_id=row["id"])
        return {each["student_id"] for each in submissions if each["status"] != SubmissionStatus.DRAFT}

    def _first(self, rows: list[Row], limit: int) -> list[DueHomework]:
        rows.sort(key=lambda row: (row["due_at"] is None, row["due_at"] or 0, row["id"]))
        return [
            DueHomework(
                id=row["id"],
                title=row["title"],
                group_id=row["group_id"],
                group_name=self._group(row)["name"],
                due_at=row["due_at"],
                handed_in=len(self._handed_in(row)),
                students=sum(1 for _ in self.database.rows("group_students", group_id=row["group_id"])),
            )
            for row in rows[:limit]
        ]
