"""What strangers send at once to a running server keeps nobody else from it."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from atg_core.identity.model import Role
from tests.integration.local_server import Connection
from tests.integration.running import Server
from tests.integration.server_pair import Pair, emptied, two_processes
from tests.people import PASSWORD, add_person, sign_in

pytestmark = pytest.mark.alone

MIB = 1024 * 1024
LOGIN = ("POST /auth/login HTTP/1.1", "host: atg", "content-type: application/json")
FORM = 'multipart/form-data; boundary="x"'


def port_of(server: Server) -> int:
    return urlsplit(server.url).port or 80


def resident_bytes(server: Server) -> int:
    pages = Path(f"/proc/{server.process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096


async def sign_in_seconds(client: httpx.AsyncClient) -> float:
    begun = time.monotonic()
    reply = await client.post("/auth/login", json={"username": "anna", "password": PASSWORD})
    assert reply.status_code == 200
    return time.monotonic() - begun


async def test_unfinished_sign_ins_hold_no_honest_one_up(postgres_pair: Pair) -> None:
    """Half a body each; and 150 connections whose heads trickle."""
    async with two_processes(postgres_pair) as (container, clients), AsyncExitStack() as stack:
        await add_person(container, "anna")
        before = min([await sign_in_seconds(clients[0]) for _ in range(3)])
        port = port_of(postgres_pair.servers[0])
        for number in range(350):
            stranger = await stack.enter_async_context(Connection.to(port))
            if number < 200:
                stranger.send(*LOGIN, "content-length: 60", body=b'{"username": "anna", ')
            else:
                stranger.writer.write(LOGIN[0].encode())
        await asyncio.sleep(0.2)
        assert min([await sign_in_seconds(clients[0]) for _ in range(3)]) < before + 1


async def form_of(size: int, name: str, fields: Mapping[str, str] | None = None) -> AsyncIterator[bytes]:
    """A form whose last part has so many bytes."""
    start = '--x\r\ncontent-disposition: form-data; name="{}"\r\n\r\n'
    for field, value in (fields or {}).items():
        yield f"{start.format(field)}{value}\r\n".encode()
    yield start.format(name).encode()
    for _ in range(size // MIB):
        yield b"x" * MIB
    yield b"\r\n--x--\r\n"


async def status_of(client: httpx.AsyncClient, path: str, content: AsyncIterator[bytes]) -> int | None:
    """None where the server closes the connection, as it may before all was sent."""
    try:
        return (await client.post(path, content=content, headers={"content-type": FORM})).status_code
    except httpx.TransportError:
        return None


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
async def test_forms_of_strangers_are_not_read(postgres_pair: Pair) -> None:
    server = postgres_pair.servers[0]
    with emptied(postgres_pair):
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            assert (await client.get("/stations")).status_code == 200
            before = resident_bytes(server)
            for path, refusal in (
                ("/files/signed/a.pdf?signature=x&expires=1&most=1&type=a", 403),
                ("/files/upload", 401),
                ("/users/me/avatar", 401),
            ):
                for name in ("key", "file"):
                    assert await status_of(client, path, form_of(300 * MIB, name)) in {refusal, None}
            assert resident_bytes(server) - before < 32 * MIB
            assert (await client.get("/stations")).status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
async def test_no_part_of_a_signed_form_is_kept_in_memory(postgres_pair: Pair) -> None:
    server, size = postgres_pair.servers[0], 150 * MIB
    async with two_processes(postgres_pair) as (container, [client, _]):
        await sign_in(client, container, role=Role.INSTRUCTOR)
        wanted = {"key": "lessons/a.mp4", "size": size, "form": True}
        signed = (await client.post("/files/presign-upload", json=wanted)).json()
        path = signed["url"].partition("/files/")[2]
        before = resident_bytes(server)
        assert await status_of(client, f"/files/{path}", form_of(size, "key")) in {400, None}
        assert await status_of(client, f"/files/{path}", form_of(2 * size, "file", signed["fields"])) in {413, None}
        assert await status_of(client, f"/files/{path}", form_of(size, "file", signed["fields"])) == 204
        assert resident_bytes(server) - before < 32 * MIB
        assert (await client.get("/files/exists", params={"key": "lessons/a.mp4"})).json()["size"] == size
