"""A connection on which statements of SQLAlchemy Core are run by the driver itself.

SQLAlchemy makes and compiles the statements. Its own way of running them costs five times as much
(`docs/performance.md`, decision 0034).
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from itertools import batched
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import Insert

from atg_adapters.sql.drivers import Driver
from atg_adapters.sql.merging import Bound
from atg_adapters.sql.result import Result, Row
from atg_adapters.sql.statements import CACHES, CompiledStatement, Values

_NO_VALUES: Values = {}
_ROWS = 200
"""Of one insert that returns rows."""


class Connection:
    """Raises SQLAlchemy's `DBAPIError` and its kinds, whose `orig` is the driver's error."""

    def __init__(self, driver: Driver, *, in_transaction: bool) -> None:
        self._driver, self._in_transaction = driver, in_transaction
        self._cache = CACHES[driver.dialect.name]
        self._savepoints = 0
        self._waiting: list[Bound] = []
        self.committed: list[Callable[[], Awaitable[None]]] = []
        """What is done once the transaction has committed."""

    @property
    def dialect(self) -> sa.Dialect:
        return self._driver.dialect

    async def of_driver(self) -> Any:
        """The connection of psycopg or aiosqlite, when all that was asked of this one has been run."""
        await self._run_waiting()
        await self._driver.begun()
        return self._driver.connection

    async def execute(self, statement: sa.Executable, values: Values | Sequence[Values] | None = None) -> Result:
        """Runs a statement; with a sequence of values once for each of them."""
        if values is None or isinstance(values, Mapping):
            return await self._run(*self._cache.find(statement, values or _NO_VALUES))
        if not values:
            return Result([], 0)
        compiled, _ = self._cache.find(statement, values[0], many=True)
        if compiled.returns_rows or compiled.expanding:
            if isinstance(statement, Insert):
                results = [await self.execute(statement.values(list(rows))) for rows in batched(values, _ROWS)]
            else:
                results = [await self.execute(statement, each) for each in values]
            return Result([row for result in results for row in result], sum(result.rowcount for result in results))
        parameters = [compiled.parameters(self._cache.find(statement, each, many=True)[1]) for each in values]
        await self._run_waiting()
        with self._translated(compiled.text):
            return await self._driver.run_many(compiled.text, parameters)

    async def results(self, *asked: tuple[sa.Executable, Values]) -> list[Result]:
        """The results of several statements, on PostgreSQL in one round trip."""
        return await self._together(self._all_bound(asked))

    def later(self, *asked: tuple[sa.Executable, Values]) -> None:
        """Statements of a transaction that nobody waits for: they are run in the round trip of the next, or of COMMIT.

        What they violate is told there.
        """
        assert self._in_transaction, "nothing would run them"  # noqa: S101
        self._waiting += self._all_bound(asked)

    def later_as_one(self, *asked: tuple[sa.Executable, Values]) -> None:
        """The same for writes to several tables, of who has locked their rows before.

        PostgreSQL runs them as one statement and says nothing of their order: two transactions that lock as they write
        could wait for each other.
        """
        assert self._in_transaction, "nothing would run them"  # noqa: S101
        self._waiting += self._driver.as_one(self._all_bound(asked))

    def on_commit(self, act: Callable[[], Awaitable[None]]) -> None:
        """Has something done after the commit, which must not fail; never if the transaction is rolled back."""
        assert self._in_transaction, "nothing would do it"  # noqa: S101
        self.committed.append(act)

    async def commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        with self._translated(_texts(waiting)):
            await self._driver.commit(waiting)

    async def _run_waiting(self) -> None:
        if self._waiting:
            await self._together([])

    async def _together(self, bound: Sequence[Bound]) -> list[Result]:
        before, self._waiting = self._waiting, []
        with self._translated(_texts([*before, *bound])):
            return (await self._driver.run_together([*before, *bound]))[len(before) :]

    def _all_bound(self, asked: Iterable[tuple[sa.Executable, Values]]) -> list[Bound]:
        found = [self._cache.find(statement, values) for statement, values in asked]
        return [(compiled, *_bound(compiled, values)) for compiled, values in found]

    async def execute_text(self, text: str) -> None:
        """Runs a statement in the database's own words, without parameters and rows."""
        await self._run_waiting()
        with self._translated(text):
            await self._driver.run_text(text)

    async def scalar(self, statement: sa.Executable, values: Values | None = None) -> Any:
        return (await self.execute(statement, values)).scalar()

    async def scalars(self, statement: sa.Executable, values: Values | None = None) -> list[Any]:
        return (await self.execute(statement, values)).scalars()

    async def batches(self, statement: sa.Executable, size: int) -> AsyncGenerator[Sequence[Row]]:
        """The rows of a large result, a batch at a time, on PostgreSQL by a cursor of the server."""
        compiled, values = self._cache.find(statement, _NO_VALUES)
        text, parameters = _bound(compiled, values)
        await self._run_waiting()
        with self._translated(text):
            async with aclosing(self._driver.batches(compiled, text, parameters, size)) as batches:
                async for batch in batches:
                    yield batch

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator["Connection"]:
        """A savepoint: an error undoes what was done since, and is told even if the connection is lost."""
        self._savepoints += 1
        name, before = f"s{self._savepoints}", len(self.committed)
        await self.execute_text(f"SAVEPOINT {name}")
        try:
            yield self
            await self._run_waiting()
        except BaseException:
            self._waiting = []
            del self.committed[before:]
            with suppress(DBAPIError):
                await self.execute_text(f"ROLLBACK TO SAVEPOINT {name}")
                await self.execute_text(f"RELEASE SAVEPOINT {name}")
            raise
        await self.execute_text(f"RELEASE SAVEPOINT {name}")

    async def _run(self, compiled: CompiledStatement, values: Values) -> Result:
        text, parameters = _bound(compiled, values)
        if self._waiting:
            return (await self._together([(compiled, text, parameters)]))[0]
        try:  # no context manager here: it would cost every statement more than the rest of this method
            return await self._driver.run(compiled, text, parameters)
        except self._driver.error as error:
            raise engine_error(self._driver, text, error) from error

    @contextmanager
    def _translated(self, text: str) -> Iterator[None]:
        try:
            yield
        except self._driver.error as error:
            raise engine_error(self._driver, text, error) from error


def engine_error(driver: Driver | type[Driver], text: str | None, error: Exception) -> BaseException:
    """The error as SQLAlchemy would raise it; without the values, which may be secrets."""
    return DBAPIError.instance(text, None, error, driver.error, hide_parameters=True, dialect=driver.dialect)


def _texts(bound: Iterable[Bound]) -> str:
    return "; ".join(text for _, text, _ in bound)


def _bound(compiled: CompiledStatement, values: Values) -> tuple[str, Sequence[Any]]:
    return compiled.expanded(values) if compiled.expanding else (compiled.text, compiled.parameters(values))
