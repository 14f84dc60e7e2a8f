"""Clients that are slow, or leave: deadlines of the server."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest
from litestar.types import Receive, Scope, Send

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.api import Api
from tests.contracts.databases import on_sqlite
from tests.integration.local_server import Connection, served
from tests.people import sign_in

HALF = b'--x\r\ncontent-disposition: form-data; name="key"\r\n\r\n'


def post(path: str, length: int) -> tuple[str, ...]:
    return (f"POST {path} HTTP/1.1", "host: atg.test", f"content-length: {length}")


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Takes the whole body, but for `/refused`; `/busy` takes it late."""
    if scope["path"] == "/busy":
        await asyncio.sleep(1)
    more = scope["path"] != "/refused"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with served(app) as port:
        yield port


@pytest.fixture
async def connection(port: int) -> AsyncIterator[Connection]:
    async with Connection.to(port) as connection:
        yield connection


async def test_a_head_that_trickles_gets_408(connection: Connection) -> None:
    trickling = asyncio.create_task(connection.trickle(b"GET /health HTTP/1.1\r\nhost: " + b"a" * 200, 0.02))
    assert await connection.status() == 408
    assert await connection.is_closed()
    await trickling


async def test_a_connection_without_a_request_is_closed_without_a_reply(connection: Connection) -> None:
    assert await connection.is_closed()


async def test_a_body_that_trickles_gets_408(connection: Connection) -> None:
    connection.send(*post("/", 1000))
    trickling = asyncio.create_task(connection.trickle(b"x" * 500, 0.01))
    assert await connection.status() == 408
    assert await connection.is_closed()
    await trickling


async def test_an_upload_may_take_longer_if_it_is_fast_enough(port: int) -> None:
    async with Connection.to(port) as fast, Connection.to(port) as slow:
        fast.send(*post("/files/upload", 200))
        slow.send(*post("/files/upload", 200))
        trickling = [
            asyncio.create_task(each.trickle(b"x" * 200, pause)) for each, pause in ((fast, 0.005), (slow, 0.2))
        ]
        assert await asyncio.gather(fast.status(), slow.status()) == [200, 408]
        await asyncio.gather(*trickling)


async def test_a_client_is_not_slow_while_the_application_takes_nothing(connection: Connection) -> None:
    connection.send(*post("/busy", 500_000), body=b"x" * 500_000)
    assert await connection.status() == 200


async def test_the_rest_of_a_refused_body_is_waited_for_but_not_for_long(port: int) -> None:
    async with Connection.to(port) as endless, Connection.to(port) as good:
        for connection in (endless, good):
            connection.send(*post("/refused", 100), body=b"x" * 50)
            assert await connection.status() == 200
        good.writer.write(b"x" * 50)
        good.send(*post("/", 1), body=b"x")
        assert await good.status() == 200
        assert await endless.is_closed()


async def test_requests_on_one_connection_follow_each_other_at_any_pace(connection: Connection) -> None:
    for pause in (0, 0.6, 0):
        connection.send(*post("/", 3), body=b"abc")
        assert await connection.status() == 200
        await asyncio.sleep(pause)
    connection.send(*post("/busy", 0))
    connection.send(*post("/", 3), body=b"abc")
    assert [await connection.status() for _ in range(2)] == [200, 200]


async def test_what_was_sent_before_the_server_ended_is_served() -> None:
    """On a connection that is new, or idle; what comes later meets a closed one."""
    async with AsyncExitStack() as stack:
        ending = AsyncExitStack()
        port = await ending.enter_async_context(served(app))
        new, idle, late = [await stack.enter_async_context(Connection.to(port)) for _ in range(3)]
        idle.send(*post("/", 0))
        assert await idle.status() == 200
        closing = asyncio.create_task(ending.aclose())
        await asyncio.sleep(0.1)
        for connection in (new, idle):
            connection.send(*post("/", 3), body=b"abc")
            assert await connection.status() == 200
            assert await connection.is_closed()
        assert await late.is_closed()
        await closing


async def test_empty_lines_keep_no_connection_open(connection: Connection) -> None:
    connection.send(*post("/", 0))
    assert await connection.status() == 200
    trickling = asyncio.create_task(connection.trickle(b"\r\n" * 500, 0.01))
    assert await connection.is_closed()
    await trickling


async def test_who_trickles_changes_nothing_for_others(port: int) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(150):
            slow = await stack.enter_async_context(Connection.to(port))
            slow.writer.write(b"GET / HT")
        fast = await stack.enter_async_context(Connection.to(port))
        fast.send(*post("/", 0))
        assert await asyncio.wait_for(fast.status(), 1) == 200


async def errors_of(port: int) -> list[str]:
    async with httpx.AsyncClient() as client:
        reply = await client.get(f"http://127.0.0.1:{port}/metrics")
    assert reply.status_code == 200
    return re.findall(r"^atg_requests_error_total.*$", reply.text, re.MULTILINE)


@on_sqlite
@pytest.mark.parametrize("path", ["/auth/login", "/auth/refresh", "/users/me/avatar", "/files/upload"])
async def test_a_client_that_leaves_within_a_body_is_no_error_of_the_server(
    api: Api, stocked: Container, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    await sign_in(client, stocked, role=Role.INSTRUCTOR)
    media_type = "application/json" if path.startswith("/auth") else "multipart/form-data; boundary=x"
    signed_in = f"authorization: {client.headers['authorization']}"
    async with served(api[1]) as port:
        before = await errors_of(port)
        async with Connection.to(port) as connection:
            connection.send(*post(path, 1000), f"content-type: {media_type}", signed_in, body=HALF)
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.1)
        assert await errors_of(port) == before
    log = capsys.readouterr()
    assert "Traceback" not in log.out + log.err
    assert "unexpected error" not in log.out
    assert "status=499" in log.out
