"""`HEAD` wherever `GET` works (RFC 9110, section 9.3.2)."""

import asyncio
import re

import httpx
import pytest
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from atg_entrypoints.http.app import create_api
from tests.contracts.files.object_store import put
from tests.integration.local_server import Connection, served
from tests.people import sign_in

_OF_CONTENT = ("content-type", "content-length", "content-disposition", "cache-control", "etag", "vary", "location")


@pytest.fixture
def stocked_url() -> str:
    return "memory://"


async def test_every_route_with_get_answers_head_alike(client: httpx.AsyncClient, stocked: Container) -> None:
    await sign_in(client, stocked, role=Role.ADMIN)
    await put(stocked.object_store(), "1", b"content", "text/plain")
    paths = [
        re.sub(r"\{\w+:\w+\}", "1", route.path)
        for route in create_api(stocked).routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods
    ]
    assert len(paths) > 100
    answered = 0
    for path in paths:
        got, head = await client.get(path), await client.head(path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers.get("content-type") == got.headers.get("content-type"), path
        answered += head.is_success
    assert answered > 40


@pytest.mark.parametrize("path", ["/stations", "/stations/", "/stations/1", "/docs", "/openapi.json", "/courses"])
async def test_the_headers_are_those_of_get(client: httpx.AsyncClient, path: str) -> None:
    got, head = await client.get(path, follow_redirects=True), await client.head(path, follow_redirects=True)
    assert got.content
    assert {name: head.headers.get(name) for name in _OF_CONTENT} == {
        name: got.headers.get(name) for name in _OF_CONTENT
    }


async def test_a_condition_holds_for_head_too(client: httpx.AsyncClient) -> None:
    etag = (await client.head("/stations")).headers["etag"]
    unchanged = await client.head("/stations", headers={"if-none-match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_what_is_refused_is_refused_without_a_body(client: httpx.AsyncClient, stocked: Container) -> None:
    for path, status in (("/auth/me", 401), ("/stations/999999", 404), ("/nope", 404), ("/auth/login", 405)):
        reply = await client.head(path)
        assert (reply.status_code, reply.content) == (status, b""), path
    await sign_in(client, stocked)
    assert (await client.head("/admin/users")).status_code == 403
    assert (await client.head("/users/me")).status_code == 200


async def test_a_route_that_serves_head_itself_reads_no_file(client: httpx.AsyncClient, stocked: Container) -> None:
    """Its own HEAD: a condition that only GET heeds is not heeded."""
    await put(stocked.object_store(), "stations/1.mp4", b"0123456789", "video/mp4")
    for path in ("/files/stream/stations/1.mp4", "/files/video/stations/1.mp4"):
        head = await client.head(path, headers={"range": "bytes=0-3"})
        assert (head.status_code, head.headers["content-length"], head.content) == (200, "10", b"")


async def test_a_server_keeps_the_connection_and_its_framing(api: tuple[Container, ASGIApp]) -> None:
    async with served(api[1]) as port, Connection.to(port) as connection:
        for path in ("/stations", "/nope", "/health"):
            connection.send(f"HEAD {path} HTTP/1.1", "Host: atg.test")
            head = (await asyncio.wait_for(connection.reader.readuntil(b"\r\n\r\n"), 5)).decode().lower()
            assert re.search(r"content-length: [1-9]", head)
            connection.send(f"GET {path} HTTP/1.1", "Host: atg.test")
            assert await connection.status() == int(head.split()[1])
