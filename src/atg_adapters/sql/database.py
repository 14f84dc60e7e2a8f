"""Transactions and reads on PostgreSQL and SQLite."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from psycopg.errors import DiskFull, LockNotAvailable, QueryCanceled, ReadOnlySqlTransaction
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from atg_adapters.disk_space import require_space
from atg_adapters.sql.connection import Connection, engine_error
from atg_adapters.sql.drivers import PRAGMAS, AiosqliteDriver, Driver, PsycopgDriver
from atg_adapters.sql.pool import DatabaseBusy, Pool
from atg_adapters.sql.result import Result, Row
from atg_adapters.sql.statements import Values
from atg_adapters.sql.watchdog import ServerSilent, Watchdog
from atg_core.errors import StorageFull, Unavailable
from atg_core.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_SECONDS_TO_WAIT = 10
_SECONDS_OF_A_WRITER = 30
"""An import holds SQLite's one writing connection for a while."""
_SECONDS_OF_A_CONNECTION, _SECONDS_OF_A_STATEMENT, _SECONDS_OF_A_LOCK = 3, 10, 5
_SQLITE_READERS = 10


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

    def __init__(self, url: str, *, pool_size: int = 20, around: Callable[[Driver], Driver] | None = None) -> None:
        """`pool_size`: connections of this process to PostgreSQL; `around`: makes what runs their statements."""
        self.url, self._options, self._around = async_url(url), "", around
        self._watchdog = Watchdog(self._open)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._driver: type[PsycopgDriver | AiosqliteDriver] = AiosqliteDriver
            # One connection: writers of this process queue for it instead of polling the file lock.
            self._writing = Pool(self._open_pooled, size=1, seconds_to_wait=_SECONDS_OF_A_WRITER)
            self._reading = Pool(self._open_pooled, size=_SQLITE_READERS, seconds_to_wait=_SECONDS_TO_WAIT)
        else:
            self._driver = PsycopgDriver
            self._writing = self._reading = Pool(self._open_pooled, size=pool_size, seconds_to_wait=_SECONDS_TO_WAIT)

    @property
    def pools(self) -> Mapping[str, Pool]:
        """By what their connections do; on PostgreSQL one does both."""
        return {"writing": self._writing, "reading": self._reading} if self.is_sqlite else {"all": self._writing}

    async def _open(self) -> Driver:
        return await self._driver.open(self.url, self._options)

    async def _open_pooled(self) -> Driver:
        driver = await self._open()
        return self._around(driver) if self._around else driver

    def limit_waiting(self) -> None:
        """For a process that serves: who waits there is told soon that the database is busy."""
        self._reading.seconds_to_wait = _SECONDS_OF_A_CONNECTION
        self._options = f"-c statement_timeout={_SECONDS_OF_A_STATEMENT}s -c lock_timeout={_SECONDS_OF_A_LOCK}s"

    @asynccontextmanager
    async def _connected(self, pool: Pool, begin: str | None = None) -> AsyncIterator[Connection]:
        """One context manager for everything: each of them costs as much as it takes to find a connection."""
        wait = self._watchdog.begin()
        try:
            async with wait.timeout:
                try:
                    driver = wait.driver = await pool.take()
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
                    if told := _told_of(error):
                        raise told from error
                    raise
                await pool.give_back(driver)
        except TimeoutError as error:
            if wait.timeout.expired():
                raise DatabaseAway from error
            raise
        finally:
            self._watchdog.end(wait)
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
            return _within(connection.begin_nested())
        return self._connected(self._writing, self._driver.writing)

    def joined(self) -> AbstractAsyncContextManager[Connection]:
        """The connection of a shared transaction, else one in a transaction of its own. An error ends either."""
        if connection := self._shared_connection():
            return _within(nullcontext(connection))
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
            return _within(nullcontext(connection))
        return self._connected(self._reading)

    def snapshot(self) -> AbstractAsyncContextManager[Connection]:
        """A connection with snapshot isolation, for streaming rows."""
        # SQLite's readers see what was there at their first statement (sqlite.org/isolation.html).
        begin = "BEGIN" if self.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        return self._connected(self._reading, begin)

    @asynccontextmanager
    async def engine_transaction(self) -> AsyncIterator["AsyncConnection"]:
        """A transaction on a connection of SQLAlchemy's engine, for what needs one, such as Alembic."""
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - 6 MiB, and its ORM with it

        engine = create_async_engine(self.url, poolclass=sa.pool.NullPool, hide_parameters=True)
        if self.is_sqlite:
            sa.event.listen(engine.sync_engine, "connect", _sqlite_pragmas)
            begin = self._driver.writing
            sa.event.listen(engine.sync_engine, "begin", lambda begun: begun.exec_driver_sql(begin))
        try:
            async with engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            if told := _told_of(error):
                raise told from error
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
        """On a connection of its own, so that who is only busy is not away. Raises DatabaseAway, StorageFull."""
        if self.is_sqlite and self.url.database:
            require_space(Path(self.url.database).parent)
        try:
            await self._watchdog.check()
        except (ServerSilent, self._driver.error) as error:
            raise DatabaseAway from error

    async def close(self) -> None:
        await self._reading.close()
        await self._writing.close()
        await self._watchdog.close()


@asynccontextmanager
async def _within(part: AbstractAsyncContextManager[Connection]) -> AsyncIterator[Connection]:
    """A part of a shared transaction: its errors are answered before that ends, so that they are told here already."""
    try:
        async with part as connection:
            yield connection
    except DBAPIError as error:
        if told := _told_of(error):
            raise told from error
        raise


def fields_of(row: Row) -> dict[str, Any]:
    """The row by column, with plain strings as keys (SQLAlchemy's own are a subclass that msgspec refuses)."""
    return {str(name): value for name, value in row._asdict().items()}


def _told_of(error: BaseException) -> Unavailable | None:
    """What is told of an error that is the database's. SQLite's operational errors can be wrong SQL, too."""
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, DiskFull | ReadOnlySqlTransaction):
        return StorageFull()
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        words = str(error.orig)
        if any(each in words for each in ("disk is full", "readonly database")):
            return StorageFull()
        return DatabaseAway() if any(each in words for each in ("locked", "unable to open", "disk I/O")) else None
    return DatabaseBusy() if isinstance(error.orig, QueryCanceled | LockNotAvailable) else DatabaseAway()
