"""Making a backup."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass

from atg_core.backup.model import Manifest
from atg_core.backup.ports import ArchiveWriter, DatabaseContents
from atg_core.clock import Clock
from atg_core.files.model import StoredObject
from atg_core.files.ports import ObjectStore

_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeBackup:
    """Writes the database, as it is at one moment, and then the files into an archive.

    A file that is deleted meanwhile is left out. Raises FileReplaced if one is replaced while it is read: it is in the
    archive in part, and has to be in it whole.
    """

    contents: DatabaseContents
    object_store: ObjectStore
    clock: Clock
    version: str

    async def __call__(self, archive: ArchiveWriter, done: Callable[[int], None]) -> Manifest:
        """`done`: is told the bytes of each part of a table and of each file."""
        made_at, rows = self.clock(), Counter[str]()
        revision = await self.contents.revision()
        async with self.contents.snapshot() as snapshot:
            async for part in snapshot.parts():
                await archive.add_part(part)
                rows[part.table] += part.rows
                done(len(part.content))
            numbers = await snapshot.numbers()
        files = size = 0
        async for stored in self._files():
            if added := await self._add(archive, stored):
                files, size = files + 1, size + added.size
                done(added.size)
        manifest = Manifest(
            version=self.version,
            revision=revision,
            made_at=made_at,
            rows=rows,
            numbers=numbers,
            files=files,
            bytes=size,
        )
        await archive.finish(manifest)
        return manifest

    async def _files(self) -> AsyncIterator[StoredObject]:
        cursor = None
        while True:
            page = await self.object_store.listing("", nested=True, limit=_PAGE, cursor=cursor)
            for stored in page.objects:
                yield stored
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _add(self, archive: ArchiveWriter, listed: StoredObject) -> StoredObject | None:
        """A listing does not tell the type of a file."""
        stored = await self.object_store.find(listed.key)
        if stored is None:
            return None
        async with self._opened(stored) as chunks:
            await archive.add_file(stored.key, stored.size, stored.content_type, chunks)
        return stored

    def _opened(self, stored: StoredObject) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        if stored.size == 0:  # there is no first byte
            return nullcontext(_nothing())
        return self.object_store.open(stored, 0, stored.size - 1)


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""
