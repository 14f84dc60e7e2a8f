"""Whether the parts of an installation answer: for `/ready` and `/metrics`, of the API and of the worker."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from time import perf_counter
from typing import Literal

from msgspec import Struct

from atg_core.errors import AtgError

VERSION = version("atg")
NEEDED = frozenset({"database", "schema"})
"""Parts without which nothing can be served."""
_SECONDS_TO_ANSWER = 2.0

type Checks = Mapping[str, Callable[[], Awaitable[None]]]


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


async def readiness(checks: Checks, *, is_ending: bool) -> Readiness:
    parts = await ask(checks)
    away = [name for name, part in parts.items() if part.status == "down"]
    is_down = is_ending or not NEEDED.isdisjoint(away)
    return Readiness(
        ready=not is_down,
        status="down" if is_down else "degraded" if away else "ready",
        degraded=[] if is_down else away,
        checks=parts,
    )


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
