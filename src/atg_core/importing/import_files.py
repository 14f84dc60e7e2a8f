"""Import of files: all rows in one transaction; unchanged records are not written."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import batched, groupby
from uuid import UUID

from atg_core.catalog.prerequisites import PrerequisiteStore
from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.identity.ports import CallerCache
from atg_core.ids import NewId
from atg_core.importing.accounts import Accounts, Actor, Refuse
from atg_core.importing.cycles import cycles_of
from atg_core.importing.file_keys import FileKeys
from atg_core.importing.imports import RowChange
from atg_core.importing.model import Kind
from atg_core.importing.passwords import HashImportedPassword
from atg_core.importing.ports import ImportedAccounts, ImportStore, Source
from atg_core.importing.records import Counts, Key, Record, Row, RowError, StoredRecord
from atg_core.importing.staging import bulk_headers, key_hash_of, key_hashes, staged
from atg_core.importing.validation import BadCell, References, check
from atg_core.importing.writing import Writer
from atg_core.nearest import KnownNames, UnknownName, known_name
from atg_core.unit_of_work import UnitOfWork

_CHUNK = 500
_CHUNK_OF_SECRETS = 50
"""Smaller, so that progress is reported often although hashing is slow."""
_MAX_ERRORS = 1_000


class BadRows(Invalid):
    """Some rows can not be imported

    `errors`: at most 1,000 of them. Nothing was stored.
    """

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__()
        self.errors = errors


class _Undo(Exception):
    """Rolls back a dry run."""


async def _nothing_more(_counts: Mapping[str, Counts]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """`skip`: valid rows are stored in spite of bad ones; else one bad row rolls back everything.

    `dry`: validates only, stores nothing. `take_over`: a self-made account becomes that of the row with its username.
    `refuse` is called with the error of each bad row, `advance` with the file and the number of rows processed,
    `show` with each row that is new or changes, which are stored row by row then. `actor`: whose rights count, and whom
    the audit log names.
    `within`: around all of it, and `done` at its end, in its transaction.
    """

    skip: bool = False
    dry: bool = False
    take_over: bool = False
    refuse: Callable[[RowError], None] = lambda _: None
    advance: Callable[[str, int], None] = lambda _file, _rows: None
    show: Callable[[RowChange], None] | None = None
    actor: Actor | None = None
    within: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    done: Callable[[Mapping[str, Counts]], Awaitable[None]] = _nothing_more


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFiles:
    """Stores the rows of all sources in one transaction. Raises BadRows, UnusableFile.

    `transaction`: one transaction of all stores; `update_completion`: updates percents, certificates and totals of all;
    `keep_obligations`: who has to take which course until when; `known_names`: of departments that people have.
    """

    transaction: Callable[[], AbstractAsyncContextManager[object]]
    open: UnitOfWork[ImportStore]
    open_imported_accounts: UnitOfWork[ImportedAccounts]
    update_completion: Callable[[], Awaitable[None]]
    keep_obligations: Callable[[], Awaitable[None]]
    hash_imported_password: HashImportedPassword
    known_names: KnownNames
    open_prerequisites: UnitOfWork[PrerequisiteStore]
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def __call__(self, sources: Iterable[Source], options: ImportOptions = ImportOptions()) -> dict[str, Counts]:
        """Counts by file."""
        counts: dict[str, Counts] = {}
        with suppress(_Undo):
            async with (
                self.transaction(),
                options.within(),
                self.open() as store,
                self.open_imported_accounts() as account_store,
            ):
                now, take_over = self.clock(), options.take_over
                accounts = Accounts(
                    store=account_store, new_id=self.new_id, now=now, take_over=take_over, actor=options.actor
                )
                hash_password = self.hash_imported_password
                run = _Run(
                    store=store,
                    accounts=accounts,
                    hash_password=hash_password,
                    departments=self.known_names.departments,
                    now=now,
                    options=options,
                )
                for source in sources:
                    counted = counts.setdefault(source.file, Counts())
                    counted.add(await run.take(source))
                    async with self.open_prerequisites() as prerequisites:
                        await run.require_no_cycles(source, counted, prerequisites)
                if run.errors:
                    raise BadRows(run.errors[:_MAX_ERRORS])
                await store.recount(run.now)
                if any(kind.affects_obligations for kind in run.kinds):
                    await self.keep_obligations()
                if any(kind.affects_completion for kind in run.kinds):
                    await self.update_completion()
                if options.dry:
                    raise _Undo
                await options.done(counts)
            await self.caller_cache.drop(*accounts.touched)
        return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Rows as they were read; if they can be merged in bulk, also their values as CSV and the hashes of their keys."""

    rows: Sequence[Row]
    headers: tuple[str, ...]
    values: str | None
    keys: Sequence[int]


@dataclass(slots=True, kw_only=True)
class _Run:
    store: ImportStore
    accounts: Accounts
    hash_password: HashImportedPassword
    departments: Callable[[], Awaitable[Iterable[str]]]
    now: datetime
    options: ImportOptions
    errors: list[RowError] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    _keys: FileKeys = field(default_factory=FileKeys)
    _of_courses: dict[UUID, Record] = field(default_factory=dict)

    async def take(self, source: Source) -> Counts:
        """Imports a source; the next batch is read while one is stored."""
        counts = Counts()
        self._keys, self._of_courses = FileKeys(), {}
        writer = Writer(
            store=self.store,
            accounts=self.accounts,
            now=self.now,
            file=source.file,
            counts=counts,
            refuse=partial(self._reject, source, counts),
            show=self.options.show,
        )
        batches = self._batches(source)
        batch = await self._next(batches)
        while batch is not None and len(self.errors) < _MAX_ERRORS:
            storing = asyncio.create_task(self._store(source, batch, writer))
            try:
                following = await self._next(batches)
            finally:
                await storing
            batch = following
        await writer.write_put_off()
        return counts

    def _batches(self, source: Source) -> Iterator[_Batch]:
        headers: tuple[str, ...] = ()
        if self.store.bulk_size and isinstance(source.kind, Kind) and self.options.show is None:
            one_by_one = source.kind.has_accounts and (self.options.take_over or self.options.actor)
            headers = () if one_by_one else bulk_headers(source.kind, source.headers)
        for rows in batched(source.rows, self.store.bulk_size or _CHUNK):
            if headers and isinstance(source.kind, Kind):
                values, keys = staged(source.kind, headers, rows), key_hashes(source.kind, rows)
                yield _Batch(rows=rows, headers=headers, values=values, keys=keys)
            else:
                yield _Batch(rows=rows, headers=headers, values=None, keys=[])

    async def _next(self, batches: Iterator[_Batch]) -> _Batch | None:
        """In a thread if the database works in parallel."""
        return await asyncio.to_thread(next, batches, None) if self.store.bulk_size else next(batches, None)

    async def _store(self, source: Source, batch: _Batch, writer: Writer) -> None:
        counts = writer.counts
        of_kinds = self._by_kind(source, batch.rows, counts)
        self.options.advance(source.file, len(batch.rows) - sum(len(rows) for _, rows in of_kinds))
        for kind, rows in of_kinds:
            if kind not in self.kinds:
                self.kinds.append(kind)
            if await self._merged(source, kind, batch, counts):
                self.options.advance(source.file, len(batch.rows))
                continue
            for some in batched(rows, _CHUNK_OF_SECRETS if kind.has_secret(source.headers) else _CHUNK):
                await self._take_chunk(source, kind, some, writer)
                self.options.advance(source.file, len(some))

    def _by_kind(self, source: Source, rows: Sequence[Row], counts: Counts) -> list[tuple[Kind, Sequence[Row]]]:
        if isinstance(source.kind, Kind):
            return [(source.kind, rows)]
        sorted_out: list[tuple[Kind, Row]] = []
        for row in rows:
            try:
                sorted_out.append((source.kind.of_row(row.cells), row))
            except ValueError as error:
                self._reject(source, counts, row, None, str(error))
        return [
            (kind, [row for _, row in group]) for kind, group in groupby(sorted_out, key=lambda of_kind: of_kind[0])
        ]

    async def _merged(self, source: Source, kind: Kind, batch: _Batch, counts: Counts) -> bool:
        """Whether the whole batch was stored in bulk."""
        if batch.values is None or not self._keys.are_new(batch.keys):
            return False
        merged = await self.store.merge(kind, batch.headers, batch.values, self.now)
        if merged is None:
            return False
        await self.accounts.settle(merged.changes, source.file)
        self._keys.add(batch.keys, [row.line for row in batch.rows])
        counts.created += merged.created
        counts.updated += merged.updated
        counts.unchanged += len(batch.rows) - merged.created - merged.updated
        return True

    async def _take_chunk(self, source: Source, kind: Kind, rows: Sequence[Row], writer: Writer) -> None:
        found, key = await References(self.store).of(kind, rows), key_hash_of(kind)
        records: dict[Key, Record] = {}
        for row in rows:
            try:
                record = check(kind, row, found, source.headers)
                self._require_first(key(row), row.line)
                records[record.key(kind)] = record
            except BadCell as error:
                self._reject(source, writer.counts, row, error.column, error.reason)
        stored = await self.store.stored(kind, records)
        refuse = writer.refuse
        records = await self.accounts.admitted(kind, source.headers, records, stored, refuse)
        for weak, refusal in (await self._hash_passwords(records, stored)).items():
            refuse(records.pop(weak), refusal.column, refusal.reason)
        await self._require_departments(kind, records, stored, refuse)
        if kind.acyclic:
            self._of_courses |= {record.fields[kind.key[0]]: record for record in records.values()}
        if kind.has_accounts:
            records = await self.accounts.free_emails(records, stored, source.file, refuse)
        await writer.write(kind, records, stored)

    async def require_no_cycles(self, source: Source, counts: Counts, store: PrerequisiteStore) -> None:
        """Refuses rows of courses that nobody could ever begin, when the whole file is stored."""
        lines = {course_id: record.line for course_id, record in self._of_courses.items()}
        records = {record.line: record for record in self._of_courses.values()}
        for line, reason in (await cycles_of(store, lines)).items():
            error = self._reject(source, counts, records[line], None, reason)
            if self.options.skip:  # they are stored by now, so that none may be
                self.errors.append(error)

    async def _require_departments(
        self, kind: Kind, records: dict[Key, Record], stored: Mapping[Key, StoredRecord], refuse: Refuse
    ) -> None:
        """Names of departments are as people have them, but for those that are stored already."""
        for column in kind.columns:
            new = [
                key
                for key, record in records.items()
                if column.of_department
                and (given := record.fields.get(column.field))
                and (key not in stored or stored[key].fields[column.field] != given)
            ]
            known = list(await self.departments()) if new else []
            for key in new:
                try:
                    given = records[key].fields[column.field]
                    records[key].fields[column.field] = known_name(given, known, field=column.header)
                except UnknownName as error:
                    near = ", ".join(error.suggestions)
                    told = f"names nothing that is there: {given}"
                    refuse(records.pop(key), column.header, f"{told}; did you mean {near}?" if near else told)

    def _require_first(self, key: int, line: int) -> None:
        before = self._keys.line_of(key)
        if before is not None:
            raise BadCell(None, f"repeats line {before}")
        self._keys.add([key], [line])

    async def _hash_passwords(
        self, records: Mapping[Key, Record], stored: Mapping[Key, StoredRecord]
    ) -> dict[Key, BadCell]:
        """Sets the hashes of passwords; gives the weak ones."""

        async def hashed(key: Key, record: Record) -> BadCell | None:
            try:
                await self.hash_password(record, stored.get(key))
            except BadCell as error:
                return error
            return None

        refused = await asyncio.gather(*(hashed(key, record) for key, record in records.items()))
        return {key: error for key, error in zip(records, refused, strict=True) if error}

    def _reject(self, source: Source, counts: Counts, row: Row | Record, column: str | None, reason: str) -> RowError:
        counts.rejected += 1
        heading = source.headings.get(column or "")
        error = RowError(
            file=source.file, line=row.line, column=column, reason=reason, cells=row.cells, heading=heading
        )
        self.options.refuse(error)
        if not self.options.skip:
            self.errors.append(error)
        return error
