"""Where bytes are kept, and what is known of who put them there."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from atg_core.errors import Conflict, NotFound, TooLarge, Unavailable
from atg_core.files.model import Listing, Part, SignedRequest, StoredObject, Upload

FIRST_CHUNK_BYTES = 128 * 1024
CHUNK_BYTES = 256 * 1024
_BYTES_OF_THE_SLOW = 8 * 1024 * 1024


def chunk_bytes(taken: int) -> int:
    """How much of an object to hold next for a reader who has taken so many bytes.

    What a reader does not take stays in memory, beyond the few megabytes that the network keeps. So whoever has not
    shown to be fast gets small chunks: hundreds of slow readers cost little, and fast ones cost few calls.
    """
    return CHUNK_BYTES if taken >= _BYTES_OF_THE_SLOW else FIRST_CHUNK_BYTES


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


class ObjectStore(Protocol):
    """Keys are checked ones. Every verb raises StoreAway if the store can not be reached."""

    async def find(self, key: str) -> StoredObject | None: ...

    def open(self, stored: StoredObject, first: int, last: int) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The bytes from `first` to `last`, both included, of just this version, in chunks of at most `CHUNK_BYTES`.

        No more is read than is asked for, and leaving early ends the reading. Raises FileReplaced if another version
        is there by now, on entering or, if it was replaced while being read and can not be read on, between chunks.
        """

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, most_bytes: int) -> StoredObject:
        """Stores an object whole, or, if anything fails, not at all; an older one of the key is replaced.

        Raises FileTooLarge, KeyBlocked, and whatever `chunks` raises.
        """

    async def delete(self, key: str) -> bool:
        """Whether there was one."""

    async def listing(self, prefix: str, *, nested: bool, limit: int, cursor: str | None) -> Listing:
        """What is below a folder, by key; `nested`: everything below, else its files and folders."""

    def sign_get(self, key: str, *, content_type: str, disposition: str, now: datetime, seconds: int) -> SignedRequest:
        """Reading one key, as this type and under this name."""

    def sign_put(
        self, key: str, *, content_type: str, most_bytes: int, now: datetime, seconds: int
    ) -> SignedRequest: ...

    def sign_form(self, key: str, *, content_type: str, most_bytes: int, now: datetime, seconds: int) -> SignedRequest:
        """A form (`multipart/form-data`) whose type and size the store itself enforces."""

    async def begin_parts(self, key: str, *, content_type: str) -> str:
        """The store's id of an upload in parts."""

    def sign_part(self, key: str, store_id: str, number: int, *, now: datetime, seconds: int) -> SignedRequest:
        """A PUT whose reply has the part's ETag."""

    async def complete_parts(
        self, key: str, store_id: str, parts: Sequence[Part], *, content_type: str, most_bytes: int
    ) -> StoredObject:
        """Makes one object of the parts. Raises WrongParts, UploadNotFound, FileTooLarge (and then keeps nothing)."""

    async def abort_parts(self, key: str, store_id: str) -> None:
        """Forgets an upload in parts; one that is not there is no error."""

    async def abort_parts_before(self, moment: datetime) -> int:
        """Forgets the uploads in parts that were begun before; how many there were."""

    async def check(self) -> None:
        """Asks the store the least there is to ask."""


class SelfServedStore(ObjectStore, Protocol):
    """A store without a server of its own: what it signs is a request to this service."""

    async def put_part(
        self, key: str, store_id: str, number: int, chunks: AsyncIterator[bytes], *, most_bytes: int
    ) -> str:
        """Stores one part, an earlier one of the number is replaced; its ETag. Raises UploadNotFound, FileTooLarge."""


class UploadStore(Protocol):
    """Within a transaction."""

    async def reserve(self, upload: Upload, *, quota_bytes: int, since: datetime) -> None:
        """Writes an upload down, after locking its user. Raises QuotaExceeded if with it their sizes since then are
        more than `quota_bytes`."""

    async def unsettled(self, user_id: UUID, since: datetime) -> list[Upload]:
        """The user's newest uploads since then of which nothing is known yet, at most 50."""

    async def find(self, upload_id: UUID) -> Upload:
        """Raises UploadNotFound."""

    async def settle(self, upload_id: UUID, size: int) -> None:
        """The upload has arrived, with so many bytes."""

    async def forget(self, upload_ids: Collection[UUID]) -> None: ...

    async def forgettable(self, before: datetime, limit: int) -> list[Upload]:
        """Uploads begun before: those that never arrived, and those under `incoming/` that no record names."""


class FileRecords(Protocol):
    """What other records say of keys; each verb is one statement."""

    async def uploaders(self, keys: Collection[str]) -> dict[str, UUID]:
        """Who uploaded which of the keys last."""

    async def is_named(self, key: str) -> bool:
        """Whether a record refers to the key."""

    async def closed_to(self, user_id: UUID, keys: Collection[str]) -> set[str]:
        """Which of the keys belong to topics, and to none of a course in which the user is enrolled."""

    async def recordings_for(self, user_id: UUID, keys: Collection[str]) -> set[str]:
        """Which of the keys are recordings of lessons that the user teaches, or that a group of theirs has."""

    async def teachers_of(self, student_id: UUID, among: Collection[UUID]) -> set[UUID]:
        """Which of the teachers have the student in a group of theirs."""
