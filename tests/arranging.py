"""Rows for tests, inserted by the importer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.sql.tables.every import metadata
from atg_core.importing.kinds import KINDS
from atg_core.importing.ports import Source
from atg_core.importing.records import Counts, Row
from atg_entrypoints.container import Container

type Cells = Mapping[str, str]


def source(kind: str, *rows: Cells, file: str | None = None) -> Source:
    """Rows of one kind as a file whose headers are those of its rows."""
    headers = list(dict.fromkeys(header for row in rows for header in row))
    numbered = [Row(line=line, cells=row) for line, row in enumerate(rows, start=2)]
    return Source(file=file or f"{kind}.csv", kind=KINDS[kind], headers=headers, rows=numbered)


async def arrange(container: Container, *, at: datetime | None = None, **kinds: Sequence[Cells]) -> dict[str, Counts]:
    """Imports rows by kind, as if it were `at`; underscores stand for the hyphens of a kind's name."""
    sources = [source(kind.replace("_", "-"), *rows) for kind, rows in kinds.items()]
    import_files = container.import_files()
    if at is not None:
        import_files = replace(import_files, clock=lambda: at)
    counts: dict[str, Counts] = await import_files(sources)
    return counts


async def insert(container: Container, table: str, **values: Any) -> None:
    """One row, for what no file can bring in."""
    database = container.database()
    if isinstance(database, MemoryDatabase):
        database.insert(table, values)
        return
    async with database.transaction() as connection:
        await connection.execute(sa.insert(metadata.tables[table]), values)


async def enrol(container: Container, group: int, students: Collection[UUID]) -> None:
    """Puts students into a group, as if each had accepted an invitation."""
    async with container.open_groups()() as store:
        await store.add_students(group, students)


async def rows_of(container: Container, table: str) -> list[dict[str, Any]]:
    database = container.database()
    if isinstance(database, MemoryDatabase):
        return [dict(row) for row in database.tables[table].values()]
    return [row._asdict() for row in await database.rows(sa.select(metadata.tables[table]))]
