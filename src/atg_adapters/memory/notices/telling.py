"""Notices that a change tells, in memory."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase
from atg_adapters.memory.people import display_name
from atg_core.learning.model import EnrollmentStatus
from atg_core.notices.telling import row_of
from atg_core.notifier import NO_DUE_DATE, NewNotice, NoticeKind


class MemoryTelling:
    """`TellingStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add(self, notices: Sequence[NewNotice], now: datetime) -> int:
        before = len(self.database.tables["notices"])
        for notice in notices:
            told = notice.user_ids
            if told is None:
                told = [each["student_id"] for each in self.database.rows("group_students", group_id=notice.group_id)]
            for user_id in sorted(set(told)):
                add_once(self.database, {"user_id": user_id, **self._row(notice, now)})
        return len(self.database.tables["notices"]) - before

    async def add_assigned(self, user_ids: Collection[UUID], now: datetime) -> bool:
        people = set(user_ids)
        obligations = self.database.rows("obligations", ended_at=None)
        return await self.add_opened(
            {(row["user_id"], row["course_id"]) for row in obligations if row["user_id"] in people}, now
        )

    async def add_opened(self, opened: Collection[tuple[UUID, UUID]], now: datetime) -> bool:
        before = len(self.database.tables["notices"])
        for user_id, course_id in sorted(opened):
            for row in list(
                self.database.rows("user_courses", user_id=user_id, course_id=course_id, cancelled_at=None)
            ):
                if row["status"] == EnrollmentStatus.COMPLETED:
                    continue
                new = {
                    "user_id": user_id,
                    "kind": NoticeKind.COURSE_ASSIGNED,
                    "subject": f"course:{course_id.hex}",
                    "occasion": row["due_at"] or NO_DUE_DATE,
                    "title": self.database.tables["courses"][course_id]["title"],
                }
                add_once(self.database, {**new, "details": {}, "created_at": now, "deliver_at": now})
        return len(self.database.tables["notices"]) > before

    def _row(self, notice: NewNotice, now: datetime) -> dict[str, Any]:
        facts: dict[str, str] = {}
        if group := self.database.tables["study_groups"].get(notice.group_id):
            facts |= {"group": group["name"], "teacher": display_name(self.database, group["teacher_id"])}
        if notice.about_id is not None:
            facts["person"] = display_name(self.database, notice.about_id)
        return row_of(notice, facts, now)


def add_once(database: MemoryDatabase, row: Mapping[str, Any]) -> None:
    """Unless the person was told of it."""
    with suppress(DuplicateKey):
        database.insert("notices", {"read_at": None, "mailed_at": None, "messaged_at": None, **row})
