"""Callers remembered in Redis."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from atg_adapters.redis.caller_cache import RedisCallerCache
from atg_adapters.redis.client import connect
from tests.contracts.caller_cache import CallerCacheContract, caller, remember, remembered
from tests.integration.running import free_port


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    client = connect(redis_server)
    yield client
    await client.aclose()


class TestRedisCallerCache(CallerCacheContract):
    @pytest.fixture
    def cache(self, redis: Redis) -> RedisCallerCache:
        return RedisCallerCache(redis)


async def test_what_is_remembered_ends_by_itself(redis: Redis) -> None:
    anna = caller()
    await remember(RedisCallerCache(redis), anna)
    assert 0 < await redis.ttl(f"atg:caller:{anna.session_id}") <= 60


async def test_redis_being_away_costs_nothing_but_speed() -> None:
    away = connect(f"redis://127.0.0.1:{free_port()}/0")
    cache, anna = RedisCallerCache(away), caller()
    await remember(cache, anna)
    assert await remembered(cache, anna) is None
    await cache.drop(anna.id)
    await away.aclose()
