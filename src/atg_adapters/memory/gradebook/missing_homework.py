"""Homework that was not handed in, in memory."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase
from atg_core.homework.model import SubmissionStatus


class MemoryMissingHomeworkQueries:
    """`MissingHomeworkQueries` over the tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def missing(self, group_id: int, now: datetime) -> Mapping[UUID, int]:
        students = [row["student_id"] for row in self.database.rows("group_students", group_id=group_id)]
        missing: Counter[UUID] = Counter()
        for row in self.database.rows("homework", group_id=group_id):
            if row["published_at"] is None or row["due_at"] is None or row["due_at"] >= now:
                continue
            submissions = self.database.rows("homework_submissions", homework_id=row["id"])
            handed_in = {each["student_id"] for each in submissions if each["status"] != SubmissionStatus.DRAFT}
            missing.update(student for student in students if student not in handed_in)
        return missing
