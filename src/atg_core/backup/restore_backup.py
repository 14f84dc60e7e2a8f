"""Restoring a backup."""

from collections.abc import Callable
from dataclasses import dataclass

from atg_core.backup.model import Manifest, TablePart
from atg_core.backup.ports import ArchiveReader, DatabaseContents, NotEmpty, OtherSchema
from atg_core.files.ports import ObjectStore

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreBackup:
    """Restores a backup into an empty database and an empty object store, or leaves both empty.

    Raises BrokenArchive, OtherSchema, NotEmpty.
    """

    contents: DatabaseContents
    object_store: ObjectStore

    async def __call__(self, archive: ArchiveReader, done: Callable[[int], None]) -> Manifest:
        """The archive is read twice: nothing is stored before all of it was compared. `done`: is told bytes."""
        await self._require_empty()
        manifest = await archive.verified(done)
        revision = await self.contents.revision()
        if manifest.revision != revision:
            raise OtherSchema(revision=manifest.revision, newest=revision)
        try:
            async with self.contents.filling() as filling:
                async for each in archive.contents():
                    if isinstance(each, TablePart):
                        await filling.add(each)
                        done(len(each.content))
                    else:
                        await self.object_store.put(
                            each.key, each.chunks(), content_type=each.content_type, max_bytes=max(each.size, 1)
                        )
                        done(each.size)
                await filling.set_numbers(manifest.numbers)
        except BaseException:
            await self._delete_files()
            raise
        return manifest

    async def _require_empty(self) -> None:
        occupied = list(await self.contents.occupied())
        found = await self.object_store.listing("", nested=True, limit=1, cursor=None)
        if found.objects:
            occupied.insert(0, "files")
        if occupied:
            more = f" and {len(occupied) - _NAMED} more" if len(occupied) > _NAMED else ""
            raise NotEmpty(what=", ".join(occupied[:_NAMED]) + more)

    async def _delete_files(self) -> None:
        """All of them are the archive's: there were none before."""
        while found := (await self.object_store.listing("", nested=True, limit=1000, cursor=None)).objects:
            for stored in found:
                await self.object_store.delete(stored.key)
