"""Rate limits in the process."""

import pytest

from atg_adapters.memory.rate_limit import MemoryRateLimiter
from atg_core.rate_limit import RateLimit
from tests.contracts.rate_limit import RateLimiterContract


class TestMemoryRateLimiter(RateLimiterContract):
    @pytest.fixture
    def rate_limiter(self) -> MemoryRateLimiter:
        return MemoryRateLimiter()


async def test_a_window_ends_and_what_has_ended_is_forgotten() -> None:
    now = 0.0
    limiter, limit = MemoryRateLimiter(time=lambda: now), RateLimit(name="test", max_hits=1)
    for number in range(3000):
        assert (await limiter.hit(limit, str(number))).allowed
    now = 59.9
    assert not (await limiter.hit(limit, "0")).allowed
    now = 60.0
    for number in range(3000, 6001):
        assert (await limiter.hit(limit, str(number))).allowed
    assert (await limiter.hit(limit, "0")).reset_in == 60
    assert len(limiter._windows) <= 3002
