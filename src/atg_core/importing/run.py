"""Importing files: all rows in one transaction, and what is the same stays untouched."""

import asyncio
from array import array
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched, groupby
from typing import Any

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.identity.ports import Passwords
from atg_core.importing.checking import BadCell, References, check
from atg_core.importing.model import Change, Counts, Key, Kind, Record, Row, RowError, Stored
from atg_core.importing.ports import ImportStore, Source
from atg_core.importing.staging import bulk_headers, key_of, staged
from atg_core.opening import Open

_CHUNK = 500
_CHUNK_OF_SECRETS = 50
"""Hashing takes its time: told of more often."""
_MOST_ERRORS = 1_000


class BadRows(Invalid):
    """Some rows can not be imported

    `errors`: what is wrong with each, at most 1,000 of them. Nothing was stored.
    """

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__()
        self.errors = errors


class _Undo(Exception):
    """A dry run is over: what it stored is undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """`skip`: what is good is stored, and each bad row goes to `refuse`; else one bad row is enough to store nothing.

    `dry`: nothing is stored at all. `advance` hears of rows as they are done, with the file that they are of.
    """

    skip: bool = False
    dry: bool = False
    refuse: Callable[[RowError], None] = lambda _: None
    advance: Callable[[str, int], None] = lambda _file, _rows: None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFiles:
    """Stores the rows of all sources in one transaction. Raises BadRows, UnusableFile.

    `together`: one transaction of all stores; `settle`: draws the conclusions from what learners have done.
    """

    together: Callable[[], AbstractAsyncContextManager[object]]
    open: Open[ImportStore]
    settle: Callable[[], Awaitable[None]]
    passwords: Passwords
    clock: Clock

    async def __call__(self, sources: Iterable[Source], how: How = How()) -> dict[str, Counts]:
        """What came of each source, by its file."""
        how = how or How()
        counts: dict[str, Counts] = {}
        with suppress(_Undo):
            async with self.together(), self.open() as store:
                run = _Run(store=store, passwords=self.passwords, now=self.clock(), how=how)
                for source in sources:
                    counts[source.file] = await run.take(source)
                if run.errors:
                    raise BadRows(run.errors[:_MOST_ERRORS])
                await store.recount(run.now)
                if any(kind.settles for kind in run.kinds):
                    await self.settle()
                if how.dry:
                    raise _Undo
        return counts


class _Keys:
    """The keys of a file, as hashes, with their lines, in little memory: a million of them in some 80 MB."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._hashes, self._lines = array("q"), array("q")

    def are_new(self, keys: Sequence[int]) -> bool:
        """That none of them was there before, and none twice."""
        distinct = set(keys)
        return len(distinct) == len(keys) and self._seen.isdisjoint(distinct)

    def add(self, keys: Sequence[int], lines: Sequence[int]) -> None:
        self._seen.update(keys)
        self._hashes.extend(keys)
        self._lines.extend(lines)

    def line_of(self, key: int) -> int | None:
        return self._lines[self._hashes.index(key)] if key in self._seen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Rows as they were read; where all of them can be merged, their values as CSV, and the hashes of their keys."""

    rows: Sequence[Row]
    headers: tuple[str, ...]
    values: str | None
    keys: Sequence[int]


@dataclass(slots=True, kw_only=True)
class _Run:
    store: ImportStore
    passwords: Passwords
    now: datetime
    how: How
    errors: list[RowError] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    _keys: _Keys = field(default_factory=_Keys)

    async def take(self, source: Source) -> Counts:
        """While a batch is stored, the next one is read."""
        counts = Counts()
        self._keys = _Keys()
        batches = self._batches(source)
        batch = await self._next(batches)
        while batch is not None and len(self.errors) < _MOST_ERRORS:
            storing = asyncio.create_task(self._store(source, batch, counts))
            try:
                following = await self._next(batches)
            finally:
                await storing
            batch = following
        return counts

    def _batches(self, source: Source) -> Iterator[_Batch]:
        headers: tuple[str, ...] = ()
        if self.store.in_bulk and isinstance(source.kind, Kind):
            headers = bulk_headers(source.kind, source.headers)
        for rows in batched(source.rows, self.store.in_bulk or _CHUNK):
            if headers and isinstance(source.kind, Kind):
                values, keys = staged(source.kind, headers, rows), list(map(key_of(source.kind), rows))
                yield _Batch(rows=rows, headers=headers, values=values, keys=keys)
            else:
                yield _Batch(rows=rows, headers=headers, values=None, keys=[])

    async def _next(self, batches: Iterator[_Batch]) -> _Batch | None:
        """In a thread, where the database works by itself meanwhile."""
        return await asyncio.to_thread(next, batches, None) if self.store.in_bulk else next(batches, None)

    async def _store(self, source: Source, batch: _Batch, counts: Counts) -> None:
        of_kinds = self._by_kind(source, batch.rows, counts)
        self.how.advance(source.file, len(batch.rows) - sum(len(rows) for _, rows in of_kinds))
        for kind, rows in of_kinds:
            if kind not in self.kinds:
                self.kinds.append(kind)
            if await self._merged(kind, batch, counts):
                self.how.advance(source.file, len(batch.rows))
                continue
            for some in batched(rows, _CHUNK_OF_SECRETS if kind.has_secret(source.headers) else _CHUNK):
                await self._take_chunk(source, kind, some, counts)
                self.how.advance(source.file, len(some))

    def _by_kind(self, source: Source, rows: Sequence[Row], counts: Counts) -> list[tuple[Kind, Sequence[Row]]]:
        if isinstance(source.kind, Kind):
            return [(source.kind, rows)]
        sorted_out: list[tuple[Kind, Row]] = []
        for row in rows:
            try:
                sorted_out.append((source.kind.of_row(row.cells), row))
            except ValueError as error:
                self._reject(source, row, None, str(error), counts)
        return [
            (kind, [row for _, row in group]) for kind, group in groupby(sorted_out, key=lambda of_kind: of_kind[0])
        ]

    async def _merged(self, kind: Kind, batch: _Batch, counts: Counts) -> bool:
        """Whether all of these rows were good, and are stored."""
        if batch.values is None or not self._keys.are_new(batch.keys):
            return False
        merged = await self.store.merge(kind, batch.headers, batch.values, self.now)
        if merged is None:
            return False
        self._keys.add(batch.keys, [row.line for row in batch.rows])
        counts.created += merged.created
        counts.updated += merged.updated
        counts.unchanged += len(batch.rows) - merged.created - merged.updated
        return True

    async def _take_chunk(self, source: Source, kind: Kind, rows: Sequence[Row], counts: Counts) -> None:
        found, key = await References(self.store).of(kind, rows), key_of(kind)
        records: dict[Key, Record] = {}
        for row in rows:
            try:
                record = check(kind, row, found, source.headers)
                self._require_first(key(row), row.line)
                records[record.key(kind)] = record
            except BadCell as error:
                self._reject(source, row, error.column, error.reason, counts)
        stored = await self.store.stored(kind, records)
        new = [record for key, record in records.items() if key not in stored]
        compared = [(stored[key], record) for key, record in records.items() if key in stored]
        changes = [change for change in await self._changes(kind, compared) if change.fields or change.items]
        # Changes go first: what one of them gives up, such as an email, a new record may have.
        refused_changes = await self.store.change(kind, changes, self.now)
        refused = await self.store.add(kind, await self._completed(kind, new), self.now)
        counts.created += len(new) - len(refused)
        counts.updated += len(changes) - len(refused_changes)
        counts.unchanged += len(compared) - len(changes)
        for refusal in sorted((*refused_changes, *refused), key=lambda refusal: refusal.record.line):
            self._reject(source, refusal.record, kind.header_of(refusal.field), refusal.reason, counts)

    def _require_first(self, key: int, line: int) -> None:
        before = self._keys.line_of(key)
        if before is not None:
            raise BadCell(None, f"repeats line {before}")
        self._keys.add([key], [line])

    async def _completed(self, kind: Kind, records: list[Record]) -> list[Record]:
        """New records, with the defaults of what the file leaves open, and with their passwords hashed."""
        absent = {column.field: self.now if column.default_now else column.default for column in kind.columns}
        nothing = {field: None for reference in kind.references for field in reference.targets.values()}
        hashes = await asyncio.gather(*(self._hash(record) for record in records))
        for record, password_hash in zip(records, hashes, strict=True):
            record.fields = {**kind.constants, **nothing, **absent, **record.fields, **password_hash}
        return records

    async def _changes(self, kind: Kind, compared: list[tuple[Stored, Record]]) -> list[Change]:
        reserved = kind.reserved
        hashes = await asyncio.gather(*(self._new_hash(stored, record) for stored, record in compared))
        return [
            Change(
                stored_id=stored.id,
                record=record,
                fields={
                    name: value
                    for name, value in record.fields.items()
                    if stored.fields[name] not in (value, reserved.get(name, value))
                }
                | password_hash,
                items={table: items for table, items in record.items.items() if stored.items[table] != items},
            )
            for (stored, record), password_hash in zip(compared, hashes, strict=True)
        ]

    async def _hash(self, record: Record) -> dict[str, Any]:
        return {"password_hash": await self.passwords.hash(record.secret)} if record.secret else {}

    async def _new_hash(self, stored: Stored, record: Record) -> dict[str, Any]:
        """Nothing where the stored hash is of this very password."""
        if record.secret is None:
            return {}
        if (await self.passwords.check(record.secret, stored.fields["password_hash"])).matches:
            return {}
        return await self._hash(record)

    def _reject(self, source: Source, row: Row | Record, column: str | None, reason: str, counts: Counts) -> None:
        counts.rejected += 1
        error = RowError(file=source.file, line=row.line, column=column, reason=reason, cells=row.cells)
        self.how.refuse(error)
        if not self.how.skip:
            self.errors.append(error)
