"""Liveness and readiness."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from time import perf_counter
from typing import Annotated, Literal

from litestar import Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec import Meta, Struct

from atg_core.clock import utc_now
from atg_entrypoints.http.draining import is_draining
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.http.wire import Instant

VERSION = version("atg")
_SECONDS_TO_ANSWER = 2.0

type Checks = Mapping[str, Callable[[], Awaitable[None]]]


class Health(Struct, frozen=True, kw_only=True):
    ok: bool = True
    status: str = "healthy"
    version: Annotated[str, Meta(examples=["0.1.0"])] = VERSION
    timestamp: Instant


class PartHealth(Struct, frozen=True, kw_only=True):
    """`latency_ms`: how long the part took to answer, or to fail."""

    status: Literal["up", "down"]
    latency_ms: float


class Readiness(Struct, frozen=True, kw_only=True):
    ready: bool
    checks: dict[str, PartHealth]


@get("/health", policy=PUBLIC, unlimited=True, tags=["operations"], summary="Is the process alive")
async def health() -> Health:
    return Health(timestamp=Instant.of(utc_now()))


@get(
    "/ready",
    policy=PUBLIC,
    unlimited=True,
    tags=["operations"],
    summary="Do the database, the cache and the store answer",
)
async def ready(state: State, checks: NamedDependency[SkipValidation[Checks]]) -> Response[Readiness]:
    """Each part is asked at the same time and has two seconds to answer. A process that is ending is not ready."""
    parts = await asyncio.gather(*(_ask(check) for check in checks.values()))
    up = all(part.status == "up" for part in parts) and not is_draining(state)
    body = Readiness(ready=up, checks=dict(zip(checks, parts, strict=True)))
    return Response(body, status_code=200 if up else 503, headers={} if up else {"Retry-After": "2"})


async def _ask(check: Callable[[], Awaitable[None]]) -> PartHealth:
    begun = perf_counter()
    status: Literal["up", "down"] = "up"
    try:
        async with asyncio.timeout(_SECONDS_TO_ANSWER):
            await check()
    except Exception:  # noqa: BLE001 - whatever the reason, the part is down
        status = "down"
    return PartHealth(status=status, latency_ms=round((perf_counter() - begun) * 1000, 1))
