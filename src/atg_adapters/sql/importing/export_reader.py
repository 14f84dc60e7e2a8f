"""Records of any kind for an export on SQL, driven by the declaration of the kind."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.tables.every import metadata
from atg_core.importing.export import ExportedRecord
from atg_core.importing.kinds import STORED_KINDS
from atg_core.importing.model import Kind, ListColumn

_BATCH = 1_000
_ID = "record id"


class SqlExportReader:
    """`ExportReader`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def records(self, kind: Kind) -> AsyncIterator[Sequence[ExportedRecord]]:
        async with self.database.snapshot() as connection:
            select = _select(kind, collation=None if self.database.is_sqlite else "C")
            async for batch in connection.batches(select, _BATCH):
                rows = [fields_of(row) for row in batch]
                for listed in kind.items:
                    await self._add_items(connection, listed, rows)
                yield rows

    async def _add_items(self, connection: Connection, listed: ListColumn, rows: Sequence[dict[str, Any]]) -> None:
        table = metadata.tables[listed.table]
        flag = table.c[listed.chosen[1]] if listed.chosen else sa.false()
        path: sa.FromClause = table
        item: sa.ColumnElement[Any] = table.c[listed.field]
        if listed.target:
            path, [item] = _joined(table, item, STORED_KINDS[listed.target])
        select = (
            sa.select(table.c[listed.parent], item, flag)
            .select_from(path)
            .where(table.c[listed.parent].in_([row[_ID] for row in rows]))
            .order_by(table.c.order_index, *table.primary_key)
        )
        lists: defaultdict[Any, list[tuple[str, bool]]] = defaultdict(list)
        for parent, text, chosen in await connection.execute(select):
            lists[parent].append((text, chosen))
        for record in rows:
            items = lists[record[_ID]]
            record[listed.header] = [text for text, _ in items]
            if listed.chosen:
                record[listed.chosen[0]] = [number for number, (_, chosen) in enumerate(items, start=1) if chosen]


def _select(kind: Kind, collation: str | None) -> sa.Select[Any]:
    """The records with the keys of their references; `collation`: one that sorts by code points."""
    table = metadata.tables[kind.table]
    path: sa.FromClause = table
    profile = metadata.tables[kind.profile_table] if kind.profile_table else table
    if kind.profile_table:
        path = path.outerjoin(profile, profile.c.id == table.c.id)
    columns: list[Any] = [table.c.id.label(_ID)]
    for reference in kind.references:
        owner = profile if reference.in_profile else table
        found: list[list[Any]] = []
        for target, field in reference.targets.items():
            path, keys = _joined(path, owner.c[field], STORED_KINDS[target])
            found.append(keys)
        columns += [
            (sa.func.coalesce(*some) if len(some) > 1 else some[0]).label(header)
            for header, some in zip(reference.headers, zip(*found, strict=True), strict=True)
        ]
    for column in kind.columns:
        if not column.secret:
            owner = profile if column.in_profile else table
            columns.append(owner.c[column.field].label(column.header))
    only = [table.c[name] == value for name, value in kind.only.items()]
    order: list[Any] = [table.c.id]
    if kind.uuid:
        by_header = {column.name: column.element for column in columns if column.name in kind.key_headers}
        order = [_by_codes(by_header[header], collation).nulls_first() for header in kind.key_headers]
    return sa.select(*columns).select_from(path).where(*only).order_by(*order)


def _by_codes(column: sa.ColumnElement[Any], collation: str | None) -> sa.ColumnElement[Any]:
    return column.collate(collation) if collation and isinstance(column.type, sa.String) else column


def _joined(path: sa.FromClause, reference: sa.ColumnElement[Any], kind: Kind) -> tuple[sa.FromClause, list[Any]]:
    """Joins the referenced record; returns the join and its key columns, whose references are joined likewise."""
    table = metadata.tables[kind.table].alias()
    path = path.outerjoin(table, table.c.id == reference)
    further = {field: target for each in kind.references for target, field in each.targets.items()}
    keys: list[Any] = []
    for field in kind.key:
        if field in further:
            path, more = _joined(path, table.c[field], STORED_KINDS[further[field]])
            keys += more
        else:
            keys.append(table.c[field])
    return path, keys
