"""Rate limits in Redis, and in the process while Redis is unavailable."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from atg_adapters.redis.client import connect
from atg_adapters.redis.rate_limit import RedisRateLimiter
from atg_core.rate_limit import RateLimit
from tests.contracts.rate_limit import RateLimiterContract
from tests.integration.running import free_port


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    client = connect(redis_server)
    yield client
    await client.aclose()


class TestRedisRateLimiter(RateLimiterContract):
    @pytest.fixture
    def rate_limiter(self, redis: Redis) -> RedisRateLimiter:
        return RedisRateLimiter(redis)


class TestRateLimiterWithoutItsRedis(RateLimiterContract):
    """O3: nothing fails open."""

    @pytest.fixture
    async def rate_limiter(self) -> AsyncIterator[RedisRateLimiter]:
        away = connect(f"redis://127.0.0.1:{free_port()}/0")
        yield RedisRateLimiter(away)
        await away.aclose()


async def test_processes_that_share_redis_share_the_limits(redis: Redis) -> None:
    one, two = RedisRateLimiter(redis), RedisRateLimiter(redis)
    limit, key = RateLimit(name="test", max_hits=4), uuid4().hex
    allowed = [(await rate_limiter.hit(limit, key)).allowed for _ in range(3) for rate_limiter in (one, two)]
    assert allowed == [True] * 4 + [False] * 2


async def test_a_counter_that_lost_its_expiry_gets_it_again(redis: Redis) -> None:
    limit, key = RateLimit(name="test", max_hits=4), uuid4().hex
    limiter = RedisRateLimiter(redis)
    await limiter.hit(limit, key)
    await redis.persist(f"atg:limit:test/4/1/{key}")
    assert (await limiter.hit(limit, key)).remaining == 2
    assert 0 < await redis.ttl(f"atg:limit:test/4/1/{key}") <= 60


async def test_a_value_of_another_kind_makes_nobody_else_uncounted(redis: Redis) -> None:
    """The one key is counted in the process meanwhile."""
    limit, keys = RateLimit(name="test", max_hits=4), [uuid4().hex for _ in range(3)]
    await redis.rpush(f"atg:limit:test/4/1/{keys[1]}", "no counter")  # type: ignore[misc]
    limiter = RedisRateLimiter(redis)
    taken = await asyncio.gather(*(limiter.hit(limit, key) for key in keys))
    assert [allowance.allowed for allowance in taken] == [True] * 3
    assert [await redis.get(f"atg:limit:test/4/1/{key}") for key in (keys[0], keys[2])] == [b"1", b"1"]


async def test_the_script_is_known_again_after_redis_has_forgotten_it(redis: Redis) -> None:
    limit, key = RateLimit(name="test", max_hits=4), uuid4().hex
    limiter = RedisRateLimiter(redis)
    await limiter.hit(limit, key)
    await redis.script_flush()
    assert (await limiter.hit(limit, key)).remaining == 2
