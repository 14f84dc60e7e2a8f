"""Uploading: signed requests that go to the store itself, parts, and files sent through this service."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.files.keys import checked_key
from atg_core.files.media import checked_media_type, media_type_of, require_uploadable
from atg_core.files.model import Part, SignedRequest, StoredObject, Upload, UploadState, Visitor
from atg_core.files.ports import ObjectStore, UploadNotFound, UploadStore
from atg_core.files.rights import require_may_upload
from atg_core.ids import NewId
from atg_core.opening import Open

QUOTA_PERIOD = timedelta(days=1)
PARTS_LIVE = timedelta(days=1)
_CLOCKS_DIFFER_BY = timedelta(seconds=5)
PART_BYTES = 16 * 1024 * 1024
MOST_PARTS = 10_000


class SizeNotAllowed(Invalid):
    """A file of this size can not be uploaded"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """`types`: as `require_uploadable` takes them; bytes a file, and bytes a user and day."""

    types: tuple[str, ...]
    most_bytes: int
    quota_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to upload; `size` in bytes, if it is known."""

    key: str
    content_type: str | None
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveUpload:
    """Checks a wish and writes it down against the day's quota.

    Raises InvalidKey, Forbidden, TypeNotAllowed, SizeNotAllowed, QuotaExceeded.
    """

    store: ObjectStore
    open: Open[UploadStore]
    limits: UploadLimits
    clock: Clock
    new_id: NewId

    async def __call__(
        self, visitor: Visitor, wanted: Wanted, *, lives: timedelta, store_id: str | None = None
    ) -> Upload:
        now = self.clock()
        upload = Upload(
            id=self.new_id(),
            key=wanted.key,
            user_id=visitor.id,
            size=wanted.size or 0,
            content_type=self.checked_type(visitor, wanted),
            state=UploadState.SIGNED,
            created_at=now,
            expires_at=now + lives,
            store_id=store_id,
        )
        await self._settle_earlier(visitor.id, now)
        async with self.open() as uploads:
            await uploads.reserve(upload, quota_bytes=self.limits.quota_bytes, since=now - QUOTA_PERIOD)
        return upload

    def checked_type(self, visitor: Visitor, wanted: Wanted) -> str:
        """The media type of what may be uploaded as it is wanted."""
        require_may_upload(visitor, checked_key(wanted.key))
        media_type = wanted.content_type or media_type_of(wanted.key)
        checked_media_type(media_type, field="contentType")
        require_uploadable(media_type, self.limits.types, field="contentType")
        if wanted.size is not None and not 0 <= wanted.size <= self.limits.most_bytes:
            raise SizeNotAllowed(field="size")
        return media_type

    async def _settle_earlier(self, user_id: UUID, now: datetime) -> None:
        """Counts what has arrived at the store since, so that sizes that were not announced count, too."""
        async with self.open() as uploads:
            unsettled = await uploads.unsettled(user_id, now - QUOTA_PERIOD)
        for upload in unsettled:
            found = await self.store.find(upload.key)
            if found and found.last_modified >= upload.created_at - _CLOCKS_DIFFER_BY:
                async with self.open() as uploads:
                    await uploads.settle(upload.id, found.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpload:
    """A request with which the client sends a file to the store itself; `form`: one whose limits the store enforces."""

    reserve: ReserveUpload
    store: ObjectStore

    async def __call__(self, visitor: Visitor, wanted: Wanted, *, seconds: int, form: bool) -> SignedRequest:
        upload = await self.reserve(visitor, wanted, lives=timedelta(seconds=seconds))
        sign = self.store.sign_form if form else self.store.sign_put
        return sign(
            upload.key,
            content_type=upload.content_type,
            most_bytes=wanted.size if wanted.size is not None else self.reserve.limits.most_bytes,
            now=upload.created_at,
            seconds=seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadInParts:
    """A large file in parts, each of which may be sent again."""

    reserve: ReserveUpload
    store: ObjectStore
    open: Open[UploadStore]

    async def begin(self, visitor: Visitor, wanted: Wanted, *, seconds: int) -> tuple[Upload, list[SignedRequest]]:
        """One request for each part of `part_bytes(size)`. Raises SizeNotAllowed where the size is not named."""
        if not wanted.size:
            raise SizeNotAllowed("is needed for an upload in parts", field="size")
        media_type = self.reserve.checked_type(visitor, wanted)
        store_id = await self.store.begin_parts(wanted.key, content_type=media_type)
        try:
            upload = await self.reserve(visitor, wanted, lives=PARTS_LIVE, store_id=store_id)
        except BaseException:
            await self.store.abort_parts(wanted.key, store_id)
            raise
        numbers = range(1, -(-wanted.size // part_bytes(wanted.size)) + 1)
        sign = self.store.sign_part
        return upload, [
            sign(wanted.key, store_id, number, now=upload.created_at, seconds=seconds) for number in numbers
        ]

    async def complete(self, visitor: Visitor, upload_id: UUID, parts: Sequence[Part]) -> StoredObject:
        """Raises UploadNotFound, also for another's; WrongParts; FileTooLarge if it is larger than was announced."""
        upload, store_id = await self._own(visitor, upload_id)
        stored = await self.store.complete_parts(
            upload.key, store_id, parts, content_type=upload.content_type, most_bytes=upload.size
        )
        async with self.open() as uploads:
            await uploads.settle(upload_id, stored.size)
        return stored

    async def abort(self, visitor: Visitor, upload_id: UUID) -> None:
        """Raises UploadNotFound."""
        upload, store_id = await self._own(visitor, upload_id)
        await self.store.abort_parts(upload.key, store_id)
        async with self.open() as uploads:
            await uploads.forget([upload_id])

    async def _own(self, visitor: Visitor, upload_id: UUID) -> tuple[Upload, str]:
        async with self.open() as uploads:
            upload = await uploads.find(upload_id)
        if upload.store_id is None or upload.state is not UploadState.SIGNED:
            raise UploadNotFound
        if upload.user_id != visitor.id and not visitor.admin:
            raise UploadNotFound
        return upload, upload.store_id


def part_bytes(size: int) -> int:
    """How large each part but the last is: 16 MiB, or more where the parts would be too many."""
    return max(PART_BYTES, -(-size // MOST_PARTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFile:
    """A file that is sent through this service. Raises what ReserveUpload raises, FileTooLarge, KeyBlocked."""

    reserve: ReserveUpload
    store: ObjectStore
    open: Open[UploadStore]

    async def __call__(self, visitor: Visitor, wanted: Wanted, chunks: AsyncIterator[bytes]) -> StoredObject:
        upload = await self.reserve(visitor, wanted, lives=QUOTA_PERIOD)
        most = wanted.size if wanted.size is not None else self.reserve.limits.most_bytes
        try:
            stored = await self.store.put(upload.key, chunks, content_type=upload.content_type, most_bytes=most)
        except BaseException:
            async with self.open() as uploads:
                await uploads.forget([upload.id])
            raise
        async with self.open() as uploads:
            await uploads.settle(upload.id, stored.size)
        return stored


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUploads:
    """Forgets uploads that never arrived or were abandoned, and what lies under `incoming/` and no record names."""

    store: ObjectStore
    open: Open[UploadStore]
    clock: Clock

    async def __call__(self) -> int:
        """How many uploads were forgotten."""
        before = self.clock() - QUOTA_PERIOD
        await self.store.abort_parts_before(before)
        forgotten = 0
        while True:
            async with self.open() as uploads:
                some = await uploads.forgettable(before, limit=500)
            for upload in some:
                await self._remove(upload, before)
            async with self.open() as uploads:
                await uploads.forget([upload.id for upload in some])
            forgotten += len(some)
            if not some:
                return forgotten

    async def _remove(self, upload: Upload, before: datetime) -> None:
        if not upload.key.startswith("incoming/"):
            return
        found = await self.store.find(upload.key)
        if found and found.last_modified <= before:
            await self.store.delete(upload.key)
