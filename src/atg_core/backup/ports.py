"""Ports of backup and restore: the database's contents, and an archive."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from atg_core.backup.model import Manifest, TablePart
from atg_core.errors import Conflict, Invalid


class NotEmpty(Conflict):
    """A backup is restored into an empty place, and here are {what}"""


class OtherSchema(Conflict):
    """The backup has the schema {revision}, this version {newest}: restore it by the version that made it"""


class BrokenArchive(Invalid):
    """The archive is damaged: {what}"""


class Snapshot(Protocol):
    """The contents at one moment."""

    def parts(self) -> AsyncIterator[TablePart]:
        """All rows, by table and key: the same contents give the same parts, whatever database they are in."""

    async def numbers(self) -> Mapping[str, int]:
        """`Manifest.numbers`."""


class Filling(Protocol):
    """A transaction that fills an empty database."""

    async def add(self, part: TablePart) -> None: ...

    async def set_numbers(self, numbers: Mapping[str, int]) -> None: ...


class DatabaseContents(Protocol):
    async def revision(self) -> str:
        """That of the schema; empty where there is none."""

    async def occupied(self) -> Sequence[str]:
        """The names of tables that have rows."""

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]: ...

    def filling(self) -> AbstractAsyncContextManager[Filling]:
        """Nothing is there unless it ends cleanly. Rows are stored as they were, and nothing is done about new ones."""


class ArchiveFile(Protocol):
    """A file of the object store in an archive."""

    @property
    def key(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def content_type(self) -> str: ...

    def chunks(self) -> AsyncIterator[bytes]: ...


class ArchiveWriter(Protocol):
    async def add_part(self, part: TablePart) -> None: ...

    async def add_file(self, key: str, size: int, content_type: str, chunks: AsyncIterator[bytes]) -> None: ...

    async def finish(self, manifest: Manifest) -> None:
        """Until then the archive is not at its place."""


class ArchiveReader(Protocol):
    async def verified(self, done: Callable[[int], None]) -> Manifest:
        """Compares every hash. Raises BrokenArchive. `done`: is told the bytes of each member."""

    def contents(self) -> AsyncIterator[TablePart | ArchiveFile]:
        """In the order of the archive: all parts, then all files; a file is read before the next is asked for."""
