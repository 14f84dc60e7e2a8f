"""Uploads with quotas: presigned requests, multipart uploads, and files sent through this service."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.files.model import Principal, SignedRequest, StoredObject, Upload, UploadPart, UploadState
from atg_core.files.ports import FileTooLarge, ObjectStore, SelfServedStore, UploadNotFound, UploadStore
from atg_core.files.upload_quota import QUOTA_PERIOD, ReserveUpload, SizeNotAllowed, UploadSpec
from atg_core.unit_of_work import UnitOfWork

MULTIPART_LIFETIME = timedelta(days=1)
PART_BYTES = 16 * 1024 * 1024
MAX_PARTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpload:
    """A presigned request to the store itself; `form`: a form whose limits the store enforces.

    Without a size the most that is allowed is reserved; if this service serves the URL, nothing is before it arrives.
    """

    reserve_upload: ReserveUpload
    object_store: ObjectStore
    self_served_store: SelfServedStore | None

    async def __call__(self, principal: Principal, spec: UploadSpec, *, seconds: int, form: bool) -> SignedRequest:
        if spec.size is None and self.self_served_store is not None:
            return self._unsized(self.self_served_store, principal, spec, seconds=seconds, form=form)
        upload = await self.reserve_upload(principal, spec, lifetime=timedelta(seconds=seconds))
        sign = self.object_store.sign_form if form else self.object_store.sign_put
        return sign(
            upload.key,
            content_type=upload.content_type,
            max_bytes=upload.size,
            now=upload.created_at,
            seconds=seconds,
        )

    def _unsized(
        self, store: SelfServedStore, principal: Principal, spec: UploadSpec, *, seconds: int, form: bool
    ) -> SignedRequest:
        sign = store.sign_form if form else store.sign_put
        return sign(
            spec.key,
            content_type=self.reserve_upload.checked_type(principal, spec),
            max_bytes=self.reserve_upload.upload_limits.max_bytes,
            now=self.reserve_upload.clock(),
            seconds=seconds,
            uploader=principal.id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipartUpload:
    """Multipart uploads of large files; a part may be sent again."""

    reserve_upload: ReserveUpload
    object_store: ObjectStore
    open: UnitOfWork[UploadStore]

    async def begin(
        self, principal: Principal, spec: UploadSpec, *, seconds: int
    ) -> tuple[Upload, list[SignedRequest]]:
        """A presigned request for each part of `part_bytes(size)`. Raises SizeNotAllowed without a size."""
        if not spec.size:
            raise SizeNotAllowed("is needed for an upload in parts", field="size", code="required")
        media_type = self.reserve_upload.checked_type(principal, spec)
        store_id = await self.object_store.begin_multipart(spec.key, content_type=media_type)
        try:
            upload = await self.reserve_upload(principal, spec, lifetime=MULTIPART_LIFETIME, store_id=store_id)
        except BaseException:
            await self.object_store.abort_multipart(spec.key, store_id)
            raise
        sign, whole = self.object_store.sign_part, part_bytes(spec.size)
        sizes = [min(whole, spec.size - start) for start in range(0, spec.size, whole)]
        return upload, [
            sign(spec.key, store_id, number, max_bytes=size, now=upload.created_at, seconds=seconds)
            for number, size in enumerate(sizes, 1)
        ]

    async def complete(self, principal: Principal, upload_id: UUID, parts: Sequence[UploadPart]) -> StoredObject:
        """Raises UploadNotFound, also for another user's; WrongParts; FileTooLarge if larger than announced."""
        upload, store_id = await self.own(principal, upload_id)
        most = min(upload.size, self.reserve_upload.upload_limits.max_bytes)
        try:
            stored = await self.object_store.complete_multipart(
                upload.key, store_id, parts, content_type=upload.content_type, max_bytes=most
            )
        except FileTooLarge:  # the store has deleted the parts
            async with self.open() as uploads:
                await uploads.delete([upload_id])
            raise
        async with self.open() as uploads:
            await uploads.settle(upload_id, stored.size, UploadState.STORED)
        return stored

    async def abort(self, principal: Principal, upload_id: UUID) -> None:
        """Raises UploadNotFound."""
        upload, store_id = await self.own(principal, upload_id)
        await self.object_store.abort_multipart(upload.key, store_id)
        async with self.open() as uploads:
            await uploads.delete([upload_id])

    async def own(self, principal: Principal, upload_id: UUID) -> tuple[Upload, str]:
        """An unfinished upload and its id in the store. Raises UploadNotFound, also for another user's."""
        async with self.open() as uploads:
            upload = await uploads.find(upload_id)
        if upload.store_id is None or upload.state is not UploadState.SIGNED:
            raise UploadNotFound
        if upload.user_id != principal.id and not principal.admin:
            raise UploadNotFound
        return upload, upload.store_id


def part_bytes(size: int) -> int:
    """The size of each part but the last: 16 MiB, or more where there would be over 10,000 parts."""
    return max(PART_BYTES, -(-size // MAX_PARTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFile:
    """Stores a file sent through this service. Raises what ReserveUpload raises, FileTooLarge, KeyBlocked."""

    reserve_upload: ReserveUpload

    async def __call__(
        self, principal: Principal, spec: UploadSpec, chunks: AsyncIterator[bytes], *, length: int | None
    ) -> StoredObject:
        """`length`: of the request, which is not exceeded by its file."""
        media_type = self.reserve_upload.checked_type(principal, spec)
        upload = await self.reserve_upload.arriving(principal.id, spec.key, media_type, length=length)
        return await self.reserve_upload.store(upload, chunks)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUploads:
    """Deletes stale uploads: those that never arrived, and unreferenced objects under `incoming/`."""

    object_store: ObjectStore
    open: UnitOfWork[UploadStore]
    clock: Clock

    async def __call__(self) -> int:
        """Returns the number of deleted uploads."""
        before = self.clock() - QUOTA_PERIOD
        await self.object_store.abort_multiparts_before(before)
        deleted = 0
        while True:
            async with self.open() as uploads:
                some = await uploads.stale(before, limit=500)
            for upload in some:
                await self._remove(upload, before)
            async with self.open() as uploads:
                await uploads.delete([upload.id for upload in some])
            deleted += len(some)
            if not some:
                break
        async with self.open() as uploads:
            await uploads.forget_counters(before.date())
        return deleted

    async def _remove(self, upload: Upload, before: datetime) -> None:
        if not upload.key.startswith("incoming/"):
            return
        found = await self.object_store.find(upload.key)
        if found and found.last_modified <= before:
            await self.object_store.delete(upload.key)
