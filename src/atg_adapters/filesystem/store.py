"""Objects as files in a folder: for a laptop, for a small server, and behind nginx."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from anyio import CapacityLimiter, to_thread

from atg_adapters.filesystem.files import Folder, read, sync
from atg_adapters.filesystem.parts import PartFiles
from atg_adapters.filesystem.urls import SignedUrls
from atg_adapters.filesystem.walking import AFTER_FOLDER, walk
from atg_core.files.model import Listing, Part, StoredObject
from atg_core.files.ports import FileReplaced, FileTooLarge, chunk_bytes
from atg_core.files.signing import UrlSigner

_THREADS = 16


class FilesystemStore(SignedUrls):
    """`SelfServedStore`. A file is written under another name, synced and renamed, so that a crash leaves the old
    one or the new one, never a half. Files that were put there by hand are objects too; links are not followed.
    """

    def __init__(self, root: Path, signer: UrlSigner, base_url: str) -> None:
        super().__init__(signer, base_url)
        self._folder = Folder(root)
        self._parts = PartFiles(self._folder)
        self._limiter = CapacityLimiter(_THREADS)

    async def find(self, key: str) -> StoredObject | None:
        return await self._run(self._folder.find, key)

    @asynccontextmanager
    async def open(self, stored: StoredObject, first: int, last: int) -> AsyncIterator[AsyncIterator[bytes]]:
        opening = self._folder.opened(stored.key)
        try:
            file = await self._run(opening.__enter__)
        except FileNotFoundError:
            raise FileReplaced from None
        try:
            if await self._run(self._folder.etag, file) != stored.etag:
                raise FileReplaced
            await self._run(file.seek, first)
            yield self._chunks(file, stored.etag, last - first + 1)
        finally:
            file.close()

    async def _chunks(self, file: BinaryIO, etag: str, length: int) -> AsyncIterator[bytes]:
        taken = 0
        while taken < length:
            chunk = await self._run(read, file, etag, min(length - taken, chunk_bytes(taken)))
            taken += len(chunk)
            yield chunk

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, most_bytes: int) -> StoredObject:
        written = self._folder.new_file()
        try:
            await self._write(written, chunks, most_bytes)
            return await self._run(self._folder.publish, written, key, content_type)
        finally:
            written.unlink(missing_ok=True)  # no thread: this has to happen when the request is cancelled, too

    async def _write(self, path: Path, chunks: AsyncIterator[bytes], most_bytes: int) -> str:
        """Writes a file that lasts; the ETag of its bytes. Raises FileTooLarge."""
        size, digest = 0, blake2b(digest_size=16)
        with await self._run(path.open, "wb") as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > most_bytes:
                    raise FileTooLarge
                await self._run(file.write, chunk)
                await self._run(digest.update, chunk)
            await self._run(sync, file)
        return f'"{digest.hexdigest()}"'

    async def delete(self, key: str) -> bool:
        return await self._run(self._folder.delete, key)

    async def listing(self, prefix: str, *, nested: bool, limit: int, cursor: str | None) -> Listing:
        return await self._run(self._list, prefix, nested, limit, cursor or "")

    def _list(self, prefix: str, nested: bool, limit: int, cursor: str) -> Listing:
        keys = list(islice(walk(self._folder.objects, prefix, nested=nested, after=cursor), limit + 1))
        page = keys[:limit]
        found = [self._folder.find(key) for key in page if not key.endswith("/")]
        last = page[-1] if len(keys) > limit else None
        return Listing(
            folders=[key.removesuffix("/") for key in page if key.endswith("/")],
            objects=[each for each in found if each],
            next_cursor=last + AFTER_FOLDER if last and last.endswith("/") else last,
        )

    async def begin_parts(self, key: str, *, content_type: str) -> str:  # noqa: ARG002 - told again at the end
        return await self._run(self._parts.begin, key)

    async def put_part(
        self, key: str, store_id: str, number: int, chunks: AsyncIterator[bytes], *, most_bytes: int
    ) -> str:
        await self._run(self._parts.require, key, store_id)
        written = self._folder.new_file()
        try:
            etag = await self._write(written, chunks, most_bytes)
            await self._run(self._parts.add, key, store_id, number, written, etag)
        finally:
            written.unlink(missing_ok=True)  # no thread: this has to happen when the request is cancelled, too
        return etag

    async def complete_parts(
        self, key: str, store_id: str, parts: Sequence[Part], *, content_type: str, most_bytes: int
    ) -> StoredObject:
        return await self._run(self._parts.complete, key, store_id, parts, content_type, most_bytes)

    async def abort_parts(self, key: str, store_id: str) -> None:
        await self._run(self._parts.abort, key, store_id)

    async def abort_parts_before(self, moment: datetime) -> int:
        return await self._run(self._parts.abort_before, moment)

    async def check(self) -> None:
        await self._run(self._folder.find, "-")

    async def _run[*Values, Result](self, work: Callable[[*Values], Result], *values: *Values) -> Result:
        return await to_thread.run_sync(work, *values, limiter=self._limiter)
