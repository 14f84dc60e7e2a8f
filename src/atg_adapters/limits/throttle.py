"""Limits counted by the library `limits`: in Redis, and in the process where there is none or it is away."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from atg_core.throttling import Allowance, Limit


class LimitsThrottle:
    """`Throttle`. While Redis is away each process counts for itself: slower to say no, but never open."""

    def __init__(self, redis: Redis | None = None) -> None:
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._shared = FixedWindowRateLimiter(_storage(redis)) if redis is not None else None

    async def look(self, limit: Limit, key: str) -> Allowance:
        return await self._ask(limit, key, lambda limiter, item: limiter.test(item, limit.name, key))

    async def take(self, limit: Limit, key: str) -> Allowance:
        return await self._ask(limit, key, lambda limiter, item: limiter.hit(item, limit.name, key))

    async def _ask(
        self,
        limit: Limit,
        key: str,
        ask: Callable[[FixedWindowRateLimiter, RateLimitItemPerMinute], Awaitable[bool]],
    ) -> Allowance:
        item = RateLimitItemPerMinute(limit.most, limit.minutes)
        for limiter in (self._shared, self._own):
            if limiter is None:
                continue
            try:
                allowed = await ask(limiter, item)
                stats = await limiter.get_window_stats(item, limit.name, key)
            except (RedisError, OSError):
                continue
            reset_in = max(0, round(stats.reset_time - time.time()))
            return Allowance(limit=limit, allowed=allowed, remaining=max(0, stats.remaining), reset_in=reset_in)
        raise AssertionError("memory is never away")


def _storage(redis: Redis) -> RedisStorage:
    """The library's storage over the connections that there are already; its own address is not used then."""
    pool: Any = redis.connection_pool
    return RedisStorage(
        "async+redis://localhost:6379", implementation="redispy", key_prefix="atg:limit", connection_pool=pool
    )
