"""The jobs of ordered imports: check, apply, undo. Each bears being run again: what is done is done once."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Forbidden, Unavailable
from atg_core.identity.audit import Action
from atg_core.identity.ports import CallerCache, Callers, UserNotFound
from atg_core.ids import NewId
from atg_core.importing.accounts import Accounts, Actor, account_actions
from atg_core.importing.findings import Findings
from atg_core.importing.import_files import BadRows, ImportFiles, ImportOptions
from atg_core.importing.import_ports import ChangeRecorder, ImportRecords, OpenTables, Undone
from atg_core.importing.imports import (
    JOB_PERIOD,
    MAX_REASON,
    MAX_ROWS,
    NOT_UNDONE,
    UNDO_PERIOD,
    FileImport,
    ImportState,
    ImportTooOld,
    OrdererGone,
)
from atg_core.importing.kinds import KINDS
from atg_core.importing.ordering import ImportedFiles
from atg_core.importing.ports import AccountChange, ImportedAccounts, ImportStore, Source, UnusableFile
from atg_core.importing.records import Counts, Row
from atg_core.jobs.model import Arguments
from atg_core.unit_of_work import UnitOfWork


class _DoneBefore(Exception):
    """The job has been run already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunImports:
    """`copy_file`: writes an object of the store to a path; raises FileNotFoundError. `update_completion`: of all."""

    transaction: Callable[[], AbstractAsyncContextManager[object]]
    open: UnitOfWork[ImportRecords]
    open_change_recorder: UnitOfWork[ChangeRecorder]
    open_import_store: UnitOfWork[ImportStore]
    open_imported_accounts: UnitOfWork[ImportedAccounts]
    update_completion: Callable[[], Awaitable[None]]
    import_files: ImportFiles
    open_tables: OpenTables
    copy_file: Callable[[str, Path], Awaitable[None]]
    imported_files: ImportedFiles
    callers: Callers
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def check(self, arguments: Arguments) -> None:
        """A dry run."""
        await self._try(arguments, ImportState.CHECKING, self._check)

    async def apply(self, arguments: Arguments) -> None:
        """All rows, and what is needed to undo them, in one transaction with the new state."""
        await self._try(arguments, ImportState.APPLYING, self._apply)

    async def undo(self, arguments: Arguments) -> None:
        """All that was recorded is taken back, or nothing."""
        await self._try(arguments, ImportState.UNDOING, self._undo)

    async def forget(self) -> int:
        """Deletes files, recorded changes and shown values of a day ago; returns of how many imports.

        Before that it gives up what has died, so that others get their turn.
        """
        now = self.clock()
        async with self.transaction(), self.open() as records:
            for each in await records.abandoned(now - JOB_PERIOD):
                await records.save(replace(each, **_failure(each.state), updated_at=now))
        async with self.transaction(), self.open() as records, self.open_change_recorder() as recorder:
            old = await records.outdated(now - UNDO_PERIOD)
            for each in old:
                await records.save(replace(each, faults=(), changes=(), hindrances=(), is_recorded=False))
            await recorder.forget([each.id for each in old])
        for each in old:
            await self._drop_file(each)
        return len(old)

    async def _check(self, found: FileImport, _ordered_by: UUID | None) -> None:
        findings = Findings()
        actor = await self._actor(found, found.user_id)
        options = ImportOptions(dry=True, skip=True, refuse=findings.refuse, show=findings.show, actor=actor)
        try:
            counts = _counted(await self._import(found, options))
        except BadRows:  # of rows that are wrong together no count of the others is known
            counts = {"rejected": len(findings.faults)}
        faults, changes = findings.by_line(), findings.changes
        await self._move_on(found, state=ImportState.CHECKED, faults=faults, changes=changes, **counts)

    async def _apply(self, found: FileImport, ordered_by: UUID | None) -> None:
        """With the rights of who uploaded the file; the audit log names who has it applied."""

        @asynccontextmanager
        async def within() -> AsyncIterator[None]:
            async with self.open() as records, self.open_change_recorder() as recorder:
                await _require(records, found)
                async with recorder.recording(found.id):
                    yield

        async def done(counts: Mapping[str, Counts]) -> None:
            now = self.clock()
            applied = replace(found, state=ImportState.APPLIED, is_recorded=True, applied_at=now, updated_at=now)
            async with self.open() as records:
                await records.save(replace(applied, **_counted(counts)))

        findings = Findings()
        uploader, orderer = await self._actor(found, found.user_id), await self._actor(found, ordered_by)
        actor = replace(uploader, id=orderer.id)
        options = ImportOptions(refuse=findings.refuse, actor=actor, within=within, done=done)
        try:
            await self._import(found, options)
        except BadRows as error:  # others have changed what the file was compared with
            faults, rejected = findings.by_line(), len(error.errors)
            await self._move_on(found, state=ImportState.FAILED, faults=faults, rejected=rejected)
        await self._drop_file(found)

    async def _actor(self, found: FileImport, user_id: UUID | None) -> Actor:
        """Somebody with the role of now. Raises OrdererGone, KindForbidden, ImportOfAnother."""
        if user_id is None:
            raise OrdererGone
        try:
            user = (await self.callers.account(user_id)).user
        except UserNotFound:
            raise OrdererGone from None
        if not user.is_active:
            raise OrdererGone
        found.require_own(user.id, user.role)
        return Actor(id=user.id, role=user.role)

    async def _undo(self, found: FileImport, ordered_by: UUID | None) -> None:
        actor, now = await self._actor(found, ordered_by), self.clock()
        async with self.transaction(), self.open() as records, self.open_change_recorder() as recorder:
            await _require(records, found)
            if not found.is_recorded:
                raise ImportTooOld
            undone = await recorder.undo(found.id, actor.role)
            if undone.hindrances:
                applied = replace(found, state=ImportState.APPLIED, hindrances=undone.hindrances, updated_at=now)
                await records.save(applied)
                return
            if undone.left:
                async with self.open_import_store() as store:
                    await store.recount(now)
                await self.update_completion()
            await self._settle(found, undone, actor, now)
            await recorder.forget([found.id])
            await records.save(replace(found, state=ImportState.UNDONE, is_recorded=False, updated_at=now))
        await self.caller_cache.drop(*undone.accounts)

    async def _settle(self, found: FileImport, undone: Undone, actor: Actor, now: datetime) -> None:
        """Ends what must not outlive the former values of accounts, and tells the audit log of them."""
        changes = [
            AccountChange(user_id=user_id, actions=account_actions(fields) or (Action.USER_CHANGED,))
            for user_id, fields in undone.accounts.items()
        ]
        async with self.open_imported_accounts() as store:
            accounts = Accounts(store=store, new_id=self.new_id, now=now, actor=actor, doing="undo of the import of")
            await accounts.settle(changes, found.file_name)

    async def _try(
        self,
        arguments: Arguments,
        state: ImportState,
        work: Callable[[FileImport, UUID | None], Awaitable[None]],
    ) -> None:
        """Does nothing to an import in another state. What goes wrong is told there, unless it may go well later."""
        async with self.open() as records:
            found = await records.find(UUID(arguments["import_id"]))
        if found.state is not state:
            return
        ordered_by = UUID(arguments["ordered_by"]) if "ordered_by" in arguments else found.user_id
        try:
            await work(found, ordered_by)
        except _DoneBefore:
            return
        except Unavailable:
            raise
        except (UnusableFile, FileNotFoundError, Forbidden, ImportTooOld) as error:
            await self._move_on(found, **_failure(state, str(error)[:MAX_REASON]))
        except Exception:
            await self._move_on(found, **_failure(state))
            raise

    async def _move_on(self, found: FileImport, **changes: Any) -> None:
        """Unless its transaction was committed in spite of an error, or another try of the job was faster."""
        async with self.open() as records:
            present = await records.find(found.id)
            if present.state is found.state:
                await records.save(replace(present, **changes, updated_at=self.clock()))

    async def _import(self, found: FileImport, options: ImportOptions) -> Mapping[str, Counts]:
        """Raises UnusableFile, BadRows, FileNotFoundError."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"import{PurePath(found.file_name).suffix[:10]}")
            await self.copy_file(found.key or "", path)
            try:
                async with self.open_tables(path, KINDS[found.kind]) as sources:
                    named = [replace(each, file=found.file_name, rows=_bounded(each)) for each in sources]
                    return await self.import_files(named, options)
            except UnusableFile as error:
                told = str(error).replace(str(path), found.file_name)
                raise UnusableFile(told.removeprefix(f"{found.file_name}: ")) from error

    async def _drop_file(self, found: FileImport) -> None:
        if found.key is None:
            return
        await self.imported_files.delete(found.key)
        async with self.open() as records:
            present = await records.find(found.id)
            await records.save(replace(present, key=None))


async def _require(records: ImportRecords, found: FileImport) -> None:
    """Raises _DoneBefore if another try of the job was faster; else keeps others waiting."""
    if (await records.find(found.id)).state is not found.state:
        raise _DoneBefore


def _failure(state: ImportState, problem: str | None = None) -> Mapping[str, Any]:
    """What becomes of an import whose job has failed: what was not undone is applied as before."""
    if state is ImportState.UNDOING:
        return {"state": ImportState.APPLIED, "problem": problem or NOT_UNDONE}
    return {"state": ImportState.FAILED, "problem": problem}


def _counted(counts: Mapping[str, Counts]) -> Mapping[str, Any]:
    total = Counts()
    for each in counts.values():
        total.add(each)
    return asdict(total)


def _bounded(source: Source) -> Iterator[Row]:
    """The rows, as many as an import may have. Raises UnusableFile."""
    for number, row in enumerate(source.rows, 1):
        if number > MAX_ROWS:
            raise UnusableFile(f"{source.file}: has more than {MAX_ROWS} rows")
        yield row
