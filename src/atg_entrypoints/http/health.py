"""Liveness and readiness."""

from typing import Annotated

from litestar import Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec import Meta, Struct

from atg_core.clock import utc_now
from atg_entrypoints.health import VERSION, Checks, Readiness, readiness
from atg_entrypoints.http.draining import is_draining
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.http.wire import Instant


class Health(Struct, frozen=True, kw_only=True):
    ok: bool = True
    status: str = "healthy"
    version: Annotated[str, Meta(examples=["0.1.0"])] = VERSION
    timestamp: Instant


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
    body = await readiness(checks, is_ending=is_draining(state))
    return Response(body, status_code=200 if body.ready else 503, headers={} if body.ready else {"Retry-After": "2"})
