"""An object store in memory."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from uuid import uuid4

from atg_adapters.filesystem.listing import AFTER_FOLDER
from atg_adapters.filesystem.signed_urls import SignedUrls
from atg_core.files.model import Listing, StoredObject, UploadPart
from atg_core.files.ports import CHUNK_BYTES, FileReplaced, FileTooLarge, UploadNotFound, WrongParts
from atg_core.files.signed_urls import UrlSigner


@dataclass(slots=True, kw_only=True)
class _MultipartUpload:
    key: str
    begun_at: datetime
    parts: dict[int, tuple[str, bytes]] = field(default_factory=dict)


class MemoryObjectStore(SignedUrls):
    """`SelfServedStore`."""

    def __init__(self, signer: UrlSigner, base_url: str) -> None:
        super().__init__(signer, base_url)
        self._objects: dict[str, tuple[StoredObject, bytes]] = {}
        self._uploads: dict[str, _MultipartUpload] = {}

    def require_storable(self, key: str) -> None:
        """Keeps every valid key."""

    async def find(self, key: str) -> StoredObject | None:
        return self._objects[key][0] if key in self._objects else None

    @asynccontextmanager
    async def open(self, stored: StoredObject, first: int, last: int) -> AsyncIterator[AsyncIterator[bytes]]:
        there, content = self._objects.get(stored.key, (None, b""))
        if there is None or there.etag != stored.etag:
            raise FileReplaced
        yield _chunked(content[first : last + 1])

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, max_bytes: int) -> StoredObject:
        return self._keep(key, await _whole(chunks, max_bytes), content_type)

    def _keep(self, key: str, content: bytes, content_type: str) -> StoredObject:
        stored = StoredObject(
            key=key,
            size=len(content),
            etag=f'"{uuid4().hex}"',
            last_modified=datetime.now(UTC),
            content_type=content_type,
        )
        self._objects[key] = (stored, content)
        return stored

    async def delete(self, key: str) -> bool:
        return self._objects.pop(key, None) is not None

    async def listing(self, prefix: str, *, nested: bool, limit: int, cursor: str | None) -> Listing:
        entries = sorted(set(self._entries(prefix, nested=nested)), key=str.encode)
        entries = [entry for entry in entries if entry.encode() > (cursor or "").encode()]
        page = entries[:limit]
        last = page[-1] if len(entries) > limit else None
        return Listing(
            folders=[entry.removesuffix("/") for entry in page if entry.endswith("/")],
            objects=[self._objects[entry][0] for entry in page if not entry.endswith("/")],
            next_cursor=last + AFTER_FOLDER if last and last.endswith("/") else last,
        )

    def _entries(self, prefix: str, *, nested: bool) -> Iterator[str]:
        for key in self._objects:
            if key.startswith(prefix):
                name, slash, _ = key.removeprefix(prefix).partition("/")
                yield key if nested else prefix + name + slash

    async def begin_multipart(self, key: str, *, content_type: str) -> str:  # noqa: ARG002 - given again on completion
        store_id = uuid4().hex
        self._uploads[store_id] = _MultipartUpload(key=key, begun_at=datetime.now(UTC))
        return store_id

    async def put_part(
        self, key: str, store_id: str, number: int, chunks: AsyncIterator[bytes], *, max_bytes: int
    ) -> str:
        content = await _whole(chunks, max_bytes)
        etag = f'"{blake2b(content, digest_size=16).hexdigest()}"'
        self._upload(key, store_id).parts[number] = (etag, content)
        return etag

    def _upload(self, key: str, store_id: str) -> _MultipartUpload:
        upload = self._uploads.get(store_id)
        if upload is None or upload.key != key:
            raise UploadNotFound
        return upload

    async def complete_multipart(
        self, key: str, store_id: str, parts: Sequence[UploadPart], *, content_type: str, max_bytes: int
    ) -> StoredObject:
        there = self._upload(key, store_id).parts
        numbers = [part.number for part in parts]
        named = [there.get(part.number, ("", b"")) for part in parts]
        if not parts or numbers != sorted(set(numbers)) or [etag for etag, _ in named] != [part.etag for part in parts]:
            raise WrongParts
        del self._uploads[store_id]
        content = b"".join(content for _, content in named)
        if len(content) > max_bytes:
            raise FileTooLarge
        return self._keep(key, content, content_type)

    async def abort_multipart(self, key: str, store_id: str) -> None:
        if store_id in self._uploads and self._uploads[store_id].key == key:
            del self._uploads[store_id]

    async def abort_multiparts_before(self, moment: datetime) -> int:
        old = [store_id for store_id, upload in self._uploads.items() if upload.begun_at < moment]
        for store_id in old:
            del self._uploads[store_id]
        return len(old)

    async def check(self) -> None:
        """Always available."""


async def _chunked(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK_BYTES):
        yield content[start : start + CHUNK_BYTES]


async def _whole(chunks: AsyncIterator[bytes], max_bytes: int) -> bytes:
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > max_bytes:
            raise FileTooLarge
    return bytes(content)
