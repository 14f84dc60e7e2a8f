"""Uploads and their quotas, in memory."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, date, datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.files.file_records import is_referenced
from atg_core.files.model import Upload, UploadState
from atg_core.files.ports import QuotaExceeded, UploadNotFound


class MemoryUploads:
    """`UploadStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    def _since(self, user_id: UUID, since: datetime) -> list[Row]:
        return [row for row in self.database.rows("file_uploads", user_id=user_id) if row["created_at"] > since]

    async def reserve(self, upload: Upload, *, quota_bytes: int) -> None:
        row = asdict(upload)
        if self._counted(row) + upload.size > quota_bytes:
            raise QuotaExceeded
        self._add(row, upload.size)
        self.database.insert("file_uploads", row)

    def _counted(self, upload: Row) -> int:
        found: Row = self.database.tables["upload_quotas"].get(_day_of(upload), {"bytes": 0})
        return int(found["bytes"])

    def _add(self, upload: Row, more: int) -> None:
        user_id, day = _day_of(upload)
        counter = {"user_id": user_id, "day": day, "bytes": self._counted(upload) + more}
        self.database.tables["upload_quotas"][user_id, day] = counter

    async def pending(self, user_id: UUID, since: datetime, now: datetime) -> list[Upload]:
        found = sorted(self._since(user_id, since), key=lambda row: row["created_at"], reverse=True)
        presigned = [row for row in found if row["store_id"] is None and row["expires_at"] > row["created_at"]]
        pending = [row for row in presigned if row["state"] == UploadState.SIGNED or row["expires_at"] > now]
        return convert(pending[:50], list[Upload])

    async def find(self, upload_id: UUID) -> Upload:
        row = self.database.tables["file_uploads"].get(upload_id)
        if row is None:
            raise UploadNotFound
        return convert(row, Upload)

    async def add_bytes(self, upload: Upload, more: int, *, quota_bytes: int) -> None:
        row = self.database.tables["file_uploads"].get(upload.id)
        if row is None or row["state"] != UploadState.SIGNED:
            raise UploadNotFound
        if more > 0 and self._counted(row) + more > quota_bytes:
            raise QuotaExceeded
        self._add(row, more)
        self.database.update("file_uploads", upload.id, size=row["size"] + more)

    async def settle(self, upload_id: UUID, size: int, state: UploadState) -> None:
        row = self.database.tables["file_uploads"].get(upload_id)
        if row is not None:
            self._add(row, size - row["size"])
            self.database.update("file_uploads", upload_id, state=state, size=size)

    async def delete(self, upload_ids: Collection[UUID]) -> None:
        for upload_id in upload_ids:
            row = self.database.tables["file_uploads"].get(upload_id)
            if row is not None and row["state"] == UploadState.SIGNED:
                self._add(row, -row["size"])
            self.database.delete("file_uploads", id=upload_id)

    async def forget_counters(self, before: date) -> None:
        counters = self.database.tables["upload_quotas"]
        for key in [key for key in counters if key[1] < before]:
            del counters[key]

    async def stale(self, before: datetime, limit: int) -> list[Upload]:
        rows = [row for row in self.database.tables["file_uploads"].values() if row["created_at"] <= before]
        return [
            convert(row, Upload)
            for row in rows
            if (row["state"] == UploadState.SIGNED and row["expires_at"] <= before)
            or (row["key"].startswith("incoming/") and not is_referenced(self.database, row["key"]))
        ][:limit]


def _day_of(upload: Row) -> tuple[UUID, date]:
    """The key of the counter."""
    return upload["user_id"], upload["created_at"].astimezone(UTC).date()
