"""Redis's outages: told once when one begins and once when it is over, and counted meanwhile."""

import asyncio
from collections import Counter
from contextlib import suppress
from time import monotonic

import structlog
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as TimedOut

from atg_adapters.redis.failures import AWAY, BUSY, REASONS, REFUSED
from atg_adapters.redis.pool import RedisBusy

_log = structlog.get_logger("atg.redis")
_SECONDS_BETWEEN_LOOKS = 1.0
_QUIET_SECONDS = 3.0
"""Without a failure: a server that answers now and then is still away."""


class Outage:
    """`failures`: commands that failed, by reason.

    What a working server refuses is no outage. The server is asked on a connection of its own, so that a process
    which has none free does not call it away.
    """

    def __init__(self, redis: Redis, *, pause: float = _SECONDS_BETWEEN_LOOKS, quiet: float = _QUIET_SECONDS) -> None:
        self._redis, self._pause, self._quiet = redis, pause, quiet
        self._watching: asyncio.Task[None] | None = None
        self._last = 0.0
        self.failures = Counter(dict.fromkeys(REASONS, 0))

    async def check(self) -> None:
        """Raises RedisError, OSError."""
        await self._redis.ping()

    def noticed(self, error: Exception) -> None:
        reason = _reason(error)
        self.failures[reason] += 1
        if reason == REFUSED:
            return
        self._last = monotonic()
        if self._watching is None or self._watching.done():
            _log.warning("Redis is not answering, going on without it", reason=reason, error=type(error).__name__)
            self._watching = asyncio.create_task(self._watch(self._last))

    async def _watch(self, begun: float) -> None:
        while True:
            await asyncio.sleep(self._pause)
            try:
                await self.check()
            except (RedisError, OSError):
                self._last = monotonic()
            if monotonic() - self._last >= self._quiet:
                break
        seconds = round(self._last - begun, 1)
        _log.info("Redis is answering again", seconds=seconds, failures=self.failures[AWAY] + self.failures[BUSY])

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        await self._redis.aclose()


def _reason(error: Exception) -> str:
    if isinstance(error, RedisBusy):
        return BUSY
    return AWAY if isinstance(error, NotConnected | TimedOut | OSError) else REFUSED
