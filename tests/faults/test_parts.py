"""PostgreSQL, Redis and the store, each stopped and hung."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.faults.installation import Installation
from tests.faults.parts import (
    cache_hanging,
    cache_stopped,
    database_hanging,
    database_stopped,
    store_hanging,
    store_stopped,
)
from tests.faults.scenario import SLOWEST, Stage

pytestmark = [pytest.mark.alone, pytest.mark.faults]

_SECONDS = 5
"""How long a part is away."""


type Away = Callable[[Installation], AbstractContextManager[None]]


@pytest.mark.parametrize("away", [database_stopped, database_hanging])
async def test_without_the_database_what_is_asked_is_refused_soon(stage: Stage, away: Away) -> None:
    async with stage.fault(away.__name__) as fault:
        with away(stage.installation):
            await fault.until_told("database")
            await asyncio.sleep(_SECONDS)


@pytest.mark.parametrize("away", [cache_stopped, cache_hanging])
async def test_without_redis_everything_is_served(stage: Stage, away: Away) -> None:
    async with stage.fault(away.__name__, allowed=()) as fault:
        with away(stage.installation):
            await fault.until_told("cache")
            await asyncio.sleep(_SECONDS)


@pytest.mark.parametrize(("away", "slowest"), [(store_stopped, SLOWEST), (store_hanging, 20)])
async def test_without_the_store_all_but_files_is_served(stage: Stage, away: Away, slowest: float) -> None:
    """An upload waits for it for a quarter of a minute."""
    async with stage.fault(away.__name__, only="/files/", slowest=slowest) as fault:
        with away(stage.installation):
            await fault.until_told("store")
            await asyncio.sleep(_SECONDS)
