"""What the end of a server does with connections that were made and not accepted yet."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import uvicorn
import uvloop

from atg_entrypoints.http.deadlines import DeadlineProtocol
from atg_entrypoints.http.draining import stop_listening

_REQUEST = b"POST / HTTP/1.1\r\nhost: atg\r\ncontent-length: 2\r\n\r\n{}"
_CONNECTIONS = 20


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})


@contextmanager
def _connected(port: int) -> Iterator[list[socket.socket]]:
    """Made by the kernel: the server has not run since, and has accepted none of them."""
    with ExitStack() as stack:
        made = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(_CONNECTIONS)]
        for each in made:
            each.sendall(_REQUEST)
            each.settimeout(10)
        yield made


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_connections_that_wait_to_be_accepted_are_served(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def replies() -> list[bytes]:
        config = uvicorn.Config(_answer, port=0, http=DeadlineProtocol, log_config=None, access_log=False)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with _connected(port) as made:
            await stop_listening(server)
            server.should_exit = True
            got = await asyncio.gather(*(asyncio.to_thread(each.recv, 1000) for each in made))
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))
            await serving
        return got

    with asyncio.Runner(loop_factory=new_loop) as runner:
        got = runner.run(replies())
    assert [reply.partition(b"\r\n")[0] for reply in got] == [b"HTTP/1.1 200 OK"] * _CONNECTIONS
