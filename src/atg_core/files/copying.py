"""Copying files into the object store; repeatable: copied files are skipped."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from atg_core.files.media import media_type_of
from atg_core.files.ports import ObjectStore


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file to copy to an object of this key; `chunks` reads it."""

    key: str
    size: int
    changed_at: datetime
    chunks: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFiles:
    """Copies each file unless an object of its size exists that is newer; `concurrency` files at a time."""

    object_store: ObjectStore
    concurrency: int = 8

    async def __call__(self, files: Iterable[SourceFile], done: Callable[[SourceFile, bool], None]) -> None:
        """Calls `done` for each file, with whether it was copied. The first failure stops all copying."""
        left = iter(files)

        async def work() -> None:
            for file in left:
                done(file, await self._copy(file))

        async with asyncio.TaskGroup() as group:
            for _ in range(self.concurrency):
                group.create_task(work())

    async def _copy(self, file: SourceFile) -> bool:
        found = await self.object_store.find(file.key)
        if found and found.size == file.size and found.last_modified >= file.changed_at:
            return False
        await self.object_store.put(
            file.key, file.chunks(), content_type=media_type_of(file.key), max_bytes=max(file.size, 1)
        )
        return True
