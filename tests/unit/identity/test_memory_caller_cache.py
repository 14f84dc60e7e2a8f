"""The caller cache in the process."""

from pathlib import Path

import pytest

from atg_adapters.memory.identity.caller_cache import Invalidations, MemoryCallerCache, NoCallerCache
from atg_core.identity.ports import CallerCache
from tests.contracts.identity.caller_cache import CallerCacheContract, caller, remember, remembered


class TestMemoryCallerCache(CallerCacheContract):
    @pytest.fixture
    def cache(self) -> MemoryCallerCache:
        return MemoryCallerCache()


async def test_a_caller_is_forgotten_after_a_minute() -> None:
    seconds = [0.0]
    cache, anna = MemoryCallerCache(time=lambda: seconds[0]), caller()
    await remember(cache, anna)
    seconds[0] = 59.9
    assert await remembered(cache, anna) == anna
    seconds[0] = 60.0
    assert await remembered(cache, anna) is None


async def test_no_more_than_ten_thousand_callers_are_remembered() -> None:
    cache, first = MemoryCallerCache(), caller()
    await remember(cache, first)
    for _ in range(10_000):
        await remember(cache, caller())
    assert await remembered(cache, first) is None


async def test_where_many_processes_serve_without_redis_nothing_is_remembered() -> None:
    cache, anna = NoCallerCache(), caller()
    await remember(cache, anna)
    assert await remembered(cache, anna) is None
    await cache.drop(anna.id)


@pytest.mark.parametrize("other", [MemoryCallerCache, NoCallerCache])
async def test_what_another_process_changes_is_forgotten(tmp_path: Path, other: type[CallerCache]) -> None:
    """And what this one changes costs the other users nothing."""
    path = tmp_path / "invalidations"
    cache, elsewhere = MemoryCallerCache(Invalidations(path)), other(Invalidations(path))  # type: ignore[call-arg]
    anna, boris = caller(), caller()
    await remember(cache, anna)
    await remember(cache, boris)
    await cache.drop(boris.id)
    assert (await remembered(cache, anna), await remembered(cache, boris)) == (anna, None)
    _, stamp = await cache.find(boris.id, boris.session_id)
    await elsewhere.drop(anna.id)
    assert await remembered(cache, anna) is None
    await cache.put(boris, stamp)
    assert await remembered(cache, boris) is None, "it was read before the change"
    assert path.stat().st_mode & 0o077 == 0
