"""The caller cache of a single serving process.

Commands run in processes of their own: what they invalidate is counted in a file beside the database.
"""

import os
from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import monotonic
from uuid import UUID

from atg_core.identity.model import Caller

_SECONDS = 60.0
_MOST = 10_000


class Invalidations:
    """How many invalidations all processes have made: the size of a file, to which each appends a byte."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def count(self) -> int:
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def add(self) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, b".")
        finally:
            os.close(file)


class MemoryCallerCache:
    """`CallerCache` with LRU eviction: at most 10,000 sessions, each for a minute.

    `invalidations`: all is forgotten when another process has made one.
    """

    def __init__(self, invalidations: Invalidations | None = None, *, time: Callable[[], float] = monotonic) -> None:
        self._invalidations = invalidations
        self._seen = invalidations.count if invalidations else 0
        self._time = time
        self._callers: OrderedDict[UUID, tuple[Caller, str, float]] = OrderedDict()
        self._stamps: dict[UUID, str] = {}
        self._numbers = count(1)

    async def find(self, user_id: UUID, session_id: UUID) -> tuple[Caller | None, str]:
        self._forget_what_others_changed()
        stamp = self._stamps.setdefault(user_id, str(next(self._numbers)))
        caller, put_under, until = self._callers.get(session_id, (None, "", 0.0))
        if caller is None or put_under != stamp or until <= self._time():
            return None, stamp
        self._callers.move_to_end(session_id)
        return caller, stamp

    async def put(self, caller: Caller, stamp: str) -> None:
        self._forget_what_others_changed()
        if self._stamps.get(caller.id) != stamp:
            return
        self._callers[caller.session_id] = (caller, stamp, self._time() + _SECONDS)
        if len(self._callers) > _MOST:
            _, (oldest, _, _) = self._callers.popitem(last=False)
            self._stamps.pop(oldest.id, None)

    async def drop(self, *user_ids: UUID) -> None:
        for user_id in user_ids:
            self._stamps.pop(user_id, None)
        if self._invalidations and user_ids:
            self._invalidations.add()
            self._seen += 1

    def _forget_what_others_changed(self) -> None:
        if self._invalidations and (count := self._invalidations.count) != self._seen:
            self._seen = count
            self._callers.clear()
            self._stamps.clear()


class NoCallerCache:
    """`CallerCache` that caches nothing, for several processes without Redis.

    It tells `invalidations` to a process that serves the same database alone.
    """

    def __init__(self, invalidations: Invalidations | None = None) -> None:
        self._invalidations = invalidations

    async def find(self, _user_id: UUID, _session_id: UUID) -> tuple[Caller | None, str]:
        return None, ""

    async def put(self, _caller: Caller, _stamp: str) -> None: ...

    async def drop(self, *user_ids: UUID) -> None:
        if self._invalidations and user_ids:
            self._invalidations.add()
