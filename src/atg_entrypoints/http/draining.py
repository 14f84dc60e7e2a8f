"""Graceful shutdown: the process becomes unready, serves on for a while, then the server shuts down."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from litestar.datastructures import State

_DRAINING = "draining"
_log = structlog.get_logger("atg.http")


def is_draining(state: State) -> bool:
    """Whether this process is shutting down."""
    return bool(state.get(_DRAINING))


@asynccontextmanager
async def draining(state: State, seconds: float) -> AsyncIterator[None]:
    """On SIGTERM the process becomes unready; the server gets the signal some seconds later.

    So load balancers have time to stop sending requests.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, servers_own = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: Any) -> None:
        state[_DRAINING] = True
        _log.info("told to end", seconds=seconds)
        if callable(servers_own):
            loop.call_soon_threadsafe(loop.call_later, seconds, servers_own, number, frame)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, servers_own)
