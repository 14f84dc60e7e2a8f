"""`ExistingDatabase` on PostgreSQL."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from atg_adapters.sql.adoption.fitting import Fitting
from atg_adapters.sql.adoption.layout import COLUMNS, NOT_TAKEN, Layout
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database, DatabaseAway, fields_of
from atg_core.adoption.model import Findings, Rows
from atg_core.adoption.ports import ExistingAway

_ROWS, _ROWS_WITH_SECRETS = 1_000, 100
"""Of a batch; smaller where hashing is slow, so that progress is told often."""
_ORPHANS = "left out: what they belong to is not there"
_SESSIONS = "sessions are not taken: everybody signs in again"
_NO_PLACE = "has no place here, rows are not taken"
_COLUMNS = "columns without a place here are not taken"


class SqlExistingDatabase:
    """`ExistingDatabase`: all is read in one transaction that can not write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator["SqlExistingRows"]:
        async with AsyncExitStack() as stack:
            with _told():
                connection = await stack.enter_async_context(self._database.snapshot())
                columns = await _columns_of(connection)
            yield SqlExistingRows(connection, Layout(columns))


class SqlExistingRows:
    """`ExistingRows`."""

    def __init__(self, connection: Connection, layout: Layout) -> None:
        self._connection, self._layout = connection, layout
        self._now = datetime.now(UTC)
        self._counts: dict[str, int] = {}

    async def counts(self) -> Mapping[str, int]:
        self._counts = {name: await self._count(name) for name in self._layout.tables}
        return self._counts

    async def rows(self, table: str, findings: Findings) -> AsyncIterator[Rows]:
        fit, read = Fitting(table, self._now, findings), 0
        size = _ROWS_WITH_SECRETS if table == "users" else _ROWS
        async with aclosing(self._connection.batches(self._layout.rows(table), size)) as batches:
            while rows := await self._next(batches):
                read += len(rows)
                yield [fit(fields_of(row)) for row in rows]
        if orphans := self._counts[table] - read:
            findings.tell(table, _ORPHANS, count=orphans)

    async def _next(self, batches: AsyncIterator[Sequence[Any]]) -> Sequence[Any] | None:
        with _told():
            return await anext(batches, None)

    async def certificate_numbers(self) -> Sequence[str]:
        column = self._layout.ours("certificates").get("number")
        if column is None:
            return []
        there: sa.ColumnClause[str] = sa.column(column)
        return await self._connection.scalars(sa.select(there).select_from(sa.table("certificates")).where(there > ""))

    async def tell_untaken(self, findings: Findings) -> None:
        if NOT_TAKEN in self._layout.columns and (sessions := await self._count(NOT_TAKEN)):
            findings.tell(NOT_TAKEN, _SESSIONS, count=sessions)
        for table in self._layout.unknown_tables():
            findings.tell(table, _NO_PLACE, count=await self._count(table))
        for table in self._layout.tables:
            if unknown := self._layout.unknown_columns(table):
                findings.tell(table, _COLUMNS, *unknown)

    async def _count(self, table: str) -> int:
        with _told():
            return int(await self._connection.scalar(self._layout.count(table)))


async def _columns_of(connection: Connection) -> dict[str, list[str]]:
    columns: defaultdict[str, list[str]] = defaultdict(list)
    for table, column in await connection.execute(COLUMNS):
        columns[table].append(column)
    return dict(columns)


@contextmanager
def _told() -> Iterator[None]:
    """What the server or the network says, in its own words: that it is away, or that the role may not read."""
    try:
        yield
    except (DatabaseAway, DBAPIError) as error:
        cause = error.__cause__ if isinstance(error, DatabaseAway) else error
        reason = cause.orig if isinstance(cause, DBAPIError) and cause.orig else cause
        raise ExistingAway(reason=" ".join(str(reason or error).split())) from error
