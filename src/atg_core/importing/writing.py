"""Writing of valid records: only differences, and unique values in whatever order rows give them up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from atg_core.importing.accounts import Accounts, account_change
from atg_core.importing.imports import RowChange
from atg_core.importing.model import Kind
from atg_core.importing.ports import ImportStore
from atg_core.importing.preview import changed_row, new_row
from atg_core.importing.records import Change, Counts, Key, Record, StoredRecord
from atg_core.importing.uniqueness import judge

_MAX_PUT_OFF = 20_000
"""Rows that wait for a unique value until the end of their file."""


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes the records of one file.

    `refuse` is called with a record, the column and the reason, `show` with what becomes of each row that is written.
    """

    store: ImportStore
    accounts: Accounts
    now: datetime
    file: str
    counts: Counts
    refuse: Callable[[Record, str | None, str], object]
    show: Callable[[RowChange], None] | None = None
    _put_off: list[tuple[Kind, Record]] | None = field(default_factory=list)

    async def write(self, kind: Kind, records: Mapping[Key, Record], stored: Mapping[Key, StoredRecord]) -> None:
        """Stores the records, but puts off those with a value that another record has, which may give it up later."""
        changes = self._changes(kind, [(stored[key], record) for key, record in records.items() if key in stored])
        new = self._completed(kind, {key: record for key, record in records.items() if key not in stored})
        if kind.has_accounts:
            changes, new = self._within_rights(kind, changes, new, stored)
        written = {key: record.fields for key, record in new.items()}
        written |= {change.record.key(kind): change.fields for change in changes}
        verdict = await judge(kind, self.store, records, stored, written)
        for key, (field_name, reason) in sorted(verdict.blocked.items(), key=lambda each: records[each[0]].line):
            if self._put_off is not None and len(self._put_off) < _MAX_PUT_OFF:
                self._put_off.append((kind, records[key]))
            else:
                self.refuse(records[key], kind.header_of(field_name), reason)
        changing = [
            _vacating(change, stored[key], verdict.vacated.get(key, {}))
            for change in changes
            if (change.fields or change.items) and (key := change.record.key(kind)) not in verdict.blocked
        ]
        # Updates go first: a unique value that one of them gives up may be in a new record.
        refused_changes = await self.store.change(kind, changing, self.now)
        adding = [record for key, record in new.items() if key not in verdict.blocked]
        refused = await self.store.add(kind, adding, self.now)
        self.counts.created += len(adding) - len(refused)
        self.counts.updated += len(changing) - len(refused_changes)
        self.counts.unchanged += sum(1 for change in changes if not (change.fields or change.items))
        for unstored in sorted((*refused_changes, *refused), key=lambda unstored: unstored.record.line):
            self.refuse(unstored.record, kind.header_of(unstored.field), unstored.reason)
        failed = {unstored.record.line for unstored in (*refused_changes, *refused)}
        if self.show:
            written_rows = [
                *(changed_row(kind, change, stored[change.record.key(kind)]) for change in changing),
                *(new_row(kind, record) for record in adding),
            ]
            for row in sorted(written_rows, key=lambda each: each.line):
                if row.line not in failed:
                    self.show(row)
        if kind.has_accounts:
            changed = [account_change(change) for change in changing if change.record.line not in failed]
            await self.accounts.settle(changed, self.file)

    async def write_put_off(self) -> None:
        """Stores what was put off, together, when all other rows of the file are stored."""
        put_off, self._put_off = self._put_off or [], None
        for kind, group in groupby(put_off, key=itemgetter(0)):
            records = {record.key(kind): record for _, record in group}
            await self.write(kind, records, await self.store.stored(kind, records))

    def _within_rights(
        self, kind: Kind, changes: list[Change], new: dict[Key, Record], stored: Mapping[Key, StoredRecord]
    ) -> tuple[list[Change], dict[Key, Record]]:
        """Without what the role of who imports may not do to accounts, which is refused."""
        actor = self.accounts.actor
        if actor is None:
            return changes, new
        kept, kept_new = [], {}
        for change in changes:
            refusal = actor.refusal(stored[change.record.key(kind)].fields["role"], change.fields)
            if refusal:
                self.refuse(change.record, *refusal)
            else:
                kept.append(change)
        for key, record in new.items():
            if refusal := actor.refusal(None, record.fields):
                self.refuse(record, *refusal)
            else:
                kept_new[key] = record
        return kept, kept_new

    def _completed(self, kind: Kind, records: dict[Key, Record]) -> dict[Key, Record]:
        """Adds defaults of columns that the file does not have to new records."""
        absent = {column.field: self.now if column.default_now else column.default for column in kind.columns}
        nothing = {field: None for reference in kind.references for field in reference.targets.values()}
        for record in records.values():
            record.fields = {**kind.constants, **nothing, **absent, **record.fields}
        return records

    def _changes(self, kind: Kind, compared: list[tuple[StoredRecord, Record]]) -> list[Change]:
        reserved = kind.reserved
        changes = []
        for stored, record in compared:
            fields: Mapping[str, Any] = {
                name: value
                for name, value in record.fields.items()
                if stored.fields[name] not in (value, reserved.get(name, value))
            }
            if kind.has_accounts:
                fields = self.accounts.change_of(stored, record, fields)
            items = {table: items for table, items in record.items.items() if stored.items[table] != items}
            changes.append(Change(stored_id=stored.id, record=record, fields=fields, items=items))
        return changes


def _vacating(change: Change, stored: StoredRecord, vacated: Mapping[str, Any]) -> Change:
    """What is vacated is written again, changed or as it was."""
    again = {name: stored.fields[name] for name in vacated}
    return replace(change, vacated=vacated, fields={**again, **change.fields}) if vacated else change
