"""Limits counted in Redis, and in the process while Redis is away."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from atg_adapters.limits.throttle import LimitsThrottle
from atg_adapters.redis.client import connect
from atg_core.throttling import Limit
from tests.contracts.throttle import ThrottleContract
from tests.integration.running import free_port


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    client = connect(redis_server)
    yield client
    await client.aclose()


class TestRedisThrottle(ThrottleContract):
    @pytest.fixture
    def throttle(self, redis: Redis) -> LimitsThrottle:
        return LimitsThrottle(redis)


class TestThrottleWithoutItsRedis(ThrottleContract):
    """O3: nothing fails open."""

    @pytest.fixture
    async def throttle(self) -> AsyncIterator[LimitsThrottle]:
        away = connect(f"redis://127.0.0.1:{free_port()}/0")
        yield LimitsThrottle(away)
        await away.aclose()


async def test_processes_that_share_redis_share_the_limits(redis: Redis) -> None:
    one, two = LimitsThrottle(redis), LimitsThrottle(redis)
    limit, key = Limit(name="test", most=4), uuid4().hex
    allowed = [(await throttle.take(limit, key)).allowed for _ in range(3) for throttle in (one, two)]
    assert allowed == [True] * 4 + [False] * 2
