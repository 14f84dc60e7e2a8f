"""Ordering imports: upload, apply and undo, each done by a job."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.ids import NewId
from atg_core.importing.import_ports import ImportQueries, ImportRecords
from atg_core.importing.imports import MAX_BYTES, FileImport, ImportState, require_kind
from atg_core.jobs.ports import JobQueue
from atg_core.unit_of_work import UnitOfWork

CHECK_IMPORT, APPLY_IMPORT, UNDO_IMPORT = "check_import", "apply_import", "undo_import"
_LANE = "imports"
_LONGEST_NAME = 150


class ImportedFiles(Protocol):
    """The object store, as imports use it."""

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, max_bytes: int) -> object:
        """Raises FileTooLarge."""

    async def delete(self, key: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderImports:
    """What people ask of imports. `transaction`: one of all stores."""

    transaction: Callable[[], AbstractAsyncContextManager[object]]
    open: UnitOfWork[ImportRecords]
    import_queries: ImportQueries
    imported_files: ImportedFiles
    jobs: JobQueue
    clock: Clock
    new_id: NewId

    async def upload(self, caller: Caller, kind: str, file_name: str, chunks: AsyncIterator[bytes]) -> FileImport:
        """Keeps the file, and has it checked. Raises KindUnknown, KindForbidden, FileTooLarge."""
        require_kind(caller.role, kind)
        import_id, now, name = self.new_id(), self.clock(), shown_name(file_name)
        key = f"imports/{import_id}"
        new = FileImport(
            id=import_id,
            user_id=caller.id,
            user_name=caller.full_name or caller.username,
            kind=kind,
            file_name=name,
            key=key,
            state=ImportState.CHECKING,
            created_at=now,
            updated_at=now,
        )
        await self.imported_files.put(key, chunks, content_type="application/octet-stream", max_bytes=MAX_BYTES)
        try:
            async with self.transaction(), self.open() as records:
                await records.add(new)
                await self._enqueue(CHECK_IMPORT, new.id, caller)
        except BaseException:
            await self.imported_files.delete(key)
            raise
        return new

    async def found(self, caller: Caller, import_id: UUID) -> FileImport:
        """Raises ImportNotFound, KindForbidden."""
        found = await self.import_queries.find(import_id)
        require_kind(caller.role, found.kind)
        return found

    async def apply(self, caller: Caller, import_id: UUID) -> FileImport:
        """Raises what FileImport.require_applicable raises, and ImportRunning."""
        async with self.transaction(), self.open() as records:
            found = await records.find(import_id)
            found.require_own(caller.id, caller.role)
            found.require_applicable(self.clock())
            return await self._begin(caller, records, found, ImportState.APPLYING, APPLY_IMPORT)

    async def undo(self, caller: Caller, import_id: UUID) -> FileImport:
        """Raises what FileImport.require_undoable raises, and ImportRunning. What hinders it, the job tells."""
        async with self.transaction(), self.open() as records:
            found = await records.find(import_id)
            found.require_own(caller.id, caller.role)
            found.require_undoable(self.clock())
            return await self._begin(caller, records, found, ImportState.UNDOING, UNDO_IMPORT)

    async def _begin(
        self, caller: Caller, records: ImportRecords, found: FileImport, state: ImportState, job: str
    ) -> FileImport:
        begun = replace(found, state=state, updated_at=self.clock(), problem=None, hindrances=())
        await records.save(begun)
        await self._enqueue(job, found.id, caller)
        return begun

    async def _enqueue(self, job: str, import_id: UUID, caller: Caller) -> None:
        await self.jobs.enqueue(job, {"import_id": str(import_id), "ordered_by": str(caller.id)}, lane=_LANE)


def shown_name(file_name: str) -> str:
    """The name of a file as it is shown, without folders and what can not be seen."""
    name = PurePosixPath(file_name.replace("\\", "/")).name
    return "".join(each for each in name if each.isprintable())[-_LONGEST_NAME:] or "file"
