"""Callers remembered in the process."""

import pytest

from atg_adapters.memory.caller_cache import MemoryCallerCache, NoCallerCache
from tests.contracts.caller_cache import CallerCacheContract, caller, remember, remembered


class TestMemoryCallerCache(CallerCacheContract):
    @pytest.fixture
    def cache(self) -> MemoryCallerCache:
        return MemoryCallerCache()


async def test_a_caller_is_forgotten_after_a_minute() -> None:
    seconds = [0.0]
    cache, anna = MemoryCallerCache(lambda: seconds[0]), caller()
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
