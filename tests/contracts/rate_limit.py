"""Contract of `RateLimiter`."""

import asyncio
from uuid import uuid4

import pytest

from atg_core.errors import TooMany
from atg_core.rate_limit import RateLimit, RateLimiter


class RateLimiterContract:
    """Run by every adapter: the fixture `rate_limiter` says which."""

    async def test_a_limit_lets_through_as_many_as_it_says(self, rate_limiter: RateLimiter) -> None:
        limit, key = RateLimit(name="test", max_hits=3), uuid4().hex
        taken = [await rate_limiter.hit(limit, key) for _ in range(5)]
        assert [allowance.allowed for allowance in taken] == [True, True, True, False, False]
        assert [allowance.remaining for allowance in taken] == [2, 1, 0, 0, 0]
        assert all(0 < allowance.reset_in <= 60 for allowance in taken)
        with pytest.raises(TooMany) as refused:
            taken[-1].require()
        assert 1 <= refused.value.retry_after <= 60

    async def test_a_limit_may_be_one_of_an_hour(self, rate_limiter: RateLimiter) -> None:
        limit, key = RateLimit(name="test", max_hits=1, minutes=60), uuid4().hex
        taken = [await rate_limiter.hit(limit, key) for _ in range(2)]
        assert [allowance.allowed for allowance in taken] == [True, False]
        assert all(3500 < allowance.reset_in <= 3600 for allowance in taken)

    async def test_looking_takes_nothing(self, rate_limiter: RateLimiter) -> None:
        limit, key = RateLimit(name="test", max_hits=1), uuid4().hex
        assert all([(await rate_limiter.test(limit, key)).allowed for _ in range(5)])
        await rate_limiter.hit(limit, key)
        assert not (await rate_limiter.test(limit, key)).allowed

    async def test_keys_and_limits_do_not_know_each_other(self, rate_limiter: RateLimiter) -> None:
        limit, key = RateLimit(name="test", max_hits=1), uuid4().hex
        await rate_limiter.hit(limit, key)
        assert (await rate_limiter.hit(limit, uuid4().hex)).allowed
        assert (await rate_limiter.hit(RateLimit(name="other", max_hits=1), key)).allowed

    async def test_of_many_at_once_no_more_get_through(self, rate_limiter: RateLimiter) -> None:
        limit, key = RateLimit(name="test", max_hits=7), uuid4().hex
        taken = await asyncio.gather(*(rate_limiter.hit(limit, key) for _ in range(50)))
        assert sum(allowance.allowed for allowance in taken) == 7
