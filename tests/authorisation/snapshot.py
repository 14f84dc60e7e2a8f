"""Snapshots of all stored data: restored after permitted requests, compared after refused ones."""

import sqlite3
from typing import Any, Protocol

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.files.object_store import MemoryObjectStore
from atg_entrypoints.container import Container

type Tables = dict[str, list[Any]]

TRACES = frozenset({"audit_events", "view_events", "throttle_counters"})
"""Where a refusal may be written down: the audit trail, what visitors of a campaign asked, and who asks too often."""


class Keeping(Protocol):
    """`put_back` to a database of another test as well, of the same kind."""

    def put_back(self, container: Container) -> None: ...

    def changed(self, container: Container) -> set[str]:
        """The tables, and `objects`, that are no longer as they were, but for TRACES."""

    def close(self) -> None: ...


class _Objects:
    def __init__(self, store: MemoryObjectStore) -> None:
        self._objects, self._uploads = dict(store._objects), dict(store._uploads)

    def put_back(self, store: MemoryObjectStore) -> None:
        store._objects, store._uploads = dict(self._objects), dict(self._uploads)

    def changed(self, store: MemoryObjectStore) -> set[str]:
        is_same = (store._objects, store._uploads) == (self._objects, self._uploads)
        return set() if is_same else {"objects"}


class MemoryKeeping:
    """Rows are never changed in place, so that they may be shared."""

    def __init__(self, container: Container) -> None:
        self._tables = {name: dict(rows) for name, rows in container.database().tables.items()}
        self._objects = _Objects(container.object_store())

    def put_back(self, container: Container) -> None:
        database: MemoryDatabase = container.database()
        database.tables.clear()
        database.tables.update({name: dict(rows) for name, rows in self._tables.items()})
        database._numbers.clear()
        container.sign_in_rate_limiter()._counters.clear()  # on SQL they are rows of the database
        self._objects.put_back(container.object_store())

    def changed(self, container: Container) -> set[str]:
        now = container.database().tables
        names = now.keys() | self._tables.keys()
        differ = {name for name in names if now.get(name, {}) != self._tables.get(name, {})}
        return (differ - TRACES) | self._objects.changed(container.object_store())

    def close(self) -> None:
        """There is nothing to close."""


class SqliteKeeping:
    """A copy in memory, by SQLite's own backup. While nobody has written, nothing is read or put back."""

    def __init__(self, container: Container) -> None:
        self._copy = sqlite3.connect(":memory:")
        self._live: dict[str, sqlite3.Connection] = {}
        self._versions: dict[str, int] = {}
        self._opened(container).backup(self._copy)
        self._before = _rows_of(self._copy)
        self._objects = _Objects(container.object_store())

    def put_back(self, container: Container) -> None:
        live = self._opened(container)
        if self._is_written(container):
            self._copy.backup(live)
            self._versions[container.settings().database] = _version(live)
        self._objects.put_back(container.object_store())

    def changed(self, container: Container) -> set[str]:
        differ = set()
        if self._is_written(container):
            now = _rows_of(self._opened(container))
            differ = {name for name, rows in now.items() if rows != self._before[name]}
        return (differ - TRACES) | self._objects.changed(container.object_store())

    def close(self) -> None:
        for connection in (self._copy, *self._live.values()):
            connection.close()

    def _opened(self, container: Container) -> sqlite3.Connection:
        url = container.settings().database
        if url not in self._live:
            self._live[url] = sqlite3.connect(url.removeprefix("sqlite:///"))
            self._live[url].execute("PRAGMA synchronous = OFF")
        return self._live[url]

    def _is_written(self, container: Container) -> bool:
        """By another connection since it was put back; a database that was not yet counts as written."""
        url = container.settings().database
        return self._versions.get(url) != _version(self._opened(container))


def _version(live: sqlite3.Connection) -> int:
    """Another one after each transaction of another connection (SQLite, PRAGMA data_version)."""
    return int(live.execute("PRAGMA data_version").fetchone()[0])


def _rows_of(database: sqlite3.Connection) -> Tables:
    tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name: database.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in tables.fetchall()}


def kept_now(container: Container) -> Keeping:
    is_memory = isinstance(container.database(), MemoryDatabase)
    return MemoryKeeping(container) if is_memory else SqliteKeeping(container)
