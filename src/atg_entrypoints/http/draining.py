"""Graceful shutdown: the process becomes unready, serves on for a while, then the server shuts down."""

import asyncio
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from types import FrameType
from typing import Any

import structlog
import uvicorn
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
    taking_over: list[asyncio.Task[None]] = []
    servers_own = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def end(number: int, frame: Any) -> None:
        state[_DRAINING] = DeadlineProtocol.is_draining = True
        wait = seconds if number == signal.SIGTERM else 0
        _log.info("told to end", seconds=wait)
        loop.call_soon_threadsafe(end_streams)
        if callable(own := servers_own[signal.Signals(number)]):
            loop.call_soon_threadsafe(loop.call_later, wait, shut_down, own, number, frame)

    def shut_down(own: Callable[[int, FrameType | None], Any], number: int, frame: FrameType | None) -> None:
        if isinstance(server := getattr(own, "__self__", None), uvicorn.Server):
            taking_over.append(loop.create_task(stop_listening(server)))
        own(number, frame)

    for number in servers_own:
        signal.signal(number, end)
    try:
        yield
    finally:
        DeadlineProtocol.is_draining = False
        for number, own in servers_own.items():
            signal.signal(number, own)


async def stop_listening(server: uvicorn.Server) -> None:
    """Closes what the server listens on, and serves the connections that were made and wait to be accepted.

    The kernel resets those that still wait there when the last descriptor of the listening socket is closed.
    """
    loop = asyncio.get_running_loop()
    listening = [each.dup() for one in server.servers for each in one.sockets]
    for one in server.servers:
        one.close()
    waiting = [connection for each in listening for connection in _accepted(each)]
    for each in listening:
        each.close()
    for connection in waiting:
        await loop.connect_accepted_socket(lambda: _protocol(server), connection)


def _accepted(listening: socket.socket) -> Iterator[socket.socket]:
    with suppress(BlockingIOError):
        while True:
            connection, _ = listening.accept()
            connection.setblocking(False)
            yield connection


def _protocol(server: uvicorn.Server) -> asyncio.Protocol:
    """As the server makes one for a connection that it accepts itself."""
    return server.config.http_protocol_class(  # type: ignore[call-arg]
        config=server.config, server_state=server.server_state, app_state=server.lifespan.state
    )
