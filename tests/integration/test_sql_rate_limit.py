"""Rate limits in the database, on SQLite and PostgreSQL."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from atg_adapters.sql.attempts import SqlAttemptLimiter
from atg_adapters.sql.database import Database
from atg_adapters.sql.rate_limit import SqlRateLimiter
from atg_core.attempts import Attempt, AttemptLimiter
from atg_core.clock import utc_now
from atg_core.rate_limit import RateLimit, RateLimiter
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.attempts import TWO, AttemptLimiterContract
from tests.contracts.rate_limit import RateLimiterContract


class TestSqlRateLimiter(AttemptLimiterContract, RateLimiterContract):
    @pytest.fixture
    def limiter(self, container: Container) -> AttemptLimiter:
        limiter: AttemptLimiter = container.sign_in_rate_limiter()
        return limiter

    @pytest.fixture
    def rate_limiter(self, limiter: AttemptLimiter) -> RateLimiter:
        return limiter


async def test_what_was_begun_in_a_former_window_changes_nothing_in_the_present_one(container: Container) -> None:
    now = utc_now()
    limiter, attempt = SqlAttemptLimiter(container.database(), lambda: now), Attempt(limit=TWO, key="a")
    former = await limiter.reserve([attempt])
    now += timedelta(minutes=1)
    await limiter.reserve([attempt])
    await limiter.settle(former, counted=[False])
    assert (await limiter.test(TWO, "a")).remaining == 1


async def test_a_minute_later_the_count_begins_anew_and_what_is_over_is_forgotten(container: Container) -> None:
    now = utc_now()
    rate_limiter = SqlRateLimiter(container.database(), lambda: now)
    limit = RateLimit(name="test", max_hits=2)
    for key in ("a", "b", "b", "b"):
        await rate_limiter.hit(limit, key)
    assert not (await rate_limiter.test(limit, "b")).allowed
    now += timedelta(seconds=59)
    assert not (await rate_limiter.test(limit, "b")).allowed
    now += timedelta(seconds=1)
    assert (await rate_limiter.test(limit, "b")).allowed
    assert (await rate_limiter.hit(limit, "b")).remaining == 1
    assert len(await rows_of(container, "throttle_counters")) == 1


async def test_an_hour_later_the_count_of_an_hour_begins_anew(container: Container) -> None:
    now = utc_now()
    rate_limiter = SqlRateLimiter(container.database(), lambda: now)
    limit = RateLimit(name="test", max_hits=1, minutes=60)
    await rate_limiter.hit(limit, "a")
    now += timedelta(minutes=59, seconds=59)
    assert not (await rate_limiter.test(limit, "a")).allowed
    now += timedelta(seconds=1)
    assert (await rate_limiter.hit(limit, "a")).allowed


async def test_processes_that_share_a_database_share_the_limits(postgres_url: str) -> None:
    one, two = Database(postgres_url), Database(postgres_url)
    limit, key = RateLimit(name="test", max_hits=7), uuid4().hex
    rate_limiters = [SqlRateLimiter(one, utc_now), SqlRateLimiter(two, utc_now)] * 20
    taken = await asyncio.gather(*(rate_limiter.hit(limit, key) for rate_limiter in rate_limiters))
    assert sum(allowance.allowed for allowance in taken) == 7
    await asyncio.gather(one.close(), two.close())
