"""Notices that time tells, in memory."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.notices.overdue import overdue_of_teams
from atg_adapters.memory.notices.telling import add_once
from atg_adapters.memory.people import display_name
from atg_core.learning.model import EnrollmentStatus
from atg_core.notices.due import DueDays, had_begun
from atg_core.notifier import NoticeKind


class MemoryRounds:
    """`RoundStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def is_done(self, zone: str, day: date) -> bool:
        return (zone, day) in self.tables["notice_rounds"]

    async def due_courses(self, before: datetime) -> list[UUID]:
        return sorted({row["course_id"] for row in self._due(before)})

    def _due(self, before: datetime) -> Iterator[Row]:
        for row in self.tables["user_courses"].values():
            is_open = row["cancelled_at"] is None and row["status"] != EnrollmentStatus.COMPLETED
            if is_open and row["due_at"] is not None and row["due_at"] < before:
                yield row

    async def tell_due(self, course_id: UUID, days: DueDays) -> None:
        title = self.tables["courses"][course_id]["title"]
        for row in list(self._due(days.last)):
            kind, subject = days.stage(row["due_at"]), f"course:{course_id.hex}"
            if row["course_id"] != course_id or not self.tables["users"][row["user_id"]]["is_active"] or kind is None:
                continue
            same = {"user_id": row["user_id"], "subject": subject, "occasion": row["due_at"]}
            told = next(self.database.rows("notices", kind=NoticeKind.COURSE_ASSIGNED, **same), None)
            if told is None or not had_begun(kind, row["due_at"], told["created_at"]):
                new = {"kind": kind, "title": title, "details": {}, "created_at": days.now, "deliver_at": days.now}
                add_once(self.database, {**same, **new})

    async def tell_managers(self, course_id: UUID, now: datetime) -> None:
        for manager, subject, row in overdue_of_teams(self.database, now):
            if row["course_id"] == course_id:
                new = {"kind": NoticeKind.TEAM_OVERDUE, "subject": subject, "occasion": row["due_at"]}
                new |= {"title": self.tables["courses"][course_id]["title"], "created_at": now, "deliver_at": now}
                person = display_name(self.database, row["user_id"])
                add_once(self.database, {**new, "user_id": manager, "details": {"person": person}})

    async def tell_weekly(self, week: datetime, now: datetime) -> None:
        for user in list(self.database.rows("users", is_active=True)):
            if self.tables["user_profiles"].get(user["id"], {}).get("weekly_report"):
                same = {"kind": NoticeKind.WEEKLY_REPORT, "subject": "week", "occasion": week, "title": ""}
                new = {"user_id": user["id"], "details": {}, "created_at": now, "deliver_at": now}
                add_once(self.database, {**same, **new})

    async def finish(self, zone: str, day: date) -> None:
        self.tables["notice_rounds"][zone, day] = {"id": (zone, day), "zone": zone, "day": day}

    async def forget(self, before: date) -> None:
        for key in [key for key in self.tables["notice_rounds"] if key[1] < before]:
            del self.tables["notice_rounds"][key]
