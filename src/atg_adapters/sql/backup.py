"""The contents of a database, in a form that is the same on PostgreSQL and SQLite."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import json

from atg_adapters.sql import schema, triggers
from atg_adapters.sql.backup_jobs import JOB_TABLES, JOBS, add_jobs, jobs_of
from atg_adapters.sql.backup_numbers import numbers_of, set_numbers
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database
from atg_adapters.sql.statements import CACHES
from atg_adapters.sql.tables.every import metadata
from atg_core.backup.model import TablePart
from atg_core.backup.ports import Filling, Snapshot

_ROWS, _BYTES = 1000, 4 * 1024 * 1024
_FILLED_BY_MIGRATIONS = frozenset({"catalog_version"})
_EXACT = (UUID, datetime, date, time, Decimal, bytes, bool, int, float, str)
_ENCODER = json.Encoder(order="deterministic", decimal_format="string")


def stored_tables() -> list[sa.Table]:
    """Those before their children; jobs are kept in another form."""
    return [table for table in metadata.sorted_tables if table.name not in JOB_TABLES]


class SqlContents:
    """`DatabaseContents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def revision(self) -> str:
        return await schema.revision_of(self._database) or ""

    async def occupied(self) -> Sequence[str]:
        async with self._database.reader() as connection:
            found = [
                table.name
                for table in stored_tables()
                if table.name not in _FILLED_BY_MIGRATIONS
                and (await connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1))).first()
            ]
            return [*found, *([JOBS] if [job async for job in jobs_of(connection)] else [])]

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        async with self._database.snapshot() as connection:
            yield SqlSnapshot(connection)

    @asynccontextmanager
    async def filling(self) -> AsyncIterator[Filling]:
        async with self._database.transaction() as connection, triggers.switched_off(connection, stored_tables()):
            for name in _FILLED_BY_MIGRATIONS:
                await connection.execute(sa.delete(metadata.tables[name]))
            yield SqlFilling(connection)


class SqlSnapshot:
    """`Snapshot`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def parts(self) -> AsyncIterator[TablePart]:
        for table in stored_tables():
            key = _key_of(table, self._connection.dialect)
            batches = self._connection.batches(sa.select(table).order_by(*key), _ROWS)
            async with aclosing(batches):
                async for part in _cut(table.name, batches):
                    yield part
        async for part in _cut(JOBS, _one_batch(jobs_of(self._connection))):
            yield part

    async def numbers(self) -> Mapping[str, int]:
        return await numbers_of(self._connection)


class SqlFilling:
    """`Filling`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, part: TablePart) -> None:
        if part.table == JOBS:
            await add_jobs(self._connection, [json.decode(line) for line in part.content.splitlines()])
            return
        table = metadata.tables[part.table]
        rows = _decoder_of(table).decode_lines(part.content)
        if self._connection.dialect.name == "postgresql":
            await self._copy(table, rows)
        else:
            names = [column.name for column in table.c]
            values = [dict(zip(names, row, strict=True)) for row in rows]
            await self._connection.execute(sa.insert(table), values)

    async def _copy(self, table: sa.Table, rows: Iterable[Sequence[Any]]) -> None:
        """COPY takes ten times as many rows a second as INSERT."""
        names = [column.name for column in table.c]
        compiled, _ = CACHES["postgresql"].find(sa.insert(table), dict.fromkeys(names), many=True)
        quote = self._connection.dialect.identifier_preparer.quote
        text = f"COPY {quote(table.name)} ({', '.join(map(quote, names))}) FROM STDIN"
        driver = await self._connection.of_driver()
        async with driver.cursor() as cursor, cursor.copy(text) as copy:
            for row in rows:
                await copy.write_row(compiled.parameters(dict(zip(names, row, strict=True))))

    async def set_numbers(self, numbers: Mapping[str, int]) -> None:
        await set_numbers(self._connection, numbers)


def _key_of(table: sa.Table, dialect: sa.Dialect) -> list[sa.ColumnElement[Any]]:
    """PostgreSQL sorts texts by the rules of a language, unless it is told not to."""
    if dialect.name == "sqlite":
        return list(table.primary_key)
    return [sa.collate(each, "C") if isinstance(each.type, sa.String) else each for each in table.primary_key]


async def _cut(table: str, batches: AsyncIterator[Iterable[Sequence[Any]]]) -> AsyncIterator[TablePart]:
    lines: list[bytes] = []
    size = 0
    async for rows in batches:
        for row in rows:
            line = _ENCODER.encode(tuple(row))
            lines.append(line)
            size += len(line) + 1
            if size >= _BYTES:
                yield TablePart(table=table, rows=len(lines), content=b"\n".join(lines))
                lines, size = [], 0
    if lines:
        yield TablePart(table=table, rows=len(lines), content=b"\n".join(lines))


async def _one_batch(rows: AsyncIterator[Sequence[Any]]) -> AsyncIterator[list[Sequence[Any]]]:
    yield [row async for row in rows]


@cache
def _decoder_of(table: sa.Table) -> json.Decoder[Any]:
    kinds = [_python_type(column.type) | None for column in table.c]
    return json.Decoder(tuple[*kinds])  # type: ignore[valid-type]


def _python_type(column: sa.types.TypeEngine[Any]) -> Any:
    kind = (column.impl_instance if isinstance(column, sa.TypeDecorator) else column).python_type
    return kind if kind in _EXACT else Any
