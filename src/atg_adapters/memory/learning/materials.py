"""Positions in files of programs, in memory."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.learning.materials import File, FilePosition, Viewing


class MemoryMaterials:
    """`MaterialStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def files(self, program_id: int, key: str) -> list[File]:
        topics = {row["id"] for row in self._topics(program_id)}
        rows = self.database.rows("topic_files", minio_object_name=key, is_active=True)
        return convert([row for row in rows if row["topic_id"] in topics], list[File])

    async def topics(self, user_id: UUID, program_id: int, key: str) -> list[tuple[int, bool]]:
        done = {row["topic_id"] for row in self.database.rows("user_topic_progress", user_id=user_id, completed=True)}
        found = [row["id"] for row in self._topics(program_id) if (row["topic_key"] or row["code"]) == key]
        return [(topic, topic in done) for topic in found]

    def _topics(self, program_id: int) -> list[Row]:
        """The active topics in order."""
        if not self.tables["course_programs"].get(program_id, {}).get("is_active"):
            return []
        lessons = self._ordered("lessons", course_program_id=program_id)
        return [row for lesson in lessons for row in self._ordered("topics", lesson_id=lesson["id"])]

    def _ordered(self, table: str, **values: int) -> list[Row]:
        rows = self.database.rows(table, **values, is_active=True)
        return sorted(rows, key=lambda row: (row["order_index"], row["id"]))

    async def view(self, user_id: UUID, ids: Sequence[tuple[UUID, int]], viewing: Viewing, now: datetime) -> None:
        for new_id, file_id in ids:
            key = {"user_id": user_id, "topic_file_id": file_id}
            former = next(self.database.rows("user_material_progress", **key), None)
            stored = former or {
                "id": new_id,
                **key,
                "position_seconds": 0,
                "duration_seconds": None,
                "progress_percent": 0,
                "is_completed": False,
                "completed_at": None,
            }
            if viewing.position_seconds is not None:
                stored = {
                    **stored,
                    "position_seconds": viewing.position_seconds,
                    "duration_seconds": viewing.duration_seconds or stored["duration_seconds"],
                    "progress_percent": viewing.progress_percent,
                }
            self.tables["user_material_progress"][stored["id"]] = {
                **stored,
                "material_type": viewing.material_type,
                "is_completed": stored["is_completed"] or viewing.is_completed,
                "completed_at": stored["completed_at"] or (now if viewing.is_completed else None),
                "last_viewed_at": now,
            }

    async def completed_topics(self, user_id: UUID, topic_ids: Collection[int]) -> set[int]:
        rows = self.database.rows("user_material_progress", user_id=user_id, is_completed=True)
        completed = {row["topic_file_id"] for row in rows}
        return {
            topic
            for topic in topic_ids
            if all(row["id"] in completed for row in self.database.rows("topic_files", topic_id=topic, is_active=True))
        }


class MemoryMaterialQueries:
    """`MaterialQueries`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def positions(
        self, user_id: UUID, keys: Collection[str], program_id: int | None = None
    ) -> list[FilePosition]:
        rows = sorted(self.database.rows("user_material_progress", user_id=user_id), key=lambda row: row["id"])
        found = [self._position(row) for row in rows]
        wanted = [each for each in found if each.material_key in keys and program_id in {None, each.course_program_id}]
        return sorted(wanted, key=lambda each: each.last_viewed_at, reverse=True)

    def _position(self, row: Row) -> FilePosition:
        file = self.tables["topic_files"][row["topic_file_id"]]
        lesson = self.tables["lessons"][self.tables["topics"][file["topic_id"]]["lesson_id"]]
        place = {
            "material_key": file["minio_object_name"],
            "topic_id": file["topic_id"],
            "lesson_id": lesson["id"],
            "course_program_id": lesson["course_program_id"],
        }
        return convert({**row, **place}, FilePosition)
