"""Copying many files into the store: again does only what is left to do."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from atg_core.files.media import media_type_of
from atg_core.files.ports import ObjectStore


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file that is to become the object of its key; `chunks` reads it."""

    key: str
    size: int
    changed_at: datetime
    chunks: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFiles:
    """Stores each file unless an object of its size is there that is newer than the file; `at_once`: so many."""

    store: ObjectStore
    at_once: int = 8

    async def __call__(self, files: Iterable[SourceFile], done: Callable[[SourceFile, bool], None]) -> None:
        """`done` is told of each file, and whether it was copied. The first failure ends it all."""
        left = iter(files)

        async def work() -> None:
            for file in left:
                done(file, await self._copy(file))

        async with asyncio.TaskGroup() as group:
            for _ in range(self.at_once):
                group.create_task(work())

    async def _copy(self, file: SourceFile) -> bool:
        found = await self.store.find(file.key)
        if found and found.size == file.size and found.last_modified >= file.changed_at:
            return False
        await self.store.put(
            file.key, file.chunks(), content_type=media_type_of(file.key), most_bytes=max(file.size, 1)
        )
        return True
