"""`/app/events`: what a stream tells, and when it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from atg_core.events import Event, EventKind, TooManySubscriptions
from atg_core.identity.model import Role
from atg_core.ids import new_id
from atg_entrypoints.console import events
from atg_entrypoints.console.events import EventStream
from atg_entrypoints.container import Container
from tests.integration.console.browsing import enter
from tests.people import account

STARTED = Event(kind=EventKind.LESSON_STARTED, subject_id=7)
_MISSED = {"kind": "missed", "id": 0}


class Stream:
    """A stream of a browser, over no socket: its start, and then its chunks as they are sent."""

    def __init__(self) -> None:
        self.start: dict[str, Any] = {}
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.leaves = asyncio.Event()

    async def send(self, message: Any) -> None:
        await self._sent.put(message)

    async def receive(self) -> Any:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def next(self, seconds: float = 5) -> dict[str, Any]:
        return await asyncio.wait_for(self._sent.get(), seconds)

    async def text(self) -> str:
        body: bytes = (await self.next())["body"]
        return body.decode()

    async def told(self) -> list[Any]:
        """The events of the next chunk."""
        lines = (await self.text()).splitlines()
        return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]

    async def headers(self) -> dict[str, str]:
        self.start = await self.next()
        return {name.decode().lower(): value.decode() for name, value in self.start["headers"]}


@asynccontextmanager
async def stream_of(browser: httpx.AsyncClient) -> AsyncIterator[Stream]:
    app: Any = browser._transport.app  # type: ignore[attr-defined]
    request = browser.build_request("GET", "/app/events", headers={"accept-encoding": "gzip"})
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/app/events",
        "raw_path": b"/app/events",
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.7", 1234),
        "server": ("atg.test", 80),
        "root_path": "",
    }
    stream = Stream()
    task = asyncio.create_task(app(scope, stream.receive, stream.send))
    try:
        yield stream
    finally:
        stream.leaves.set()
        await asyncio.wait_for(task, 5)


async def begun(stream: Stream) -> None:
    assert (await stream.headers())["content-type"].startswith("text/event-stream")
    await stream.text()
    assert await stream.told() == [_MISSED]


async def test_a_stream_tells_the_person_what_has_changed(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked)
    user = next(row["id"] for row in stocked.database().tables["users"].values() if row["username"] == "anna")
    async with stream_of(browser) as stream:
        headers = await stream.headers()
        assert stream.start["status"] == 200
        assert headers["cache-control"] == "no-store"
        assert headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in headers
        assert "etag" not in headers
        assert await stream.text() == 'retry: 2000\nevent: begun\ndata: {"hears_all":false}\n\n'
        assert await stream.told() == [_MISSED]
        await stocked.events().publish(STARTED, user_ids=[user])
        assert await stream.told() == [{"kind": "lesson.started", "id": 7}]
        await stocked.events().publish(STARTED, user_ids=[new_id()])
        with pytest.raises(TimeoutError):
            await stream.next(0.2)


async def test_a_stream_that_has_nothing_to_tell_says_that_it_lives(
    browser: httpx.AsyncClient, stocked: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.05)
    await enter(browser, stocked)
    async with stream_of(browser) as stream:
        await begun(stream)
        assert await stream.text() == ":\n\n"


async def test_revocation_ends_a_stream_before_anything_else_is_told(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked)
    [user] = [row for row in stocked.database().tables["users"].values() if row["username"] == "anna"]
    async with stream_of(browser) as stream:
        await begun(stream)
        await browser.post("/app/sign-out")
        await stocked.events().publish(STARTED, user_ids=[user["id"]])
        assert await stream.next() == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_a_stream_after_the_end_of_a_token_renews_it(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked)
    browser.cookies.delete("atg_access")
    async with stream_of(browser) as stream:
        headers = await stream.headers()
        assert (stream.start["status"], headers["set-cookie"].startswith("atg_")) == (200, True)
        await stream.text()
        assert await stream.told() == [_MISSED]


async def test_the_end_of_the_process_ends_a_stream_and_begins_no_other(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked)
    async with stream_of(browser) as stream:
        await begun(stream)
        stocked.event_subscriptions().end_all()
        assert await stream.next(1) == {"type": "http.response.body", "body": b"", "more_body": False}
    assert (await browser.get("/app/events")).status_code == 503


async def test_a_browser_that_leaves_frees_its_place(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked)
    for _ in range(20):
        async with stream_of(browser) as stream:
            await begun(stream)


async def test_one_person_has_a_few_streams(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked)
    open_ = [stream_of(browser) for _ in range(12)]
    for each in open_:
        await begun(await each.__aenter__())
    reply = await browser.get("/app/events")
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "60")
    for each in open_:
        await each.__aexit__(None, None, None)


async def test_head_has_the_headers_alone(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked)
    reply = await browser.head("/app/events")
    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["content-type"].startswith("text/event-stream")


async def _always() -> bool:
    return True


def _reply(container: Container, seconds: float) -> Any:
    person = account("anna", role=Role.STUDENT).user
    return EventStream(container.event_subscriptions(), person, seconds, _always).to_asgi_response()  # type: ignore[arg-type]


async def test_a_stream_ends_with_its_token(stocked: Container) -> None:
    stream = Stream()
    await asyncio.wait_for(_reply(stocked, 0.2)({}, stream.receive, stream.send), 5)
    sent = [await stream.next() for _ in range(5)]
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_who_does_not_read_is_dropped(stocked: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_SEND_SECONDS", 0.05)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    await asyncio.wait_for(_reply(stocked, 60)({}, Stream().receive, send), 5)


async def test_more_events_than_fit_are_told_as_one(stocked: Container) -> None:
    user = new_id()
    async with stocked.event_subscriptions().subscribe(user) as subscription:
        for number in range(100):
            await stocked.events().publish(Event(kind=EventKind.LESSON_CHANGED, subject_id=number), user_ids=[user])
        assert [event.kind for event in await subscription.next(1)] == [EventKind.MISSED]


async def test_a_process_has_so_many_streams(stocked: Container) -> None:
    hub = type(stocked.event_subscriptions())(of_a_process=1)
    async with hub.subscribe(new_id()):
        with pytest.raises(TooManySubscriptions):
            await hub.subscribe(new_id()).__aenter__()
