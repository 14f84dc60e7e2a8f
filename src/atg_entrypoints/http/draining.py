"""Graceful shutdown: the process becomes unready, serves on for a while, then the server shuts down."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from litestar.datastructures import State

from atg_entrypoints.http.deadlines import DeadlineProtocol

_DRAINING = "draining"
_log = structlog.get_logger("atg.http")


def is_draining(state: State) -> bool:
    """Whether this process is shutting down."""
    return bool(state.get(_DRAINING))


@asynccontextmanager
async def draining(state: State, seconds: float, end_streams: Callable[[], None]) -> AsyncIterator[None]:
    """On SIGTERM the process becomes unready; the server gets the signal some seconds later.

    So load balancers have time to stop sending requests: `/ready` is 503, and each reply ends its connection. Streams
    that would go on are ended at once, also on SIGINT: the server waits for them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    servers_own = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def end(number: int, frame: Any) -> None:
        state[_DRAINING] = DeadlineProtocol.is_draining = True
        wait = seconds if number == signal.SIGTERM else 0
        _log.info("told to end", seconds=wait)
        loop.call_soon_threadsafe(end_streams)
        if callable(own := servers_own[signal.Signals(number)]):
            loop.call_soon_threadsafe(loop.call_later, wait, own, number, frame)

    for number in servers_own:
        signal.signal(number, end)
    try:
        yield
    finally:
        DeadlineProtocol.is_draining = False
        for number, own in servers_own.items():
            signal.signal(number, own)
