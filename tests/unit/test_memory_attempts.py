"""Rate limits and attempts in memory keep the contracts."""

from datetime import timedelta

import pytest

from atg_adapters.memory.attempts import MemoryAttemptLimiter
from atg_core.attempts import Attempt
from atg_core.clock import utc_now
from tests.contracts.attempts import TWO, AttemptLimiterContract
from tests.contracts.rate_limit import RateLimiterContract


class TestMemoryAttempts(AttemptLimiterContract, RateLimiterContract):
    @pytest.fixture
    def limiter(self) -> MemoryAttemptLimiter:
        return MemoryAttemptLimiter(utc_now)

    @pytest.fixture
    def rate_limiter(self, limiter: MemoryAttemptLimiter) -> MemoryAttemptLimiter:
        return limiter


async def test_what_was_begun_in_a_former_window_changes_nothing_in_the_present_one() -> None:
    now = utc_now()
    limiter, attempt = MemoryAttemptLimiter(lambda: now), Attempt(limit=TWO, key="a")
    former = await limiter.reserve([attempt])
    now += timedelta(minutes=1)
    await limiter.reserve([attempt])
    await limiter.settle(former, counted=[False])
    assert (await limiter.test(TWO, "a")).remaining == 1
