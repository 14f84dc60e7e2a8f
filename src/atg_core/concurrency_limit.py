"""Concurrency limit of a process, with a bounded queue."""

import asyncio
from collections import deque
from typing import Any

from atg_core.errors import Unavailable


class Overloaded(Unavailable):
    """Too many requests are waiting, try again soon"""


class Abandoned(Exception):
    """Whoever waited has left."""


class ConcurrencyLimit:
    """Lets `places` in at once; the others wait in order, `max_waiting` of them at most, `max_seconds` each.

    Raises Overloaded instead of a longer wait: sooner than a proxy, which gives up after 60 seconds. As a context
    manager it holds a place for its body.
    """

    def __init__(self, places: int, *, max_waiting: int = 500, max_seconds: float = 50) -> None:
        self.places, self._max_waiting, self._max_seconds = places, max_waiting, max_seconds
        self._free, self._waiting = places, deque[asyncio.Future[None]]()
        self.refused = 0
        """How many got Overloaded since the start."""

    @property
    def is_reached(self) -> bool:
        """Whether the next one has to wait."""
        return not self._free

    @property
    def running(self) -> int:
        return self.places - self._free

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def acquire(self, left: asyncio.Future[Any] | None = None) -> None:
        """Raises Abandoned when `left` is done first."""
        if self._free:
            self._free -= 1
            return
        if len(self._waiting) >= self._max_waiting:
            self.refused += 1
            raise Overloaded
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        deadline = loop.call_later(self._max_seconds, self._refuse, turn)
        if left is not None:
            left.add_done_callback(lambda _: _end(turn, Abandoned()))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.release()  # the place was given at the moment of the cancellation
            raise
        finally:
            deadline.cancel()
            if turn in self._waiting:
                self._waiting.remove(turn)

    def release(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def refuse_waiting(self) -> None:
        """All who wait get Overloaded at once."""
        while self._waiting:
            self._refuse(self._waiting.popleft())

    def _refuse(self, turn: asyncio.Future[None]) -> None:
        if not turn.done():
            self.refused += 1
            turn.set_exception(Overloaded())

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(self, *_: object) -> None:
        self.release()


def _end(turn: asyncio.Future[None], error: Exception) -> None:
    if not turn.done():
        turn.set_exception(error)
