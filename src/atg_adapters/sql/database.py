"""Transactions and reads on PostgreSQL and SQLite."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from atg_adapters.sql.connection import Connection, engine_error
from atg_adapters.sql.drivers import PRAGMAS, AiosqliteDriver, Driver, PsycopgDriver
from atg_adapters.sql.pool import Pool
from atg_adapters.sql.result import Result, Row
from atg_adapters.sql.statements import Values
from atg_core.errors import Unavailable
from atg_core.unit_of_work import UnitOfWork

_SECONDS_TO_WAIT = 10
_SECONDS_OF_A_WRITER = 30
"""An import holds SQLite's one writing connection for a while."""
_SQLITE_READERS = 10
_SELECT_ONE = sa.select(sa.literal(1))


_shared: ContextVar[tuple["Database", Connection] | None] = ContextVar("shared", default=None)


class DatabaseAway(Unavailable):
    """The database is away, try again soon"""


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def async_url(url: str) -> URL:
    """The URL with the driver that runs it: psycopg for PostgreSQL, aiosqlite for SQLite. Raises ValueError."""
    scheme, _, rest = url.partition("://")
    drivers = {
        "postgresql": "postgresql+psycopg",
        "postgres": "postgresql+psycopg",
        "sqlite": "sqlite+aiosqlite",
    }
    if scheme not in drivers:
        raise ValueError("a database URL begins with postgresql:// or sqlite://")
    return make_url(f"{drivers[scheme]}://{rest}")


class Database:
    """A PostgreSQL or SQLite database; raises DatabaseAway if it is unavailable, DatabaseBusy if no connection is free.

    Connections are in AUTOCOMMIT, since a single statement needs no transaction. On SQLite writers begin with BEGIN
    IMMEDIATE: a transaction that reads first and writes later would otherwise lose updates or fail half-way.
    """

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        """`pool_size`: connections of this process to PostgreSQL."""
        self.url = async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._driver: type[PsycopgDriver | AiosqliteDriver] = AiosqliteDriver
            # One connection: writers of this process queue for it instead of polling the file lock.
            self._writing = Pool(self._open, size=1, seconds_to_wait=_SECONDS_OF_A_WRITER)
            self._reading = Pool(self._open, size=_SQLITE_READERS, seconds_to_wait=_SECONDS_TO_WAIT)
        else:
            self._driver = PsycopgDriver
            self._writing = self._reading = Pool(self._open, size=pool_size, seconds_to_wait=_SECONDS_TO_WAIT)

    async def _open(self) -> Driver:
        return await self._driver.open(self.url)

    @asynccontextmanager
    async def _connected(self, pool: Pool, begin: str | None = None) -> AsyncIterator[Connection]:
        """One context manager for everything: each of them costs as much as it takes to find a connection."""
        try:
            driver = await pool.take()
        except self._driver.error as error:
            raise DatabaseAway from engine_error(self._driver, None, error)
        try:
            connection = Connection(driver, in_transaction=begin is not None)
            if begin:
                await driver.begin(begin)
            yield connection
            if begin:
                await connection.commit()
        except BaseException as error:
            # Goes on to its end when the task is cancelled once more meanwhile.
            await asyncio.shield(asyncio.ensure_future(pool.settle(driver)))
            if _is_unreachable(error):
                raise DatabaseAway from error
            raise
        await pool.give_back(driver)
        for act in connection.committed:
            await act()

    async def own_connection(self) -> Driver:
        """A connection beside those of the pool, which the caller closes. Raises DatabaseAway."""
        try:
            return await self._open()
        except self._driver.error as error:
            raise DatabaseAway from engine_error(self._driver, None, error)

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """A connection in a transaction: a clean exit commits, an error rolls back.

        Nested in a shared transaction it is a savepoint.
        """
        if connection := self._shared_connection():
            return connection.begin_nested()
        return self._connected(self._writing, self._driver.writing)

    def joined(self) -> AbstractAsyncContextManager[Connection]:
        """The connection of a shared transaction, else one in a transaction of its own. An error ends either."""
        if connection := self._shared_connection():
            return nullcontext(connection)
        return self._connected(self._writing, self._driver.writing)

    @asynccontextmanager
    async def shared_transaction(self) -> AsyncIterator[Connection]:
        """A transaction that all units of work of this task join."""
        async with self.transaction() as connection:
            token = _shared.set((self, connection))
            try:
                yield connection
            finally:
                _shared.reset(token)

    def _shared_connection(self) -> Connection | None:
        database, connection = _shared.get() or (None, None)
        return connection if database is self else None

    def reader(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for reads; within a shared transaction it sees its writes."""
        if connection := self._shared_connection():
            return nullcontext(connection)
        return self._connected(self._reading)

    def snapshot(self) -> AbstractAsyncContextManager[Connection]:
        """A connection with snapshot isolation, for streaming rows."""
        if self.is_sqlite:
            return self.reader()
        return self._connected(self._reading, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    @asynccontextmanager
    async def engine_transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction on a connection of SQLAlchemy's engine, for what needs one, such as Alembic."""
        engine = create_async_engine(self.url, poolclass=sa.pool.NullPool, hide_parameters=True)
        if self.is_sqlite:
            sa.event.listen(engine.sync_engine, "connect", _sqlite_pragmas)
            begin = self._driver.writing
            sa.event.listen(engine.sync_engine, "begin", lambda begun: begun.exec_driver_sql(begin))
        try:
            async with engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            if _is_unreachable(error):
                raise DatabaseAway from error
            raise

    async def rows(self, statement: sa.Executable, values: Values | None = None) -> Sequence[Row]:
        async with self.reader() as connection:
            return (await connection.execute(statement, values)).all()

    async def results(self, *asked: tuple[sa.Executable, Values]) -> list[Result]:
        """The results of several reads, on PostgreSQL in one round trip."""
        async with self.reader() as connection:
            return await connection.results(*asked)

    async def row(self, statement: sa.Executable, values: Values | None = None) -> Row | None:
        async with self.reader() as connection:
            return (await connection.execute(statement, values)).first()

    def unit_of_work[Store](self, store: Callable[[Connection], Store], *, shared: bool = False) -> UnitOfWork[Store]:
        """The unit of work of a store that takes a connection.

        `shared`: other units of work of this task join its transaction.
        """

        @asynccontextmanager
        async def open_store() -> AsyncIterator[Store]:
            async with self.shared_transaction() if shared else self.transaction() as connection:
                yield store(connection)

        return open_store

    async def check(self) -> None:
        """Runs SELECT 1. Raises DatabaseAway."""
        await self.row(_SELECT_ONE)

    async def close(self) -> None:
        await self._reading.close()
        await self._writing.close()


def fields_of(row: Row) -> dict[str, Any]:
    """The row by column, with plain strings as keys (SQLAlchemy's own are a subclass that msgspec refuses)."""
    return {str(name): value for name, value in row._asdict().items()}


def _is_unreachable(error: BaseException) -> bool:
    """PostgreSQL's operational errors are its server's or its connection's; SQLite's can be wrong SQL, too."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    if not isinstance(error.orig, sqlite3.Error):
        return True
    return any(words in str(error.orig) for words in ("locked", "unable to open", "disk I/O"))
