"""Clients that send and read a few bytes a second, as many as there are."""

import asyncio
import resource
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.faults.scenario import Stage
from tests.integration.running import Server

pytestmark = [pytest.mark.alone, pytest.mark.faults]

_OF_EACH, _SECONDS = 100, 12
_BYTES = 4 * 2**20
KEY = "public/large.pdf"
_ESTABLISHED = "01"
_KEPT = 64
"""Connections that nginx keeps to a process, at most."""


async def slow_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _trickle(writer, b"GET /health HTTP/1.1\r\nhost: " + b"a" * 1000)


async def slow_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"POST /auth/login HTTP/1.1\r\nhost: atg\r\ncontent-length: 1000\r\n\r\n")
    await _trickle(writer, b"x" * 900)


async def slow_reader(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(f"GET /files/stream/{KEY} HTTP/1.1\r\nhost: atg\r\n\r\n".encode())
    for _ in range(10 * _SECONDS):
        await reader.read(100)
        await asyncio.sleep(0.1)


async def _trickle(writer: asyncio.StreamWriter, data: bytes) -> None:
    for byte in data:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.1)


type Slow = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _be_slow(url: str, slow: Slow) -> None:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1024)
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(_SECONDS):
            await slow(reader, writer)
    writer.close()


def _clients_of(server: Server) -> int:
    """Connections that are open at its port: those of nginx too, which keeps some."""
    port = f":{urlsplit(server.url).port:04X}"
    connections = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(1 for each in connections if each[1].endswith(port) and each[3] == _ESTABLISHED)


async def test_who_is_slow_changes_nothing_for_others(stage: Stage) -> None:
    """Through nginx, and at a process itself."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    installation = stage.installation
    async with httpx.AsyncClient(base_url=installation.url, headers=stage.world.author.headers, timeout=60) as client:
        sent = await client.post(
            "/files/upload", data={"key": KEY}, files={"file": ("a.pdf", b"%PDF-" + bytes(_BYTES))}
        )
        assert sent.status_code == 201, sent.text
    async with stage.fault("slow clients", allowed=()):
        places = [(installation.url, 1), (installation.apis[0].url, 2)]
        kinds = (slow_head, slow_body, slow_reader)
        await asyncio.gather(
            *(_be_slow(url, kind) for url, times in places for kind in kinds for _ in range(times * _OF_EACH // 3))
        )
    async with asyncio.timeout(60):
        while any(_clients_of(server) > _KEPT for server in installation.apis):
            await asyncio.sleep(0.5)
