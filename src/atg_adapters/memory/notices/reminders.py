"""What people were told of courses, in memory: plain reads."""

from collections.abc import Collection
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_core.notices.model import COURSE_KINDS
from atg_core.notices.reminders import ToldOfCourse, course_of, subject_of


class MemoryReminderQueries:
    """`ReminderQueries` over the tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def told(self, user_ids: Collection[UUID], course_ids: Collection[UUID]) -> list[ToldOfCourse]:
        subjects = {subject_of(course_id) for course_id in course_ids}
        rows = [
            {**row, "course_id": course_of(row["subject"]), "sent_at": row["mailed_at"] or row["messaged_at"]}
            for row in self.database.tables["notices"].values()
            if row["user_id"] in user_ids and row["subject"] in subjects and row["kind"] in COURSE_KINDS
        ]
        return convert(sorted(rows, key=lambda row: row["id"]), list[ToldOfCourse])
