"""Ports of ordered imports: their records, and the changes of rows by which one can be undone."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from atg_core.identity.model import Role
from atg_core.importing.imports import FileImport, Hindrance
from atg_core.importing.model import Kind, KindChoice
from atg_core.importing.ports import Source


class ImportRecords(Protocol):
    """Ordered imports, within a transaction."""

    async def add(self, new: FileImport) -> None: ...

    async def find(self, import_id: UUID) -> FileImport:
        """Locks it until the end of the transaction. Raises ImportNotFound."""

    async def save(self, changed: FileImport) -> None:
        """Raises ImportRunning if it begins to be applied or undone while another one is."""

    async def outdated(self, before: datetime) -> Sequence[FileImport]:
        """Those not changed since of which a file, recorded changes, or values of rows are still kept; at most 100.

        Without those for which there is a job. Locks them, and leaves out what others have locked.
        """

    async def abandoned(self, before: datetime) -> Sequence[FileImport]:
        """Those not changed since for which there is a job, locked in the same way."""


class ImportQueries(Protocol):
    async def listed(self, kinds: Collection[str], *, limit: int, offset: int) -> tuple[Sequence[FileImport], int]:
        """The newest first, without faults and changes; and how many there are in all."""

    async def find(self, import_id: UUID) -> FileImport:
        """Raises ImportNotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What came of undoing. `hindrances`: why nothing was done.

    `accounts`: what accounts were given back, by their id; nothing to those that were deleted, or whose profile alone.
    `left`: counters and totals have changed for other reasons too, so that they have to be computed anew.
    """

    hindrances: Sequence[Hindrance] = ()
    accounts: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    left: bool = False


class ChangeRecorder(Protocol):
    """Records what changes in which rows, within a transaction."""

    def recording(self, import_id: UUID) -> AbstractAsyncContextManager[None]:
        """Every change of a row in this transaction, until the end of the block, by whatever statement.

        Not of the tables in UNRECORDED, which an import does not take back.
        """

    async def undo(self, import_id: UUID, role: Role) -> Undone:
        """Takes back all that was recorded, or nothing, as far as somebody of the role may.

        The rows stay locked until the end of the transaction. At most 20 hindrances.
        """

    async def forget(self, import_ids: Collection[UUID]) -> None:
        """Deletes what was recorded of them."""


class OpenTables(Protocol):
    """Opens a file; raises UnusableFile."""

    def __call__(self, path: Path, kind: Kind | KindChoice) -> AbstractAsyncContextManager[Sequence[Source]]: ...
