"""Single lessons in memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.schedule.ownership import MemoryGroupOwnership
from atg_core.schedule.model import Lesson, LessonStatus
from atg_core.schedule.ports import (
    LessonHasRecords,
    LessonLive,
    LessonNotFound,
    LessonOverlap,
    LessonStarted,
)

NEW_LESSON = {
    "status": LessonStatus.PLANNED,
    "zoom_start_url": None,
    "zoom_join_url": None,
    "recurring_lesson_id": None,
    "occurrence_date": None,
    "revision": 0,
}
_OVERLAPS_BY = {"start_time", "end_time", "group_id", "status"}
_HELD = ("lesson_recordings", "attendance")


class MemoryLessons(MemoryGroupOwnership):
    """`Lessons` within a transaction."""

    async def add_lesson(self, values: Mapping[str, Any], *, allow_overlap: bool, now: datetime) -> Lesson:
        if not allow_overlap:
            self._require_free(None, values)
        stored = {**NEW_LESSON, **values, "allow_overlap": allow_overlap, "created_at": now, "updated_at": now}
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
        if values.keys() & {*_OVERLAPS_BY, "link"} and is_being_started(self.database, lesson_id):
            raise LessonStarted
        if values.keys() & _OVERLAPS_BY:
            changed["allow_overlap"] = allow_overlap
            if not allow_overlap:
                self._require_free(lesson_id, {**row, **values})
        self.database.update("scheduled_lessons", lesson_id, **changed, revision=row["revision"] + 1, updated_at=now)
        return await self.lesson(lesson_id, None)

    async def delete_lesson(self, lesson_id: int) -> None:
        if is_being_started(self.database, lesson_id):
            raise LessonLive
        if is_held(self.database, lesson_id):
            raise LessonHasRecords
        for table in ("conference_leases", "conference_refusals", "attendance_changes"):
            self.database.delete(table, lesson_id=lesson_id)
        for homework in list(self.database.rows("homework", lesson_id=lesson_id)):
            self.database.update("homework", homework["id"], lesson_id=None)
        self.database.delete("scheduled_lessons", id=lesson_id)


def is_held(database: MemoryDatabase, lesson_id: int) -> bool:
    """Whether records of the lesson keep it from being deleted."""
    return any(True for table in _HELD for _ in database.rows(table, lesson_id=lesson_id))


def is_being_started(database: MemoryDatabase, lesson_id: int) -> bool:
    return any(database.rows("conference_leases", lesson_id=lesson_id, ended_at=None))
