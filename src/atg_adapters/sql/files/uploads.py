"""Uploads and their quotas, on SQL."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import fields_of
from atg_adapters.sql.files.file_records import referenced
from atg_adapters.sql.tables.files import file_uploads, upload_quotas
from atg_adapters.sql.types import UtcDateTime
from atg_core.files.model import Upload, UploadState
from atg_core.files.ports import QuotaExceeded, UploadNotFound

_id: sa.BindParameter[UUID] = sa.bindparam("id_")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)
_day = sa.bindparam("day_", type_=sa.Date)
_bytes = sa.bindparam("bytes_", type_=sa.BigInteger)
_more = sa.bindparam("more", type_=sa.BigInteger)
_quota = sa.bindparam("quota", type_=sa.BigInteger)
_since: sa.BindParameter[datetime] = sa.bindparam("since", type_=UtcDateTime)
_uploads = file_uploads.c

_quotas = upload_quotas.c
_COUNT = insert(upload_quotas).values(user_id=_user, day=_day, bytes=_bytes)
# One statement decides, however many uploads begin at once.
_RESERVE = _COUNT.on_conflict_do_update(
    index_elements=["user_id", "day"],
    set_={"bytes": _quotas.bytes + _COUNT.excluded.bytes},
    where=_quotas.bytes + _COUNT.excluded.bytes <= _quota,
).returning(_quotas.bytes)
_ADD = sa.update(upload_quotas).where(_quotas.user_id == _user, _quotas.day == _day).values(bytes=_quotas.bytes + _more)
_GROW = (
    sa.update(file_uploads)
    .where(_uploads.id == _id, _uploads.state == UploadState.SIGNED)
    .values(size=_uploads.size + _more)
    .returning(_uploads.id)
)
_ADD_WITHIN = _ADD.where((_more <= 0) | (_quotas.bytes + _more <= _quota)).returning(_quotas.bytes)
_PENDING = (
    sa.select(file_uploads)
    .where(_uploads.user_id == _user, _uploads.created_at > _since, _uploads.expires_at > _uploads.created_at)
    .where((_uploads.state == UploadState.SIGNED) | (_uploads.expires_at > _now), _uploads.store_id.is_(None))
    .order_by(_uploads.created_at.desc())
    .limit(50)
)
_FIND = sa.select(file_uploads).where(_uploads.id == _id)
_LOCK = _FIND.with_for_update()
_SETTLE = sa.update(file_uploads).where(_uploads.id == _id)
_DELETE = (
    sa.delete(file_uploads)
    .where(_uploads.id == _id)
    .returning(_uploads.user_id, _uploads.created_at, _uploads.size, _uploads.state)
)
_STALE = (
    sa.select(file_uploads)
    .where(_uploads.created_at <= _since)
    .where(
        ((_uploads.state == UploadState.SIGNED) & (_uploads.expires_at <= _since))
        | (_uploads.key.startswith("incoming/") & ~referenced(_uploads.key))
    )
    .limit(sa.bindparam("most"))
)


class SqlUploads:
    """`UploadStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def reserve(self, upload: Upload, *, quota_bytes: int) -> None:
        if upload.size > quota_bytes:
            raise QuotaExceeded
        key = {"user": upload.user_id, "day_": upload.created_at.astimezone(UTC).date()}
        counted = await self.connection.scalar(_RESERVE, {**key, "bytes_": upload.size, "quota": quota_bytes})
        if counted is None:
            raise QuotaExceeded
        await self.connection.execute(sa.insert(file_uploads), asdict(upload))

    async def pending(self, user_id: UUID, since: datetime, now: datetime) -> list[Upload]:
        rows = await self.connection.execute(_PENDING, {"user": user_id, "since": since, "now": now})
        return [convert(fields_of(row), Upload) for row in rows]

    async def find(self, upload_id: UUID) -> Upload:
        row = (await self.connection.execute(_FIND, {"id_": upload_id})).first()
        if row is None:
            raise UploadNotFound
        return convert(fields_of(row), Upload)

    async def add_bytes(self, upload: Upload, more: int, *, quota_bytes: int) -> None:
        if await self.connection.scalar(_GROW, {"id_": upload.id, "more": more}) is None:
            raise UploadNotFound
        key = {"user": upload.user_id, "day_": upload.created_at.astimezone(UTC).date()}
        if await self.connection.scalar(_ADD_WITHIN, {**key, "more": more, "quota": quota_bytes}) is None:
            raise QuotaExceeded

    async def settle(self, upload_id: UUID, size: int, state: UploadState) -> None:
        row = (await self.connection.execute(_LOCK, {"id_": upload_id})).first()
        if row is not None:
            await self.connection.execute(_SETTLE.values(state=state, size=size), {"id_": upload_id})
            await self._add(row, size - row.size)

    async def delete(self, upload_ids: Collection[UUID]) -> None:
        for upload_id in sorted(upload_ids):
            row = (await self.connection.execute(_DELETE, {"id_": upload_id})).first()
            if row is not None and row.state == UploadState.SIGNED:
                await self._add(row, -row.size)

    async def _add(self, row: Any, more: int) -> None:
        """Corrects the counter of the day on which the upload was reserved."""
        if more:
            key = {"user": row.user_id, "day_": row.created_at.astimezone(UTC).date()}
            await self.connection.execute(_ADD, {**key, "more": more})

    async def forget_counters(self, before: date) -> None:
        await self.connection.execute(sa.delete(upload_quotas).where(_quotas.day < before))

    async def stale(self, before: datetime, limit: int) -> list[Upload]:
        rows = await self.connection.execute(_STALE, {"since": before, "most": limit})
        return [convert(fields_of(row), Upload) for row in rows]
