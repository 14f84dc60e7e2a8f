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
from atg_core.errors import AtgError
from atg_entrypoints.http.draining import is_draining
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.http.wire import Instant

VERSION = version("atg")
NEEDED = frozenset({"database", "schema"})
"""Parts without which nothing can be served."""
_SECONDS_TO_ANSWER = 2.0

type Checks = Mapping[str, Callable[[], Awaitable[None]]]


class Health(Struct, frozen=True, kw_only=True):
    ok: bool = True
    status: str = "healthy"
    version: Annotated[str, Meta(examples=["0.1.0"])] = VERSION
    timestamp: Instant


class PartHealth(Struct, frozen=True, kw_only=True):
    """`latency_ms`: how long the part took to answer, or to fail; `code`: of the error, where it is a known one."""

    status: Literal["up", "down"]
    latency_ms: float
    code: str | None = None


class Readiness(Struct, frozen=True, kw_only=True):
    """`degraded`: the parts that are away, where the others can be served without them."""

    ready: bool
    status: Literal["ready", "degraded", "down"]
    degraded: list[str]
    checks: dict[str, PartHealth]


@get("/health", policy=PUBLIC, unlimited=True, tags=["operations"], summary="Is the process alive")
async def health() -> Health:
    return Health(timestamp=Instant.of(utc_now()))


@get(
    "/ready",
    policy=PUBLIC,
    unlimited=True,
    tags=["operations"],
    summary="Do the database, its schema, the cache and the store answer",
)
async def ready(state: State, checks: NamedDependency[SkipValidation[Checks]]) -> Response[Readiness]:
    """Each part is asked at the same time and has two seconds to answer. A process that is ending is not ready.

    503 where nothing can be served: without the database or its newest schema. Without the cache or the store the rest
    still is: 200, `degraded`. What is only busy is up.
    """
    parts = await ask(checks)
    away = [name for name, part in parts.items() if part.status == "down"]
    is_down = is_draining(state) or not NEEDED.isdisjoint(away)
    body = Readiness(
        ready=not is_down,
        status="down" if is_down else "degraded" if away else "ready",
        degraded=[] if is_down else away,
        checks=parts,
    )
    return Response(body, status_code=503 if is_down else 200, headers={"Retry-After": "2"} if is_down else {})


async def ask(checks: Checks) -> dict[str, PartHealth]:
    """All parts at once, within two seconds."""
    return dict(zip(checks, await asyncio.gather(*map(_ask, checks.values())), strict=True))


async def _ask(check: Callable[[], Awaitable[None]]) -> PartHealth:
    begun = perf_counter()
    status: Literal["up", "down"] = "up"
    code = None
    try:
        async with asyncio.timeout(_SECONDS_TO_ANSWER):
            await check()
    except Exception as error:  # noqa: BLE001 - whatever the reason, the part is down
        status, code = "down", error.code if isinstance(error, AtgError) else None
    return PartHealth(status=status, latency_ms=round((perf_counter() - begun) * 1000, 1), code=code)
