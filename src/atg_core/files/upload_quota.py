"""Reservations of uploads in the quotas of their users."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.files.keys import checked_key
from atg_core.files.media import checked_media_type, media_type_of, require_uploadable
from atg_core.files.model import Principal, StoredObject, Upload, UploadState
from atg_core.files.permissions import require_may_upload
from atg_core.files.ports import ObjectStore, UploadStore
from atg_core.ids import NewId
from atg_core.unit_of_work import UnitOfWork

QUOTA_PERIOD = timedelta(days=1)
LATE_ARRIVAL = timedelta(minutes=15)
"""How long after the expiry of a presigned request its upload may still end, so that its bytes stay reserved."""
_CLOCK_SKEW = timedelta(seconds=5)


class SizeNotAllowed(Invalid):
    """A file of this size can not be uploaded"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """`types`: as for `require_uploadable`; `max_bytes`: of a file; `quota_bytes`: of a user in a day."""

    types: tuple[str, ...]
    max_bytes: int
    quota_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSpec:
    """What a client asks to upload; `size` in bytes, if known."""

    key: str
    content_type: str | None
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveUpload:
    """Validates an upload and reserves its size, or the most that is allowed, in the quota of the day (in UTC).

    What is stored then counts instead, and what never arrived is given back.

    Raises InvalidKey, Forbidden, TypeNotAllowed, SizeNotAllowed, QuotaExceeded.
    """

    object_store: ObjectStore
    open: UnitOfWork[UploadStore]
    upload_limits: UploadLimits
    clock: Clock
    new_id: NewId

    async def __call__(
        self, principal: Principal, spec: UploadSpec, *, lifetime: timedelta, store_id: str | None = None
    ) -> Upload:
        now = self.clock()
        upload = Upload(
            id=self.new_id(),
            key=spec.key,
            user_id=principal.id,
            size=self.upload_limits.max_bytes if spec.size is None else spec.size,
            content_type=self.checked_type(principal, spec),
            state=UploadState.SIGNED,
            created_at=now,
            expires_at=now + lifetime,
            store_id=store_id,
        )
        await self._settle_presigned(principal.id, now)
        await self._reserve(upload)
        return upload

    async def arriving(self, user_id: UUID, key: str, content_type: str, *, length: int | None) -> Upload:
        """Reserves for a file that comes to this service, of at most `length` bytes. Raises QuotaExceeded."""
        now, most = self.clock(), self.upload_limits.max_bytes
        upload = Upload(
            id=self.new_id(),
            key=key,
            user_id=user_id,
            size=most if length is None else min(length, most),
            content_type=content_type,
            state=UploadState.SIGNED,
            created_at=now,
            expires_at=now,
        )
        await self._settle_presigned(user_id, now)
        await self._reserve(upload)
        return upload

    async def _reserve(self, upload: Upload) -> None:
        async with self.open() as uploads:
            await uploads.reserve(upload, quota_bytes=self.upload_limits.quota_bytes)

    async def store(self, upload: Upload, chunks: AsyncIterator[bytes]) -> StoredObject:
        """Stores what arrives for a reservation, and settles it. Raises FileTooLarge, KeyBlocked."""
        try:
            stored = await self.object_store.put(
                upload.key, chunks, content_type=upload.content_type, max_bytes=upload.size
            )
        except BaseException:
            async with self.open() as uploads:
                await uploads.delete([upload.id])
            raise
        async with self.open() as uploads:
            await uploads.settle(upload.id, stored.size, UploadState.STORED)
        return stored

    def checked_type(self, principal: Principal, spec: UploadSpec) -> str:
        """Validates an upload; returns its media type."""
        require_may_upload(principal, checked_key(spec.key))
        self.object_store.require_storable(spec.key)
        media_type = spec.content_type or media_type_of(spec.key)
        checked_media_type(media_type, field="contentType")
        require_uploadable(media_type, self.upload_limits.types, field="contentType")
        if spec.size is not None and not 0 <= spec.size <= self.upload_limits.max_bytes:
            raise SizeNotAllowed(field="size")
        return media_type

    async def _settle_presigned(self, user_id: UUID, now: datetime) -> None:
        """What the store has of presigned requests counts, also if it changes until they expire.

        What did not arrive in time is given back.
        """
        async with self.open() as uploads:
            pending = await uploads.pending(user_id, now - QUOTA_PERIOD, now)
        for upload in pending:
            found = await self.object_store.find(upload.key)
            after = (upload.size, upload.state)
            if found and found.last_modified >= upload.created_at - _CLOCK_SKEW:
                after = (found.size, UploadState.STORED)
            elif upload.state is UploadState.SIGNED and upload.expires_at + LATE_ARRIVAL <= now:
                after = (0, UploadState.SIGNED)
            if after != (upload.size, upload.state):
                async with self.open() as uploads:
                    await uploads.settle(upload.id, *after)
