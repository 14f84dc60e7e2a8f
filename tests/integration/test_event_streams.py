"""Streams of several processes: what one publishes the other tells; a process that ends waits for none."""

import asyncio
import json
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.integration.running import Server, serving
from tests.teaching import Person, person, room_of

_SETTINGS = {"ATG_SECRET_KEY": SECRET, "ATG_RATE_LIMIT": "0"}


@pytest.fixture(params=["postgres", "redis"])
def two_servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, list[Server]]]:
    """Over PostgreSQL, and over SQLite with Redis; with the URL of their database."""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        settings = {**_SETTINGS, "ATG_DATABASE_URL": url}
    else:
        url = request.getfixturevalue("sqlite_url")
        settings = {**_SETTINGS, "ATG_DATABASE_URL": url, "ATG_REDIS_URL": request.getfixturevalue("redis_server")}
    with ExitStack() as stack:
        yield url, [stack.enter_context(serving(tmp_path, **settings)) for _ in range(2)]


@asynccontextmanager
async def arranging(url: str) -> AsyncIterator[Container]:
    container = create_container(Settings(database_url=url, secret_key=SECRET))
    yield container
    await close(container)


def _token(someone: Person) -> str:
    return someone.headers["Authorization"].removeprefix("Bearer ")


class Heard:
    """Reads a stream's events as they come."""

    def __init__(self, reply: httpx.Response) -> None:
        self._lines = reply.aiter_lines()

    async def next(self, seconds: float) -> Any:
        async with asyncio.timeout(seconds):
            async for line in self._lines:
                if line.startswith("data: ") and "kind" in line:
                    return json.loads(line.removeprefix("data: "))
        return None


@asynccontextmanager
async def stream(server: Server, token: str) -> AsyncIterator[Heard]:
    cookies = {"atg_access": token}
    async with (
        httpx.AsyncClient(base_url=server.url, timeout=30, cookies=cookies) as client,
        client.stream("GET", "/app/events") as reply,
    ):
        assert reply.status_code == 200
        heard = Heard(reply)
        assert (await heard.next(5))["kind"] == "missed"
        yield heard


async def test_an_event_of_one_process_is_heard_in_the_other_within_two_seconds(
    two_servers: tuple[str, list[Server]],
) -> None:
    url, (one, two) = two_servers
    async with httpx.AsyncClient(base_url=one.url, timeout=30) as api, arranging(url) as container:
        room = await room_of(api, container)
        await room.admin.post("/admin/conference-accounts", provider="local", label="1")
        now = datetime.now(UTC)
        soon = {"start_time": now.isoformat(), "end_time": (now + timedelta(hours=1)).isoformat()}
        async with stream(two, _token(room.students[0])) as student, stream(two, _token(room.outsider)) as outsider:
            lesson = await room.teacher.post("/schedule/lessons", title="x", group_id=room.group, **soon)
            assert await student.next(2) == {"kind": "lesson.changed", "id": lesson["id"]}
            await room.teacher.post(f"/schedule/lessons/{lesson['id']}/start", 200)
            assert await student.next(2) == {"kind": "lesson.started", "id": lesson["id"]}
            await room.teacher.post(f"/schedule/lessons/{lesson['id']}/end", 200)
            assert await student.next(2) == {"kind": "lesson.ended", "id": lesson["id"]}
            with pytest.raises(TimeoutError):
                await outsider.next(0.3)


async def test_streams_end_when_the_process_is_told_to_and_it_does_not_wait(sqlite_url: str, tmp_path: Path) -> None:
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), tmp_path / "drained.db")
    settings = {**_SETTINGS, "ATG_DATABASE_URL": f"sqlite:///{tmp_path / 'drained.db'}"}
    for number in (signal.SIGTERM, signal.SIGINT):
        with serving(tmp_path, **settings) as server:
            async with httpx.AsyncClient() as api, arranging(settings["ATG_DATABASE_URL"]) as container:
                someone = await person(api, container, f"reader-{number}", Role.USER)
                async with stream(server, _token(someone)) as heard:
                    begun = monotonic()
                    server.process.send_signal(number)
                    assert await heard.next(2) is None
            while server.process.poll() is None and monotonic() - begun < 10:
                await asyncio.sleep(0.05)
            assert server.process.poll() is not None
            assert "Traceback" not in server.log
