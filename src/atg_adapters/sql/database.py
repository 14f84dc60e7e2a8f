"""How statements run: the engines, transactions, plain reads, and what a database that is away looks like."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from atg_core.errors import Unavailable
from atg_core.opening import Open

type Row = sa.Row[Any]
type Values = Mapping[str, Any]

_SECONDS_TO_WAIT = 2
_BUSY_MILLISECONDS = 5_000
_SELECT_ONE = sa.select(sa.literal(1))


_shared: ContextVar[tuple["Database", AsyncConnection] | None] = ContextVar("shared", default=None)


class DatabaseAway(Unavailable):
    """The database is away, try again soon"""


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={_BUSY_MILLISECONDS}",
        "foreign_keys=ON",
        "synchronous=NORMAL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
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
    """One database, PostgreSQL or SQLite; raises DatabaseAway when it can not be reached.

    Reads run in AUTOCOMMIT, since a single statement needs no transaction. On SQLite writers begin with BEGIN
    IMMEDIATE: a transaction that reads first and writes later would otherwise lose updates or fail half-way.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.writing, self.reading = (
                self._sqlite_writing(),
                self._sqlite(isolation_level="AUTOCOMMIT"),
            )
        else:
            self.writing = self._postgresql(pool_size)
            self.reading = self.writing.execution_options(isolation_level="AUTOCOMMIT")

    def _postgresql(self, pool_size: int) -> AsyncEngine:
        return create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=_SECONDS_TO_WAIT,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={
                "connect_timeout": _SECONDS_TO_WAIT,
                # A network that swallows what is sent is noticed as soon, a server that is gone while it works later.
                "tcp_user_timeout": _SECONDS_TO_WAIT * 1000,
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "application_name": "atg",
            },
        )

    def _sqlite(self, **options: Any) -> AsyncEngine:
        engine = create_async_engine(self.url, hide_parameters=True, **options)
        sa.event.listen(engine.sync_engine, "connect", _sqlite_pragmas)
        return engine

    def _sqlite_writing(self) -> AsyncEngine:
        # One connection: writers of this process wait in line instead of asking the file again and again.
        engine = self._sqlite(pool_size=1, max_overflow=0)
        sa.event.listen(
            engine.sync_engine,
            "begin",
            lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"),
        )
        return engine

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction: a clean exit commits, an error undoes.

        Within a shared transaction it is a part of that, which is undone alone and committed with the whole.
        """
        with _away_if_unreachable():
            if connection := self._shared_connection():
                async with connection.begin_nested():
                    yield connection
            else:
                async with self.writing.begin() as connection:
                    yield connection

    @asynccontextmanager
    async def shared_transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that everything joins which this task asks of the database before it ends."""
        async with self.transaction() as connection:
            token = _shared.set((self, connection))
            try:
                yield connection
            finally:
                _shared.reset(token)

    def _shared_connection(self) -> AsyncConnection | None:
        database, connection = _shared.get() or (None, None)
        return connection if database is self else None

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[AsyncConnection]:
        """A connection for several plain reads; within a shared transaction they see what it has written."""
        with _away_if_unreachable():
            if connection := self._shared_connection():
                yield connection
            else:
                async with self.reading.connect() as connection:
                    yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading streams of rows, during which nothing changes for it."""
        if self.is_sqlite:
            async with self.reader() as connection:
                yield connection
        else:
            with _away_if_unreachable():
                async with self.writing.execution_options(isolation_level="REPEATABLE READ").begin() as connection:
                    yield connection

    async def rows(self, statement: sa.Executable, values: Values | None = None) -> Sequence[Row]:
        async with self.reader() as connection:
            return (await connection.execute(statement, values)).all()

    async def row(self, statement: sa.Executable, values: Values | None = None) -> Row | None:
        async with self.reader() as connection:
            return (await connection.execute(statement, values)).first()

    def opening[Store](self, store: Callable[[AsyncConnection], Store], *, shared: bool = False) -> Open[Store]:
        """The `Open` of a store that is made of a connection.

        `shared`: its transaction is joined by everything that is asked of the database before it ends.
        """

        @asynccontextmanager
        async def open_store() -> AsyncIterator[Store]:
            async with self.shared_transaction() if shared else self.transaction() as connection:
                yield store(connection)

        return open_store

    async def check(self) -> None:
        """Asks the database the least there is to ask. Raises DatabaseAway."""
        await self.row(_SELECT_ONE)

    async def close(self) -> None:
        await self.reading.dispose()
        await self.writing.dispose()


def fields_of(row: Row) -> dict[str, Any]:
    """The row by column, with plain strings as keys (SQLAlchemy's own are a subclass that msgspec refuses)."""
    return {str(name): value for name, value in row._asdict().items()}


@contextmanager
def _away_if_unreachable() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if _is_unreachable(error):
            raise DatabaseAway from error
        raise
    except PoolTimeout as error:
        raise DatabaseAway from error


def _is_unreachable(error: DBAPIError) -> bool:
    """PostgreSQL's operational errors are its server's or its connection's; SQLite's can be wrong SQL, too."""
    if not isinstance(error.orig, sqlite3.Error):
        return True
    return any(words in str(error.orig) for words in ("locked", "unable to open", "disk I/O"))
