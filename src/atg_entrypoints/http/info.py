"""What this service is, for whoever opens its address."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec import Meta, Struct

from atg_entrypoints.health import VERSION
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.settings import Settings


class Info(Struct, frozen=True, kw_only=True):
    """`contexts`: what this process serves. The others are paths of this service."""

    name: str = "ATG"
    version: Annotated[str, Meta(examples=["0.1.0"])] = VERSION
    status: str = "running"
    contexts: list[str]
    docs: str = "/docs"
    openapi: str = "/openapi.json"
    health: str = "/health"


# Two handlers: Litestar keeps the paths of one as a set, and lists them in another order in each process.
@get("/", policy=PUBLIC, tags=["operations"], summary="What this service is")
async def root(settings: NamedDependency[SkipValidation[Settings]]) -> Info:
    return Info(contexts=list(settings.contexts))


@get("/info", policy=PUBLIC, tags=["operations"], summary="What this service is")
async def info(settings: NamedDependency[SkipValidation[Settings]]) -> Info:
    return Info(contexts=list(settings.contexts))
