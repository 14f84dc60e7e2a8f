"""An object store of files in a folder: for a laptop, a small server, and behind nginx."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from atg_adapters.disk_space import is_full
from atg_adapters.filesystem.folder import Folder, sync
from atg_adapters.filesystem.listing import AFTER_FOLDER, list_keys
from atg_adapters.filesystem.multipart import MultipartUploads
from atg_adapters.filesystem.reader import FileReader
from atg_adapters.filesystem.signed_urls import SignedUrls
from atg_core.errors import StorageFull
from atg_core.files.model import Listing, StoredObject, UploadPart
from atg_core.files.ports import CHUNK_BYTES, FileTooLarge
from atg_core.files.signed_urls import UrlSigner
from atg_core.files.streams import Streams

_THREADS = 16


class FilesystemObjectStore(SignedUrls):
    """`SelfServedStore`. A file is written under another name, synced and renamed, so that a crash never leaves a
    partial one. Files that were copied there by hand are objects, too; symbolic links are not followed.
    """

    def __init__(self, root: Path, signer: UrlSigner, base_url: str) -> None:
        super().__init__(signer, base_url)
        self._folder = Folder(root)
        self._multipart = MultipartUploads(self._folder)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="files")
        self._streams, self._buffer = Streams(), bytearray(CHUNK_BYTES)

    def require_storable(self, key: str) -> None:
        self._folder.require_storable(key)

    async def find(self, key: str) -> StoredObject | None:
        return await self._run(self._folder.find, key)

    @asynccontextmanager
    async def open(self, stored: StoredObject, first: int, last: int) -> AsyncIterator[AsyncIterator[bytes]]:
        with ExitStack() as opened, self._streams:
            reader = await self._run(opened.enter_context, self._folder.reader(stored, first))
            yield self._chunks(reader, last - first + 1)

    async def _chunks(self, reader: FileReader, length: int) -> AsyncIterator[bytes]:
        taken = 0
        while taken < length:
            most = min(length - taken, self._streams.chunk_bytes(taken))
            if chunk := reader.read_cached(most, self._buffer):
                await asyncio.sleep(0)  # others have their turn, however fast this reader is
            else:
                chunk = await self._run(reader.read, most)
            taken += len(chunk)
            yield chunk

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, max_bytes: int) -> StoredObject:
        written = self._folder.new_file()
        try:
            await self._write(written, chunks, max_bytes)
            return await self._run(self._folder.publish, written, key, content_type)
        finally:
            written.unlink(missing_ok=True)  # no thread: this has to happen when the request is cancelled, too

    async def _write(self, path: Path, chunks: AsyncIterator[bytes], max_bytes: int) -> str:
        """Writes and syncs a file; returns the ETag of its content. Raises FileTooLarge."""
        size, digest = 0, blake2b(digest_size=16)
        with ExitStack() as opened:
            file = await self._run(_create, path, opened)
            async for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
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
        keys = list(islice(list_keys(self._folder.objects, prefix, nested=nested, after=cursor), limit + 1))
        page = keys[:limit]
        found = [self._folder.find(key) for key in page if not key.endswith("/")]
        last = page[-1] if len(keys) > limit else None
        return Listing(
            folders=[key.removesuffix("/") for key in page if key.endswith("/")],
            objects=[each for each in found if each],
            next_cursor=last + AFTER_FOLDER if last and last.endswith("/") else last,
        )

    async def begin_multipart(self, key: str, *, content_type: str) -> str:  # noqa: ARG002 - given again on completion
        return await self._run(self._multipart.begin, key)

    async def put_part(
        self, key: str, store_id: str, number: int, chunks: AsyncIterator[bytes], *, max_bytes: int
    ) -> str:
        await self._run(self._multipart.require, key, store_id)
        written = self._folder.new_file()
        try:
            etag = await self._write(written, chunks, max_bytes)
            await self._run(self._multipart.add, key, store_id, number, written, etag)
        finally:
            written.unlink(missing_ok=True)  # no thread: this has to happen when the request is cancelled, too
        return etag

    async def complete_multipart(
        self, key: str, store_id: str, parts: Sequence[UploadPart], *, content_type: str, max_bytes: int
    ) -> StoredObject:
        return await self._run(self._multipart.complete, key, store_id, parts, content_type, max_bytes)

    async def abort_multipart(self, key: str, store_id: str) -> None:
        await self._run(self._multipart.abort, key, store_id)

    async def abort_multiparts_before(self, moment: datetime) -> int:
        return await self._run(self._multipart.abort_before, moment)

    async def check(self) -> None:
        await self._run(self._folder.check)

    async def _run[*Values, Result](self, work: Callable[[*Values], Result], *values: *Values) -> Result:
        """Runs in a thread. When the task is cancelled it still waits: work that goes on alone would meet, or leave
        behind, files that the task then closes and removes."""
        running = asyncio.get_running_loop().run_in_executor(self._threads, work, *values)
        try:
            return await asyncio.shield(running)
        except OSError as error:
            if is_full(error):
                raise StorageFull from error
            raise
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise


def _create(path: Path, opened: ExitStack) -> BinaryIO:
    return opened.enter_context(path.open("wb"))
