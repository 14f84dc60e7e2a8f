"""uvicorn in the process of the test, with deadlines that a test can wait for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar, NamedTuple, Self

import uvicorn
from litestar.types import ASGIApp

from atg_entrypoints.http.deadlines import DeadlineProtocol, Deadlines
from tests.integration.running import free_port


class ShortDeadlines(DeadlineProtocol):
    deadlines: ClassVar = Deadlines(head=0.3, body=0.4, linger=0.3, window=0.5, rate=20)


class Connection(NamedTuple):
    """A connection to a server, on which a client sends what it likes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    @asynccontextmanager
    async def to(cls, port: int) -> AsyncIterator[Self]:
        connection = cls(*await asyncio.open_connection("127.0.0.1", port))
        try:
            yield connection
        finally:
            connection.writer.close()
            with contextlib.suppress(ConnectionError):
                await connection.writer.wait_closed()

    def send(self, *lines: str, body: bytes = b"") -> None:
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)

    async def status(self) -> int:
        """Of the next response, whose body has a length."""
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)).decode()
        length = head.lower().partition("content-length: ")[2].partition("\r\n")[0]
        await self.reader.readexactly(int(length or 0))
        return int(head.split()[1])

    async def is_closed(self) -> bool:
        """Nothing more comes."""
        try:
            return await asyncio.wait_for(self.reader.read(), 5) == b""
        except ConnectionResetError:
            return True

    async def trickle(self, data: bytes, seconds: float) -> None:
        """Sends a byte at a time, until the server is gone."""
        with contextlib.suppress(ConnectionError):
            for byte in data:
                self.writer.write(bytes([byte]))
                await self.writer.drain()
                await asyncio.sleep(seconds)


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[int]:
    """The port of an application."""
    port = free_port()
    config = uvicorn.Config(
        app, port=port, http=ShortDeadlines, lifespan="off", log_config=None, access_log=False, server_header=False
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    ticking = asyncio.create_task(server.main_loop())
    try:
        yield port
    finally:
        server.should_exit = True
        await ticking
        await server.shutdown()
