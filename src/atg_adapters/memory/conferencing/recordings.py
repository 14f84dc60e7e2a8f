"""Recordings of lessons in memory."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.conferencing.pool import lesson_of
from atg_adapters.memory.database import MemoryDatabase
from atg_core.conferencing.model import Recording
from atg_core.conferencing.ports import LessonNotFound


class MemoryRecordings:
    """`Recordings` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add_external(self, lesson_id: int, teacher_id: UUID | None, url: str, now: datetime) -> Recording:
        if teacher_id not in {None, lesson_of(self.database, lesson_id).teacher_id}:
            raise LessonNotFound
        return self._add(lesson_id, now, url=url)

    async def add_copy(self, lesson_id: int, storage_key: str, duration_seconds: int | None, now: datetime) -> bool:
        if any(self.database.rows("lesson_recordings", storage_key=storage_key)):
            return False
        self._add(lesson_id, now, storage_key=storage_key, duration_seconds=duration_seconds)
        return True

    async def copied(self, storage_keys: Collection[str]) -> set[str]:
        return {row["storage_key"] for row in self.database.rows("lesson_recordings")} & set(storage_keys)

    def _add(self, lesson_id: int, now: datetime, **values: Any) -> Recording:
        empty = {"url": None, "storage_key": None, "duration_seconds": None}
        row = {**empty, **values, "lesson_id": lesson_id, "created_at": now}
        return convert(
            self.database.tables["lesson_recordings"][self.database.insert("lesson_recordings", row)], Recording
        )
