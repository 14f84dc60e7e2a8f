"""Ports of files: object store, uploads, and what other records say about keys."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from atg_core.errors import Conflict, NotFound, TooLarge, Unavailable
from atg_core.files.model import Listing, SignedRequest, StoredObject, Upload, UploadPart, UploadState

CHUNK_BYTES = 256 * 1024


class FileNotFound(NotFound):
    """File not found"""


class UploadNotFound(NotFound):
    """Upload not found"""


class FileInUse(Conflict):
    """A record refers to this file"""


class FileReplaced(Conflict):
    """The file was replaced meanwhile"""


class KeyBlocked(Conflict):
    """A file and a folder can not have the same name in this store"""


class WrongParts(Conflict):
    """The parts are not those that were uploaded"""


class FileTooLarge(TooLarge):
    """The file is larger than allowed"""


class QuotaExceeded(TooLarge):
    """No more can be uploaded today"""


class StoreAway(Unavailable):
    """The object store is away, try again soon"""


class StoreBusy(Unavailable):
    """The object store is busy, try again soon"""


class ObjectStore(Protocol):
    """An object store; keys are valid ones. Every method raises StoreAway if the store is unavailable, StoreBusy if too
    many wait for it."""

    def require_storable(self, key: str) -> None:
        """Raises InvalidKey for a key that this store can not keep, so that it is refused before anything is signed."""

    async def find(self, key: str) -> StoredObject | None: ...

    def open(self, stored: StoredObject, first: int, last: int) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The bytes from `first` to `last`, both included, of exactly this version, in chunks of up to `CHUNK_BYTES`.

        Reads lazily; leaving early stops reading. Raises FileReplaced if another version is stored by now, on entering
        or, where the old version can not be read on, between chunks.
        """

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, max_bytes: int) -> StoredObject:
        """Stores an object atomically; replaces an older one of the key.

        Raises FileTooLarge, KeyBlocked, and whatever `chunks` raises.
        """

    async def delete(self, key: str) -> bool:
        """Returns whether it existed."""

    async def listing(self, prefix: str, *, nested: bool, limit: int, cursor: str | None) -> Listing:
        """A page of a folder by key; `nested`: all objects below it, else its objects and folders."""

    def sign_get(self, key: str, *, content_type: str, disposition: str, now: datetime, seconds: int) -> SignedRequest:
        """A GET of one key, answered with this type and disposition."""

    def sign_put(
        self, key: str, *, content_type: str, max_bytes: int, now: datetime, seconds: int
    ) -> SignedRequest: ...

    def sign_form(self, key: str, *, content_type: str, max_bytes: int, now: datetime, seconds: int) -> SignedRequest:
        """A form (`multipart/form-data`) whose type and size the store enforces."""

    async def begin_multipart(self, key: str, *, content_type: str) -> str:
        """Starts a multipart upload; returns the store's id of it."""

    def sign_part(
        self, key: str, store_id: str, number: int, *, max_bytes: int, now: datetime, seconds: int
    ) -> SignedRequest:
        """A PUT of one part; its response has the part's ETag. S3 can not enforce `max_bytes`."""

    async def put_part(
        self, key: str, store_id: str, number: int, chunks: AsyncIterator[bytes], *, max_bytes: int
    ) -> str:
        """Stores or replaces a part; returns its ETag. Raises UploadNotFound, FileTooLarge, and what `chunks` raises.

        S3 takes a part as a whole: there it is in memory until all of it is here.
        """

    async def complete_multipart(
        self, key: str, store_id: str, parts: Sequence[UploadPart], *, content_type: str, max_bytes: int
    ) -> StoredObject:
        """Makes one object of the parts. Raises WrongParts, UploadNotFound, FileTooLarge (which deletes the parts)."""

    async def abort_multipart(self, key: str, store_id: str) -> None:
        """Deletes a multipart upload, if it exists."""

    async def abort_multiparts_before(self, moment: datetime) -> int:
        """Deletes multipart uploads that were started before; returns their number."""

    async def check(self) -> None:
        """A health check."""


class SelfServedStore(ObjectStore, Protocol):
    """A store without a server of its own: its signed URLs are of this service, which counts what arrives.

    `uploader`: whose quota counts it then; nothing was reserved before.
    """

    def sign_put(
        self,
        key: str,
        *,
        content_type: str,
        max_bytes: int,
        now: datetime,
        seconds: int,
        uploader: UUID | None = None,
    ) -> SignedRequest: ...

    def sign_form(
        self,
        key: str,
        *,
        content_type: str,
        max_bytes: int,
        now: datetime,
        seconds: int,
        uploader: UUID | None = None,
    ) -> SignedRequest: ...


class UploadStore(Protocol):
    """Uploads within a transaction."""

    async def reserve(self, upload: Upload, *, quota_bytes: int) -> None:
        """Stores the upload and counts its size, by one conditional statement, for the user and the day in UTC.

        Raises QuotaExceeded if more than `quota_bytes` would be counted.
        """

    async def pending(self, user_id: UUID, since: datetime, now: datetime) -> list[Upload]:
        """The user's newest presigned requests since then that may yet store something, or may have, at most 50."""

    async def find(self, upload_id: UUID) -> Upload:
        """Raises UploadNotFound."""

    async def add_bytes(self, upload: Upload, more: int, *, quota_bytes: int) -> None:
        """Counts `more` bytes (or fewer, if negative) for an upload whose size was not announced.

        One conditional statement decides. Raises UploadNotFound if the upload has ended meanwhile, QuotaExceeded.
        """

    async def settle(self, upload_id: UUID, size: int, state: UploadState) -> None:
        """Counts `size` instead of what was counted for the upload before; does nothing for an unknown one."""

    async def delete(self, upload_ids: Collection[UUID]) -> None:
        """Deletes uploads; what was reserved for those that are not stored is given back."""

    async def forget_counters(self, before: date) -> None:
        """Deletes the counters of days before."""

    async def stale(self, before: datetime, limit: int) -> list[Upload]:
        """Uploads from before: expired ones that never arrived, and unreferenced ones under `incoming/`."""


class SoldFiles(Protocol):
    """Queries of what the shop sells under `shop/`."""

    async def readable(self, customer_id: int | None, keys: Collection[str]) -> set[str]:
        """Those of the keys that a customer has access to, None: anybody; in one statement.

        Keys of a lesson are its `video_path` and what is below `shop/lessons/{id}/`; keys of a course are those of its
        lessons and what is below `shop/courses/{id}/`. Anybody has access to a free lesson that is for sale; an active
        customer also to what they bought, until it is refunded.
        """


class FileRecords(Protocol):
    """Queries of what other records say about keys; each is one statement."""

    async def uploaders(self, keys: Collection[str]) -> dict[str, UUID]:
        """The last uploader by key."""

    async def is_referenced(self, key: str) -> bool:
        """Whether a record refers to the key."""

    async def named_keys(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that any record names: what `is_referenced` finds, pictures of stations, shop products."""

    async def not_enrolled_for(self, user_id: UUID, keys: Collection[str]) -> set[str]:
        """Those of the keys that are files of topics, but of no course in which the user is enrolled."""

    async def recordings_for(self, user_id: UUID, keys: Collection[str]) -> set[str]:
        """Those of the keys that are recordings of lessons of the user, as teacher or in a group."""

    async def teachers_of(self, student_id: UUID, among: Collection[UUID]) -> set[UUID]:
        """Those of the teachers who have the student in a group."""
