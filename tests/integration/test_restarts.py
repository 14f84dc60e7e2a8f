"""Rolling restarts lose no request and no session."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import SECRET
from tests.integration.running import Server, serving

pytestmark = pytest.mark.alone

ADMIN = {"username": "root", "password": "a rather good one"}
OLD, NEW = (f"{kid}:{kid * 20} and some more bytes" for kid in ("old", "new"))

# An old process and its successor serve at the same time; each knows the key with which the other signs.
ROTATIONS = (f"{OLD},{NEW}", f"{NEW},{OLD}", NEW)


@dataclass
class Balancer:
    """Sends to the processes that say they are ready, as a load balancer does, and remembers what came back."""

    servers: list[Server]
    ready: list[str] = field(default_factory=list)
    replies: list[tuple[str, int]] = field(default_factory=list)

    async def watch(self, client: httpx.AsyncClient) -> None:
        while True:
            self.ready = [server.url for server in self.servers if await self._is_ready(client, server)]
            await asyncio.sleep(0.05)

    async def _is_ready(self, client: httpx.AsyncClient, server: Server) -> bool:
        with suppress(httpx.TransportError):
            return (await client.get(f"{server.url}/ready")).status_code == 200
        return False

    async def ask(self, client: httpx.AsyncClient, method: str, path: str, **request: Any) -> httpx.Response:
        while not self.ready:
            await asyncio.sleep(0.01)
        url = self.ready[len(self.replies) % len(self.ready)]
        reply = await client.request(method, url + path, **request)  # a lost connection fails the test
        self.replies.append((path, reply.status_code))
        return reply


type Load = Callable[[Balancer, httpx.AsyncClient], Awaitable[None]]


@asynccontextmanager
async def under_load(servers: list[Server], load: Load) -> AsyncIterator[Balancer]:
    """Runs the load meanwhile; what went wrong in it is raised at the end."""
    balancer = Balancer(servers)
    async with httpx.AsyncClient(timeout=20, limits=httpx.Limits(keepalive_expiry=1)) as client:
        watching = asyncio.create_task(balancer.watch(client))
        while not balancer.ready:
            await asyncio.sleep(0.01)
        loading = asyncio.create_task(load(balancer, client))
        try:
            yield balancer
        finally:
            loading.cancel()
            with suppress(asyncio.CancelledError):
                await loading
            watching.cancel()


def started(stack: ExitStack, home: Path, database_url: str, jwt_keys: str = "") -> Server:
    environment = {
        "ATG_DATABASE_URL": database_url,
        "ATG_SECRET_KEY": SECRET,
        "ATG_JWT_KEYS": jwt_keys,
        "ATG_RATE_LIMIT": "0",
        "ATG_DRAIN_SECONDS": "1",
        "ATG_ADMIN_USERNAME": ADMIN["username"],
        "ATG_ADMIN_PASSWORD": ADMIN["password"],
    }
    return stack.enter_context(serving(home, **environment))


async def replace(balancer: Balancer, new: Server) -> int:
    """Adds a new process, and tells the old one to end once the new one is ready; how it ended."""
    [old] = balancer.servers
    balancer.servers.append(new)
    while new.url not in balancer.ready:
        await asyncio.sleep(0.02)
    old.process.send_signal(signal.SIGTERM)
    code = await asyncio.to_thread(old.process.wait, 20)
    balancer.servers.remove(old)
    return code


async def test_a_process_that_ends_says_so_and_still_serves(postgres_url: str, tmp_path: Path) -> None:
    """O5: and a request that runs is answered."""
    with ExitStack() as stack:
        server = started(stack, tmp_path, postgres_url)
        async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
            assert "connection" not in (await client.get("/ready")).headers
            running = asyncio.create_task(client.post("/auth/login", json=ADMIN))
            await asyncio.sleep(0.02)
            server.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.1)
            assert (await client.get("/ready")).status_code == 503
            for path in ("/health", "/stations"):
                served = await client.get(path)
                assert (served.status_code, served.headers["connection"]) == (200, "close")
            assert (await running).status_code == 200
        assert await asyncio.to_thread(server.process.wait, 20) == 0


async def test_processes_are_restarted_and_keys_rotated_and_no_request_fails(postgres_url: str, tmp_path: Path) -> None:
    """O5, S22: a new key is published first, then it signs, then the old one is taken away."""
    tokens: dict[str, str] = {}

    async def load(balancer: Balancer, client: httpx.AsyncClient) -> None:
        while True:
            bearer = {"authorization": f"Bearer {tokens['access']}"}
            shown = [
                balancer.ask(client, "GET", path, headers=bearer) for path in ("/stations", "/auth/me", "/courses")
            ]
            await asyncio.gather(*shown)
            reply = await balancer.ask(client, "POST", "/auth/refresh", json={"refreshToken": tokens["refresh"]})
            tokens["access"], tokens["refresh"] = reply.json()["token"], reply.json()["refreshToken"]
            await asyncio.sleep(0.01)

    with ExitStack() as stack:
        servers = [await asyncio.to_thread(started, stack, tmp_path, postgres_url, OLD)]
        signed_in = httpx.post(f"{servers[0].url}/auth/login", json=ADMIN).json()
        tokens |= {"access": signed_in["token"], "refresh": signed_in["refreshToken"]}
        async with under_load(servers, load) as balancer:
            for keys in ROTATIONS:
                new = await asyncio.to_thread(started, stack, tmp_path, postgres_url, keys)
                assert await replace(balancer, new) == 0
        assert {status for _, status in balancer.replies} == {200}
        assert len(balancer.replies) > 200
        bearer = {"authorization": f"Bearer {signed_in['token']}"}
        assert httpx.get(f"{balancer.servers[0].url}/auth/me", headers=bearer).status_code == 401
