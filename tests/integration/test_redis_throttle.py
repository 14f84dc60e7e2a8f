"""Limits counted in Redis, and in the process while Redis is away."""

from uuid import uuid4

import pytest

from atg_adapters.limits.throttle import LimitsThrottle
from atg_core.throttling import Limit
from tests.contracts.throttle import ThrottleContract
from tests.integration.running import free_port


class TestRedisThrottle(ThrottleContract):
    @pytest.fixture
    def throttle(self, redis_server: str) -> LimitsThrottle:
        return LimitsThrottle(redis_server)


class TestThrottleWithoutItsRedis(ThrottleContract):
    """O3: nothing fails open."""

    @pytest.fixture
    def throttle(self) -> LimitsThrottle:
        return LimitsThrottle(f"redis://127.0.0.1:{free_port()}/0")


async def test_processes_that_share_redis_share_the_limits(redis_server: str) -> None:
    one, two = LimitsThrottle(redis_server), LimitsThrottle(redis_server)
    limit, key = Limit(name="test", most=4), uuid4().hex
    allowed = [(await throttle.take(limit, key)).allowed for _ in range(3) for throttle in (one, two)]
    assert allowed == [True] * 4 + [False] * 2
