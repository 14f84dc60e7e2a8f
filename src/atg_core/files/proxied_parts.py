"""Multipart uploads whose parts are sent through this service, as the newest frontend sends large files."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from atg_core.errors import Invalid
from atg_core.files.model import Principal, StoredObject, Upload, UploadPart
from atg_core.files.ports import ObjectStore, UploadNotFound, UploadStore
from atg_core.files.upload_quota import ReserveUpload, UploadSpec
from atg_core.files.uploads import MAX_PARTS, MULTIPART_LIFETIME, PART_BYTES, MultipartUpload
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxiedParts:
    """Nobody announces the size of the file: each part counts against the quota before any of it is read.

    A part that is sent again counts again until the upload is completed, when what is stored counts instead.
    """

    multipart_upload: MultipartUpload
    reserve_upload: ReserveUpload
    object_store: ObjectStore
    open: UnitOfWork[UploadStore]

    async def begin(self, principal: Principal, key: str, content_type: str | None) -> Upload:
        """Raises what ReserveUpload raises."""
        spec = UploadSpec(key=key, content_type=content_type, size=0)
        media_type = self.reserve_upload.checked_type(principal, spec)
        store_id = await self.object_store.begin_multipart(key, content_type=media_type)
        try:
            return await self.reserve_upload(principal, spec, lifetime=MULTIPART_LIFETIME, store_id=store_id)
        except BaseException:
            await self.object_store.abort_multipart(key, store_id)
            raise

    async def put(
        self,
        principal: Principal,
        upload_id: UUID,
        key: str,
        number: int,
        chunks: AsyncIterator[bytes],
        *,
        length: int | None,
    ) -> str:
        """Stores a part of at most 16 MiB; returns its ETag. `length`: of the request, which its part does not exceed.

        Raises Invalid, UploadNotFound, FileTooLarge, QuotaExceeded.
        """
        if not 1 <= number <= MAX_PARTS:
            raise Invalid(
                "must be between {low} and {high}", field="partNumber", code="out_of_range", low=1, high=MAX_PARTS
            )
        upload, store_id = await self._own(principal, upload_id, key)
        most = PART_BYTES if length is None else min(length, PART_BYTES)
        received = 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal received
            async for chunk in chunks:
                received += len(chunk)
                yield chunk

        await self._add_bytes(upload, most)
        try:
            etag = await self.object_store.put_part(key, store_id, number, counted(), max_bytes=most)
        except BaseException:
            received = 0
            raise
        finally:
            with suppress(UploadNotFound):  # completed or given up meanwhile, by another request
                await self._add_bytes(upload, received - most)
        return etag

    async def complete(
        self, principal: Principal, upload_id: UUID, key: str, parts: Sequence[UploadPart]
    ) -> StoredObject:
        """Parts in any order. Raises UploadNotFound, WrongParts, FileTooLarge."""
        await self._own(principal, upload_id, key)
        in_order = sorted(parts, key=lambda part: part.number)
        return await self.multipart_upload.complete(principal, upload_id, in_order)

    async def abort(self, principal: Principal, upload_id: UUID, key: str) -> None:
        """Raises UploadNotFound."""
        await self._own(principal, upload_id, key)
        await self.multipart_upload.abort(principal, upload_id)

    async def _own(self, principal: Principal, upload_id: UUID, key: str) -> tuple[Upload, str]:
        upload, store_id = await self.multipart_upload.own(principal, upload_id)
        if upload.key != key:
            raise UploadNotFound
        return upload, store_id

    async def _add_bytes(self, upload: Upload, more: int) -> None:
        async with self.open() as uploads:
            await uploads.add_bytes(upload, more, quota_bytes=self.reserve_upload.upload_limits.quota_bytes)
