"""`/health`, `/ready` and `/metrics` of `atg worker`, on a port of its own.

A worker has no other routes, and none of the API's libraries: this is plain ASGI.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Any

import structlog
import uvicorn
from msgspec import json

from atg_core.clock import utc_now
from atg_core.errors import NotFound, NotSignedIn
from atg_entrypoints.container import Container
from atg_entrypoints.health import VERSION, readiness
from atg_entrypoints.metrics import CONTENT_TYPE, require_token
from atg_entrypoints.settings import Settings

_JSON = "application/json"
_MOST_REQUESTS = 20
_log = structlog.get_logger("atg.start")

type _Reply = tuple[HTTPStatus, str, bytes]


class WorkerHealth:
    """The ASGI application. `is_ending`: whether the worker begins no more jobs."""

    def __init__(self, container: Container, is_ending: Callable[[], bool]) -> None:
        self._container, self._is_ending = container, is_ending

    async def __call__(self, scope: Mapping[str, Any], _receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        status, media_type, body = await self._reply(scope)
        headers = [
            (b"content-type", media_type.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _reply(self, scope: Mapping[str, Any]) -> _Reply:
        if scope["method"] not in {"GET", "HEAD"}:
            return _told(HTTPStatus.METHOD_NOT_ALLOWED)
        if scope["path"] == "/health":
            alive = {"ok": True, "status": "healthy", "version": VERSION, "timestamp": utc_now()}
            return HTTPStatus.OK, _JSON, json.encode(alive)
        if scope["path"] == "/ready":
            ready = await readiness(self._container.checks(), is_ending=self._is_ending())
            status = HTTPStatus.OK if ready.ready else HTTPStatus.SERVICE_UNAVAILABLE
            return status, _JSON, json.encode(ready)
        if scope["path"] == "/metrics":
            return await self._metrics(scope)
        return _told(HTTPStatus.NOT_FOUND)

    async def _metrics(self, scope: Mapping[str, Any]) -> _Reply:
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"").decode("latin-1")
        scheme, _, token = given.partition(" ")
        try:
            require_token(token.strip() if scheme.lower() == "bearer" else None, self._container.settings())
        except NotSignedIn:
            return _told(HTTPStatus.UNAUTHORIZED)
        except NotFound:
            return _told(HTTPStatus.NOT_FOUND)
        return HTTPStatus.OK, CONTENT_TYPE, await self._container.metrics().text()


def _told(status: HTTPStatus) -> _Reply:
    return status, "application/problem+json", json.encode({"title": status.phrase, "status": status})


class _Server(uvicorn.Server):
    """The worker hears signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def worker_server(container: Container, is_ending: Callable[[], bool]) -> AsyncIterator[None]:
    """Serves meanwhile, unless `ATG_WORKER_PORT` is 0. Where the port is taken the jobs are done all the same."""
    listener = _listener(container.settings())
    if listener is None:
        yield
        return
    config = uvicorn.Config(
        WorkerHealth(container, is_ending),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=_MOST_REQUESTS,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _listener(settings: Settings) -> socket.socket | None:
    if not settings.worker_port:
        return None
    address = (settings.worker_host, settings.worker_port)
    try:
        family = socket.AF_INET6 if ":" in settings.worker_host else socket.AF_INET
        listener = socket.create_server(address, family=family)
    except OSError as error:
        _log.warning(
            "nobody can ask this worker how it is: set ATG_WORKER_HOST and ATG_WORKER_PORT",
            address=f"{settings.worker_host}:{settings.worker_port}",
            reason=(error.strerror or type(error).__name__).partition(" (")[0],
        )
        return None
    _log.info("health and metrics of the worker", address=f"http://{settings.worker_host}:{settings.worker_port}")
    return listener
