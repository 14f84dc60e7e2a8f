"""Queries of what other records say about object keys, in memory."""

from collections.abc import Collection
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.shown_programs import shows

_REFERRING = (
    ("topic_files", "minio_object_name"),
    ("station_documents", "file_url"),
    ("station_promo_videos", "object_key"),
    ("lesson_recordings", "storage_key"),
    ("shop_lessons", "video_path"),
    ("homework_files", "object_key"),
)
_NAMING = (
    *_REFERRING,
    ("topic_files", "file_url"),
    ("stations", "image"),
    ("stations", "tech_map_image"),
    ("station_photos", "image_url"),
)


class MemoryFileRecords:
    """`FileRecords`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def uploaders(self, keys: Collection[str]) -> dict[str, UUID]:
        rows = sorted(self.database.tables["file_uploads"].values(), key=lambda row: row["created_at"])
        return {row["key"]: row["user_id"] for row in rows if row["key"] in keys}

    async def is_referenced(self, key: str) -> bool:
        return is_referenced(self.database, key)

    async def named_keys(self, keys: Collection[str]) -> set[str]:
        values = {str(row[column]) for table, column in _NAMING for row in self.database.tables[table].values()}
        return {key for key in keys if key in values or f"/{key}" in values}

    async def not_enrolled_for(self, user_id: UUID, keys: Collection[str]) -> set[str]:
        tables = self.database.tables
        enrolled = {row["course_id"] for row in self.database.rows("user_courses", user_id=user_id)}
        named, open_ = set(), set()
        for file in tables["topic_files"].values():
            if (key := file["minio_object_name"]) in keys:
                lesson = tables["lessons"][tables["topics"][file["topic_id"]]["lesson_id"]]
                named.add(key)
                program = tables["course_programs"][lesson["course_program_id"]]
                if any(shows(tables["courses"][course_id], program) for course_id in enrolled):
                    open_.add(key)
        return named - open_

    async def recordings_for(self, user_id: UUID, keys: Collection[str]) -> set[str]:
        lessons, groups = self.database.tables["scheduled_lessons"], self._groups_of(user_id)
        found = set()
        for row in self.database.tables["lesson_recordings"].values():
            lesson = lessons[row["lesson_id"]]
            if row["storage_key"] in keys and (lesson["teacher_id"] == user_id or lesson["group_id"] in groups):
                found.add(row["storage_key"])
        return found

    async def teachers_of(self, student_id: UUID, among: Collection[UUID]) -> set[UUID]:
        groups = self.database.tables["study_groups"]
        return {groups[group_id]["teacher_id"] for group_id in self._groups_of(student_id)} & set(among)

    def _groups_of(self, student_id: UUID) -> set[int]:
        return {row["group_id"] for row in self.database.rows("group_students", student_id=student_id)}


def is_referenced(database: MemoryDatabase, key: str) -> bool:
    """Whether a record refers to the key."""
    return any(True for table, column in _REFERRING for _ in database.rows(table, **{column: key}))
