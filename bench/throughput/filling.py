"""A database with the product's own schema, filled by COPY on PostgreSQL and row by row on SQLite.

A column that a table does not have, in an older or newer revision, is left out.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import batched, chain
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.dialects import sqlite

import atg_adapters.sql.tables.every  # noqa: F401 - so that all tables are known
from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.metadata import metadata
from bench.throughput.people import people
from bench.throughput.rows import SERIALS, Row, Rows, catalogue, teaching

type Convert = Callable[[Any], Any] | None


async def _migrate(url: str) -> None:
    database = Database(url)
    await schema.migrate(database)
    await database.close()


def _all(size: str) -> Iterable[Rows]:
    now = datetime.now(UTC)
    return chain(catalogue(), people(now, size), teaching(now))


def _without_missing(rows: Rows) -> Rows:
    known = metadata.tables[rows.table].columns
    kept = [place for place, name in enumerate(rows.columns) if name in known]
    if len(kept) == len(rows.columns):
        return rows
    columns = tuple(rows.columns[place] for place in kept)
    return Rows(rows.table, columns, (tuple(row[place] for place in kept) for row in rows.rows))


def fill(url: str, size: str) -> None:
    asyncio.run(_migrate(url))
    if url.startswith("sqlite"):
        _fill_sqlite(Path(url.removeprefix("sqlite:///")), size)
    else:
        _fill_postgres(url, size)


def _fill_postgres(url: str, size: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute("SET session_replication_role = replica")  # what refers to other rows is right
        for table, columns, rows in map(_without_missing, _all(size)):
            with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()) as copy:
                for batch in batched(rows, 1_000):
                    copy.write("".join(map(_line, batch)))
        for table, number in SERIALS.items():
            connection.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, number))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _line(row: Row) -> str:
    """Of COPY's text format. No text that is stored has a tab, a new line or a backslash."""
    return "\t".join([value if value.__class__ is str else _text(value) for value in row]) + "\n"


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    return f"\\\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def _fill_sqlite(path: Path, size: str) -> None:
    """With the values as the product's column types store them."""
    dialect = sqlite.dialect()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    with connection:
        for table, columns, rows in map(_without_missing, _all(size)):
            types = [metadata.tables[table].columns[name].type for name in columns]
            converts = [type_.dialect_impl(dialect).bind_processor(dialect) for type_ in types]
            values = ",".join("?" * len(columns))
            statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"
            connection.executemany(statement, (_converted(row, converts) for row in rows))
    connection.execute("ANALYZE")
    connection.close()


def _converted(row: Row, converts: Sequence[Convert]) -> Row:
    return tuple(
        value if convert is None or isinstance(value, str) else convert(value)
        for value, convert in zip(row, converts, strict=True)
    )
