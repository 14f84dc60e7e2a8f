"""Callers remembered in this process: right where it is the only one that serves."""

from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from time import monotonic
from uuid import UUID

from atg_core.identity.model import Caller

_SECONDS = 60.0
_MOST = 10_000


class MemoryCallerCache:
    """`CallerCache` of at most 10,000 sessions, each for a minute; the longest unused goes first."""

    def __init__(self, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._callers: OrderedDict[UUID, tuple[Caller, str, float]] = OrderedDict()
        self._stamps: dict[UUID, str] = {}
        self._numbers = count(1)

    async def find(self, user_id: UUID, session_id: UUID) -> tuple[Caller | None, str]:
        stamp = self._stamps.setdefault(user_id, str(next(self._numbers)))
        caller, put_under, until = self._callers.get(session_id, (None, "", 0.0))
        if caller is None or put_under != stamp or until <= self._time():
            return None, stamp
        self._callers.move_to_end(session_id)
        return caller, stamp

    async def put(self, caller: Caller, stamp: str) -> None:
        if self._stamps.get(caller.id) != stamp:
            return
        self._callers[caller.session_id] = (caller, stamp, self._time() + _SECONDS)
        if len(self._callers) > _MOST:
            _, (oldest, _, _) = self._callers.popitem(last=False)
            self._stamps.pop(oldest.id, None)

    async def drop(self, user_id: UUID) -> None:
        self._stamps.pop(user_id, None)


class NoCallerCache:
    """`CallerCache` that remembers nothing: every request asks the database, which many processes share."""

    async def find(self, _user_id: UUID, _session_id: UUID) -> tuple[Caller | None, str]:
        return None, ""

    async def put(self, _caller: Caller, _stamp: str) -> None: ...

    async def drop(self, _user_id: UUID) -> None: ...
