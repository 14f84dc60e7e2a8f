"""Requests that wait in line."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
from litestar.types import Receive, Scope, Send

from atg_entrypoints.http.in_line import InLine

type Answering = Callable[[], Awaitable[int]]


def in_line(answering: Answering, at_once: int = 2) -> httpx.AsyncClient:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        status = await answering()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    places = asyncio.Semaphore(at_once)
    transport = httpx.ASGITransport(InLine(app, {"/dear"}, lambda: places))
    return httpx.AsyncClient(transport=transport, base_url="http://atg.test")


async def test_no_more_are_let_in_than_there_are_places_and_others_do_not_wait() -> None:
    inside, most, free = 0, 0, asyncio.Event()

    async def answering() -> int:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await free.wait()
        inside -= 1
        return 200

    async with in_line(answering) as client:
        waiting = [asyncio.create_task(client.post(path)) for path in ("/dear", "/dear/") * 5]
        await asyncio.sleep(0.01)
        assert inside == 2
        other = asyncio.create_task(client.get("/other"))
        await asyncio.sleep(0.01)
        assert inside == 3
        free.set()
        assert {reply.status_code for reply in await asyncio.gather(other, *waiting)} == {200}
    assert most == 3


async def test_those_who_wait_are_told_at_once_when_a_part_is_away() -> None:
    asked, statuses = 0, [503, 200]
    free = asyncio.Event()

    async def answering() -> int:
        nonlocal asked
        asked += 1
        await free.wait()
        return statuses[asked - 1]

    async with in_line(answering, at_once=1) as client:
        waiting = [asyncio.create_task(client.post("/dear")) for _ in range(5)]
        await asyncio.sleep(0.01)
        free.set()
        replies = await asyncio.gather(*waiting)
        assert {reply.status_code for reply in replies} == {503}
        assert asked == 1
        assert {reply.headers.get("retry-after") for reply in replies[1:]} == {"2"}
        assert replies[-1].json()["code"] == "unavailable"
        assert (await client.post("/dear")).status_code == 200
