"""How the drivers run a compiled statement: psycopg with prepared statements, aiosqlite with one hop to its thread."""

import asyncio
import select
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Protocol, Self

import aiosqlite
import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.engine import URL, Dialect

from atg_adapters.sql.exchange import Exchange
from atg_adapters.sql.merging import Bound, merged
from atg_adapters.sql.result import Result, Row
from atg_adapters.sql.statements import POSTGRESQL, SQLITE, CompiledStatement

_SECONDS_TO_WAIT = 2
_CONNECTING = {
    "connect_timeout": _SECONDS_TO_WAIT,
    # Detects lost packets after this time, a dead server during a statement by keepalives.
    "tcp_user_timeout": _SECONDS_TO_WAIT * 1000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "application_name": "atg",
}
_OPTIONS = "-c jit=off"
"""What it compiles is short: for a journal of many columns that took ten times as long as running it."""
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA busy_timeout=5000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA synchronous=NORMAL",
)


class Driver(Protocol):
    """A connection of a driver, in AUTOCOMMIT. Raises the errors of its driver, of the class `error`."""

    connection: Any
    dialect: Dialect
    error: type[Exception]
    writing: str
    """The statement that begins a transaction which may write."""

    @classmethod
    async def open(cls, url: URL, options: str = "") -> Self:
        """`options`: those of PostgreSQL's sessions (https://www.postgresql.org/docs/current/libpq-connect.html)."""

    async def begin(self, text: str) -> None:
        """Begins a transaction, on PostgreSQL in the round trip of its first statement."""

    async def begun(self) -> None:
        """Waits until it has begun, for who runs something on `connection` itself."""

    async def commit(self, bound: Sequence[Bound]) -> None:
        """Runs the last statements and ends the transaction, on PostgreSQL in one round trip."""

    def as_one(self, bound: Sequence[Bound]) -> Sequence[Bound]:
        """These writes, on PostgreSQL in as few statements as can be."""

    async def run(self, compiled: CompiledStatement, text: str, parameters: Sequence[Any]) -> Result: ...

    async def run_together(self, bound: Sequence[Bound]) -> list[Result]: ...

    async def run_many(self, text: str, parameters: Sequence[Sequence[Any]]) -> Result: ...

    async def run_text(self, text: str) -> None: ...

    def batches(
        self, compiled: CompiledStatement, text: str, parameters: Sequence[Any], size: int
    ) -> AsyncGenerator[Sequence[Row]]: ...

    def is_stale(self) -> bool:
        """Whether an idle connection is of no use: its server has closed it."""

    def is_idle(self) -> bool:
        """Whether it can be given back: open, and in no transaction."""

    def give_up(self) -> None:
        """From now on nothing that is interrupted waits for the server."""

    async def close(self) -> None: ...

    async def settle(self) -> None:
        """Waits for what an interrupted caller has left running, and ends its transaction."""


class _PsycopgConnection(psycopg.AsyncConnection[Any]):
    """A connection whose caller, when it is cancelled, does not wait for a server that was given up."""

    is_given_up = False

    async def _try_cancel(self, *, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - psycopg's own parameter
        """Else psycopg asks the server to end the statement, and waits for both up to ten seconds."""
        if self.is_given_up:
            self.pgconn.finish()
        else:
            await super()._try_cancel(timeout=timeout)


class PsycopgDriver:
    """What takes no parameters or many sets of them is run by a cursor, the rest together with what comes next."""

    dialect = POSTGRESQL
    error: type[Exception] = psycopg.Error
    writing = "BEGIN"

    @classmethod
    async def open(cls, url: URL, options: str = "") -> Self:
        _, given = POSTGRESQL.create_connect_args(url)
        ours = {**_CONNECTING, "options": f"{_OPTIONS} {options}".strip()}
        return cls(await _PsycopgConnection.connect(**{**ours, **given}, autocommit=True))

    def __init__(self, connection: "_PsycopgConnection") -> None:
        self.connection = connection
        connection.prepare_threshold = None  # psycopg would drop what the exchange has prepared with its own
        self._cursor = psycopg.AsyncRawCursor(connection)
        self._exchange = Exchange(connection)
        self._to_begin = ""

    async def begin(self, text: str) -> None:
        self._to_begin = text

    async def begun(self) -> None:
        if text := self._take_beginning():
            await self._cursor.execute(text)

    def _take_beginning(self) -> str:
        text, self._to_begin = self._to_begin, ""
        return text

    async def commit(self, bound: Sequence[Bound]) -> None:
        if bound or not self._take_beginning():  # else nothing was run
            await self._exchange.run(bound, first=self._take_beginning(), last="COMMIT")

    def as_one(self, bound: Sequence[Bound]) -> Sequence[Bound]:
        return merged(bound)

    async def run(self, compiled: CompiledStatement, text: str, parameters: Sequence[Any]) -> Result:
        [result] = await self._exchange.run([(compiled, text, parameters)], first=self._take_beginning())
        return result

    async def run_together(self, bound: Sequence[Bound]) -> list[Result]:
        return await self._exchange.run(bound, first=self._take_beginning())

    async def run_many(self, text: str, parameters: Sequence[Sequence[Any]]) -> Result:
        await self.begun()
        await self._cursor.executemany(text, parameters)
        return Result([], self._cursor.rowcount)

    async def run_text(self, text: str) -> None:
        await self.begun()
        await self._cursor.execute(text)

    async def batches(
        self, compiled: CompiledStatement, text: str, parameters: Sequence[Any], size: int
    ) -> AsyncGenerator[Sequence[Row]]:
        await self.begun()
        async with psycopg.AsyncRawServerCursor(self.connection, "batches") as cursor:
            await cursor.execute(text, parameters)
            while tuples := await cursor.fetchmany(size):
                yield compiled.rows(tuples, lambda: [column.type_code for column in cursor.description or ()])

    def is_stale(self) -> bool:
        """Nothing is asked: there is something to read only if the server has said good-bye."""
        return self.connection.closed or _is_readable(self.connection.fileno())

    def is_idle(self) -> bool:
        return self.connection.pgconn.transaction_status == TransactionStatus.IDLE

    def give_up(self) -> None:
        self.connection.is_given_up = True

    async def close(self) -> None:
        await self.connection.close()

    async def settle(self) -> None:
        self._take_beginning()
        if not self.connection.closed and not self.is_idle():
            await self._cursor.execute("ROLLBACK")


class AiosqliteDriver:
    """Rows are fetched where they are found: in the connection's thread, in the same hop."""

    dialect = SQLITE
    error: type[Exception] = sqlite3.Error
    writing = "BEGIN IMMEDIATE"

    @classmethod
    async def open(cls, url: URL, options: str = "") -> Self:  # noqa: ARG003 - it has none
        [path], given = SQLITE.create_connect_args(url)
        connecting = aiosqlite.connect(path, **given, isolation_level=None)
        thread = connecting._thread  # noqa: SLF001
        thread.daemon = True  # else a process that forgets to close it would never end
        try:
            connection = await connecting
            try:
                await connection.executescript("; ".join(PRAGMAS))
            except sqlite3.Error:
                await connection.close()
                raise
        except sqlite3.Error as error:
            error.add_note(str(path))  # SQLite does not say which
            await asyncio.to_thread(thread.join)  # it has something to say to this loop, which may end next
            raise
        return cls(connection)

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self.connection = connection

    async def begin(self, text: str) -> None:
        await self.run_text(text)

    async def begun(self) -> None:
        """It has."""

    async def commit(self, bound: Sequence[Bound]) -> None:
        await self.run_together(bound)
        await self.run_text("COMMIT")

    def as_one(self, bound: Sequence[Bound]) -> Sequence[Bound]:
        return bound

    async def run(self, compiled: CompiledStatement, text: str, parameters: Sequence[Any]) -> Result:
        if compiled.returns_rows:
            tuples: Any = await self.connection.execute_fetchall(text, parameters)
            rows = compiled.rows(tuples)
            return Result(rows, len(rows))
        async with self.connection.execute(text, parameters) as cursor:
            if compiled.is_text and cursor.description:
                compiled.name_columns([column[0] for column in cursor.description])
                found: Any = await cursor.fetchall()
                return Result(compiled.rows(found), len(found))
            return Result([], cursor.rowcount)

    async def run_together(self, bound: Sequence[Bound]) -> list[Result]:
        return [await self.run(*each) for each in bound]

    async def run_many(self, text: str, parameters: Sequence[Sequence[Any]]) -> Result:
        async with self.connection.executemany(text, parameters) as cursor:
            return Result([], cursor.rowcount)

    async def run_text(self, text: str) -> None:
        await self.connection.execute_fetchall(text)

    async def batches(
        self, compiled: CompiledStatement, text: str, parameters: Sequence[Any], size: int
    ) -> AsyncGenerator[Sequence[Row]]:
        async with self.connection.execute(text, parameters) as cursor:
            while tuples := [tuple(row) for row in await cursor.fetchmany(size)]:
                yield compiled.rows(tuples)

    def is_stale(self) -> bool:
        return False

    def is_idle(self) -> bool:
        return not self.connection.in_transaction

    def give_up(self) -> None:
        """There is no server."""

    async def close(self) -> None:
        await self.connection.close()

    async def settle(self) -> None:
        await self.connection.execute_fetchall("SELECT 1")  # what is queued before it has then run
        if self.connection.in_transaction:
            await self.connection.rollback()


def _is_readable(descriptor: int) -> bool:
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
