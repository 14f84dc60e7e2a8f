"""Each context served alone (ATG_CONTEXTS)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.types import ASGIApp

from atg_entrypoints.container import create_container
from atg_entrypoints.environment import read_settings
from atg_entrypoints.http.app import create_app
from atg_entrypoints.settings import CONTEXTS
from tests.integration.running import serving

ROUTES = {
    "identity": ("GET", "/auth/me", 401),
    "catalog": ("GET", "/stations", 200),
    "learning": ("GET", "/users/me/stats", 401),
    "files": ("GET", "/files/info/none", 404),
    "campaigns": ("POST", "/session/start/", 201),
    "shop": ("GET", "/api/lessons", 200),
    "schedule": ("GET", "/groups", 401),
    "conferencing": ("POST", "/webhooks/zoom", 401),
    "homework": ("GET", "/homework", 401),
    "gradebook": ("GET", "/me/gradebook", 401),
    "notices": ("GET", "/notices", 401),
}
"""A route that only this context has."""


@asynccontextmanager
async def started(app: ASGIApp) -> AsyncIterator[None]:
    """The application from its start to its end, as a server runs it."""
    told, replies = asyncio.Queue[Any](), asyncio.Queue[Any]()
    running = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}}, told.get, replies.put))  # type: ignore[arg-type, typeddict-item]
    for step in ("startup", "shutdown"):
        await told.put({"type": f"lifespan.{step}"})
        assert (await replies.get())["type"] == f"lifespan.{step}.complete"
        if step == "startup":
            yield
    await running


async def assert_serves_alone(context: str, client: httpx.AsyncClient) -> None:
    for name, (method, path, status) in ROUTES.items():
        reply = await client.request(method, path)
        expected = status if name == context else 404
        assert reply.status_code == expected, path
        assert reply.headers["content-type"].startswith("application/")
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert {"/health", "/ready"} < set(paths)
    assert (ROUTES[context][1].rstrip("/") in paths) or context == "files"
    assert (await client.get("/ready")).json()["ready"]


@pytest.mark.parametrize("context", CONTEXTS)
async def test_a_context_is_served_alone(context: str, sqlite_url: str, tmp_path: Path) -> None:
    environment = {"ATG_CONTEXTS": context, "ATG_DATABASE_URL": sqlite_url, "ATG_HOME": str(tmp_path)}
    app = create_app(create_container(read_settings(environment)))
    transport = httpx.ASGITransport(app)
    async with started(app), httpx.AsyncClient(transport=transport, base_url="http://atg.test") as client:
        await assert_serves_alone(context, client)


@pytest.mark.usefixtures("sqlite_url")
async def test_a_process_serves_one_context(tmp_path: Path) -> None:
    with serving(tmp_path, ATG_CONTEXTS="campaigns") as server:
        async with httpx.AsyncClient(base_url=server.url) as client:
            await assert_serves_alone("campaigns", client)
        assert "Traceback" not in server.log
