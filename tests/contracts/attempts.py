"""Contract of `AttemptLimiter`, beyond that of `RateLimiter`."""

import asyncio
from uuid import uuid4

import pytest

from atg_core.attempts import Attempt, AttemptLimiter, AttemptsExhausted, Reservation
from atg_core.rate_limit import RateLimit

TWO = RateLimit(name="two", max_hits=2)
FIVE = RateLimit(name="five", max_hits=5)


class AttemptLimiterContract:
    """Run by every adapter: the fixture `limiter` says which."""

    async def test_of_many_at_once_no_more_are_reserved_than_the_limit_says(self, limiter: AttemptLimiter) -> None:
        attempt = Attempt(limit=FIVE, key=uuid4().hex)
        outcomes = await asyncio.gather(*(limiter.reserve([attempt]) for _ in range(40)), return_exceptions=True)
        assert sum(isinstance(outcome, Reservation) for outcome in outcomes) == 5
        assert sum(isinstance(outcome, AttemptsExhausted) for outcome in outcomes) == 35

    async def test_what_is_given_back_was_not_counted_and_neither_was_what_was_refused(
        self, limiter: AttemptLimiter
    ) -> None:
        attempt = Attempt(limit=TWO, key=uuid4().hex)
        reservations = [await limiter.reserve([attempt]) for _ in range(2)]
        for _ in range(3):
            with pytest.raises(AttemptsExhausted) as refused:
                await limiter.reserve([attempt])
            assert (refused.value.is_open, refused.value.code) == (True, "too_many")
            assert 0 < refused.value.retry_after <= 60
        for reservation in reservations:
            await limiter.settle(reservation, counted=[False])
        assert (await limiter.test(TWO, attempt.key)).remaining == 2

    async def test_what_counts_is_as_a_hit(self, limiter: AttemptLimiter) -> None:
        attempt = Attempt(limit=TWO, key=uuid4().hex)
        await limiter.hit(TWO, attempt.key)
        await limiter.settle(await limiter.reserve([attempt]), counted=[True])
        with pytest.raises(AttemptsExhausted) as refused:
            await limiter.reserve([attempt])
        assert not refused.value.is_open
        assert not (await limiter.test(TWO, attempt.key)).allowed

    async def test_several_are_reserved_together_or_not_at_all(self, limiter: AttemptLimiter) -> None:
        key = uuid4().hex
        both = [Attempt(limit=FIVE, key=key), Attempt(limit=TWO, key=key)]
        for _ in range(2):
            await limiter.settle(await limiter.reserve(both), counted=[True, True])
        with pytest.raises(AttemptsExhausted) as refused:
            await limiter.reserve(both)
        assert refused.value.limit == TWO
        assert (await limiter.test(FIVE, key)).remaining == 3

    async def test_each_is_settled_by_itself(self, limiter: AttemptLimiter) -> None:
        key = uuid4().hex
        both = [Attempt(limit=FIVE, key=key), Attempt(limit=TWO, key=key)]
        await limiter.settle(await limiter.reserve(both), counted=[False, True])
        assert [(await limiter.test(limit, key)).remaining for limit in (FIVE, TWO)] == [5, 1]

    async def test_a_reservation_is_settled_once(self, limiter: AttemptLimiter) -> None:
        attempt = Attempt(limit=FIVE, key=uuid4().hex)
        await limiter.hit(FIVE, attempt.key)
        reservation = await limiter.reserve([attempt])
        for _ in range(3):
            await limiter.settle(reservation, counted=[False])
        assert (await limiter.test(FIVE, attempt.key)).remaining == 4
