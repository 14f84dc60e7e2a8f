"""Records of any kind for an export in memory, driven by the declaration of the kind."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.importing.export import ExportedRecord
from atg_core.importing.kinds import STORED_KINDS
from atg_core.importing.model import Kind, ListColumn


class MemoryExportReader:
    """`ExportReader`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def records(self, kind: Kind) -> AsyncIterator[Sequence[ExportedRecord]]:
        rows = sorted(self.database.rows(kind.table, **kind.only), key=lambda row: row["id"])
        records = [self._record(kind, row) for row in rows]
        if kind.uuid:
            records.sort(key=lambda record: [_nothing_first(record.get(header)) for header in kind.key_headers])
        yield records

    def _record(self, kind: Kind, row: Row) -> Row:
        profile = self.database.tables[kind.profile_table][row["id"]] if kind.profile_table else {}
        record: Row = {
            column.header: (profile if column.in_profile else row).get(column.field)
            for column in kind.columns
            if not column.secret
        }
        for reference in kind.references:
            owner = profile if reference.in_profile else row
            for target, field in reference.targets.items():
                if owner.get(field) is not None:
                    record |= zip(reference.headers, self._key(STORED_KINDS[target], owner[field]), strict=True)
        for listed in kind.items:
            record |= self._items(listed, row["id"])
        return record

    def _key(self, kind: Kind, record_id: Any) -> list[Any]:
        row = self.database.tables[kind.table][record_id]
        further = {field: target for each in kind.references for target, field in each.targets.items()}
        keys: list[Any] = []
        for field in kind.key:
            keys += self._key(STORED_KINDS[further[field]], row[field]) if field in further else [row[field]]
        return keys

    def _items(self, listed: ListColumn, parent: Any) -> Row:
        rows = self.database.rows(listed.table, **{listed.parent: parent})
        items = sorted(rows, key=lambda item: (item["order_index"], item["id"]))
        values = [item[listed.field] for item in items]
        if listed.target:
            values = [key for value in values for key in self._key(STORED_KINDS[listed.target], value)]
        record: Row = {listed.header: values}
        if listed.chosen:
            header, flag = listed.chosen
            record[header] = [number for number, item in enumerate(items, start=1) if item[flag]]
        return record


def _nothing_first(value: Any) -> tuple[bool, Any]:
    return (False, 0) if value is None else (True, value)
