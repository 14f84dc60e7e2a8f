"""Uploads, and what records say of keys, in memory."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.files.model import Upload, UploadState
from atg_core.files.ports import QuotaExceeded, UploadNotFound


class MemoryUploads:
    """`UploadStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    def _since(self, user_id: UUID, since: datetime) -> list[Row]:
        return [row for row in self.database.rows("file_uploads", user_id=user_id) if row["created_at"] > since]

    async def reserve(self, upload: Upload, *, quota_bytes: int, since: datetime) -> None:
        used = sum(row["size"] for row in self._since(upload.user_id, since))
        if used + upload.size > quota_bytes:
            raise QuotaExceeded
        self.database.insert("file_uploads", asdict(upload))

    async def unsettled(self, user_id: UUID, since: datetime) -> list[Upload]:
        found = sorted(self._since(user_id, since), key=lambda row: row["created_at"], reverse=True)
        return [
            convert(row, Upload) for row in found if row["state"] == UploadState.SIGNED and row["store_id"] is None
        ][:50]

    async def find(self, upload_id: UUID) -> Upload:
        row = self.database.tables["file_uploads"].get(upload_id)
        if row is None:
            raise UploadNotFound
        return convert(row, Upload)

    async def settle(self, upload_id: UUID, size: int) -> None:
        if upload_id in self.database.tables["file_uploads"]:
            self.database.update("file_uploads", upload_id, state=UploadState.STORED, size=size)

    async def forget(self, upload_ids: Collection[UUID]) -> None:
        for upload_id in upload_ids:
            self.database.delete("file_uploads", id=upload_id)

    async def forgettable(self, before: datetime, limit: int) -> list[Upload]:
        rows = [row for row in self.database.tables["file_uploads"].values() if row["created_at"] <= before]
        return [
            convert(row, Upload)
            for row in rows
            if (row["state"] == UploadState.SIGNED and row["expires_at"] <= before)
            or (row["key"].startswith("incoming/") and not _is_named(self.database, row["key"]))
        ][:limit]


class MemoryFileRecords:
    """`FileRecords`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def uploaders(self, keys: Collection[str]) -> dict[str, UUID]:
        rows = sorted(self.database.tables["file_uploads"].values(), key=lambda row: row["created_at"])
        return {row["key"]: row["user_id"] for row in rows if row["key"] in keys}

    async def is_named(self, key: str) -> bool:
        return _is_named(self.database, key)

    async def closed_to(self, user_id: UUID, keys: Collection[str]) -> set[str]:
        tables = self.database.tables
        enrolled = {row["course_id"] for row in self.database.rows("user_courses", user_id=user_id)}
        stations = {tables["courses"][course_id]["station_id"] for course_id in enrolled}
        named, open_ = set(), set()
        for file in tables["topic_files"].values():
            if (key := file["minio_object_name"]) in keys:
                lesson = tables["lessons"][tables["topics"][file["topic_id"]]["lesson_id"]]
                named.add(key)
                if tables["course_programs"][lesson["course_program_id"]]["station_id"] in stations:
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


def _is_named(database: MemoryDatabase, key: str) -> bool:
    naming = {
        "topic_files": "minio_object_name",
        "station_documents": "file_url",
        "station_promo_videos": "object_key",
        "lesson_recordings": "storage_key",
    }
    return any(True for table, column in naming.items() for _ in database.rows(table, **{column: key}))
