"""The concurrency limit."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import httpx
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send

from atg_core.concurrency_limit import ConcurrencyLimit
from atg_core.words import English
from atg_entrypoints.http.concurrency_limit import MAX_BODY_BYTES, ConcurrencyLimitMiddleware

type Answering = Callable[[], Awaitable[int]]


def in_line(answering: Answering, at_once: int = 2) -> httpx.AsyncClient:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        status = await answering()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    limit = ConcurrencyLimit(at_once)
    transport = httpx.ASGITransport(ConcurrencyLimitMiddleware(app, {"/dear"}, lambda: limit, English))
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
        assert replies[-1].json()["code"] == "overloaded"
        assert (await client.post("/dear")).status_code == 200


async def test_a_body_that_is_too_large_is_refused_before_it_is_waited_for() -> None:
    async def answering() -> int:
        raise AssertionError

    async with in_line(answering) as client:
        assert (await client.post("/dear", content=b"x" * (MAX_BODY_BYTES + 1))).status_code == 413


class Client:
    """A client that sends its body when told, and then leaves when told."""

    def __init__(self, app: ASGIApp) -> None:
        self.statuses: list[int] = []
        self._messages = asyncio.Queue[bool]()
        scope = {"type": "http", "method": "POST", "path": "/dear", "headers": []}
        self.task = asyncio.ensure_future(app(cast("Scope", scope), self._receive, self._send))

    async def _receive(self) -> HTTPReceiveMessage:
        message = await self._messages.get()
        return {"type": "http.request", "body": b"", "more_body": False} if message else {"type": "http.disconnect"}

    def send_body(self) -> None:
        self._messages.put_nowait(True)

    def leave(self) -> None:
        self._messages.put_nowait(False)

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.statuses.append(message["status"])


async def test_a_place_is_taken_once_the_body_is_there_and_not_for_whoever_has_left() -> None:
    served, free = 0, asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        nonlocal served
        served += 1
        await free.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    limit = ConcurrencyLimit(1)
    limited = ConcurrencyLimitMiddleware(app, {"/dear"}, lambda: limit, English)
    unfinished = [Client(limited) for _ in range(3)]
    await asyncio.sleep(0.01)
    honest, leaving, waiting = (Client(limited) for _ in range(3))
    for client in (honest, leaving, waiting):
        client.send_body()
        await asyncio.sleep(0.01)
    assert served == 1
    leaving.leave()
    unfinished[0].leave()
    await asyncio.wait_for(asyncio.gather(leaving.task, unfinished[0].task), 5)
    free.set()
    await asyncio.wait_for(asyncio.gather(honest.task, waiting.task), 5)
    assert (served, leaving.statuses, honest.statuses, waiting.statuses) == (2, [], [200], [200])
    for client in unfinished:
        client.task.cancel()
