"""Statements that PostgreSQL is sent together, in libpq's pipeline mode, and their results: one round trip.

psycopg's cursors cost more than a short statement does, and each of several waits by itself (`docs/performance.md`).
Values are dumped and rows are loaded by psycopg's adapters, as its cursors do it; `AsyncConnection.wait` waits for the
server, and has it end what is cancelled.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ConnStatus, ExecStatus, Format

from atg_adapters.sql.merging import Bound
from atg_adapters.sql.result import Result
from atg_adapters.sql.statements import CompiledStatement

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

_RUNS_BEFORE_PREPARED = 4
"""As psycopg's cursors have it: what is run for the fifth time is prepared."""
_PREPARED = 500
"""Prepared statements that a connection keeps."""
_COUNTED = 2_000

type _Key = tuple[str, tuple[int, ...] | None]
"""A text, and the types of its parameters."""


@dataclass(frozen=True, slots=True)
class _Message:
    """`name`: of the prepared statement, which `is_new` has to be prepared first; None: it is sent with its text."""

    compiled: CompiledStatement
    key: _Key
    values: Sequence[Any]
    formats: Sequence[Format] | None
    name: bytes | None
    is_new: bool


class Exchange:
    """What a connection has prepared, and how it is asked."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection, self._adapters = connection, Transformer(connection)
        self._runs: dict[_Key, int] = {}
        self._prepared: dict[_Key, bytes] = {}
        self._dropped: list[bytes] = []
        self._named = 0

    async def run(self, bound: Sequence[Bound], *, first: str = "", last: str = "") -> list[Result]:
        """The results of `bound`. `first` and `last` come before and after them, without parameters and rows.

        Raises the error of the first one that failed; those after it have not been run.
        """
        messages, pgconn = [self._message(each) for each in bound], self._connection.pgconn
        if pgconn.status != ConnStatus.OK:
            raise psycopg.OperationalError("the connection is closed")
        plain = [*(b"DEALLOCATE " + name for name in self._dropped), *([first.encode()] if first else [])]
        self._dropped.clear()
        pgconn.enter_pipeline_mode()
        try:
            for text in plain:
                pgconn.send_query_params(text, None)
            for message in messages:
                _send(pgconn, message)
            if last:
                pgconn.send_query_params(last.encode(), None)
            pgconn.pipeline_sync()
            count = len(plain) + sum(1 + message.is_new for message in messages) + bool(last)
            results = iter(await self._connection.wait(_fetched(pgconn, count)))
        finally:
            _leave(pgconn)
        for _ in plain:
            _succeeded(next(results))
        found = [self._read(message, results) for message in messages]
        for result in results:
            _succeeded(result)
        return found

    def _message(self, bound: Bound) -> _Message:
        compiled, text, parameters = bound
        values = self._adapters.dump_sequence(parameters, [PyFormat.AUTO] * len(parameters))
        key, formats = (text, self._adapters.types), self._adapters.formats
        name = self._prepared.get(key)
        is_new = name is None and not compiled.expanding and self._is_often(key)
        if is_new:
            self._named += 1
            name = b"atg_%d" % self._named
        return _Message(compiled, key, values, formats, name, is_new)

    def _is_often(self, key: _Key) -> bool:
        if len(self._runs) > _COUNTED:
            self._runs.clear()
        self._runs[key] = runs = self._runs.get(key, 0) + 1
        return runs > _RUNS_BEFORE_PREPARED

    def _read(self, message: _Message, results: "Iterator[PGresult]") -> Result:
        if message.is_new and message.name:
            _succeeded(next(results))
            self._keep(message.key, message.name)
        result = _succeeded(next(results))
        compiled, adapters = message.compiled, self._adapters
        if compiled.is_text and result.nfields:
            compiled.name_columns([(result.fname(column) or b"").decode() for column in range(result.nfields)])
        if not compiled.returns_rows:
            changed = result.command_tuples
            return Result([], -1 if changed is None else changed)
        adapters.set_pgresult(result)
        tuples = adapters.load_rows(0, result.ntuples, tuple)
        adapters.set_pgresult(None)  # it would be kept until the next one
        return Result(compiled.rows(tuples, lambda: map(result.ftype, range(result.nfields))), result.ntuples)

    def _keep(self, key: _Key, name: bytes) -> None:
        self._runs.pop(key, None)
        if key in self._prepared:  # it was sent twice in this round trip
            self._dropped.append(name)
            return
        self._prepared[key] = name
        if len(self._prepared) > _PREPARED:
            self._dropped.append(self._prepared.pop(next(iter(self._prepared))))


def _send(pgconn: "PGconn", message: _Message) -> None:
    text, types = message.key
    if message.name is None:
        pgconn.send_query_params(text.encode(), message.values, types, message.formats)
        return
    if message.is_new:
        pgconn.send_prepare(message.name, text.encode(), types)
    pgconn.send_query_prepared(message.name, message.values, message.formats)


def _fetched(pgconn: "PGconn", count: int) -> Generator[Any, Any, "list[PGresult]"]:
    """One result for each message."""
    yield from send(pgconn)
    results = list["PGresult"]()
    for _ in range(count):
        results += yield from fetch_many(pgconn)
    yield from fetch_many(pgconn)  # that of the synchronisation
    return results


def _succeeded(result: "PGresult") -> "PGresult":
    if result.status == ExecStatus.FATAL_ERROR:
        raise error_from_result(result)
    return result


def _leave(pgconn: "PGconn") -> None:
    if pgconn.status != ConnStatus.OK:
        return
    try:
        pgconn.exit_pipeline_mode()
    except psycopg.OperationalError:  # it was interrupted, and did not answer
        pgconn.finish()
