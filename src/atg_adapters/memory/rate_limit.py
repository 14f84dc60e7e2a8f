"""Rate limits in the process."""

from collections.abc import Callable
from time import monotonic

from atg_core.rate_limit import Allowance, RateLimit

_SWEPT_AT = 1_024


class MemoryRateLimiter:
    """`RateLimiter` of one process."""

    def __init__(self, *, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._windows: dict[tuple[RateLimit, str], tuple[int, float]] = {}
        self._swept_at = _SWEPT_AT

    async def test(self, limit: RateLimit, key: str) -> Allowance:
        now = self._time()
        hits, until = self._window(limit, key, now)
        return allowance(limit, hits, until - now, allowed=hits < limit.max_hits)

    async def hit(self, limit: RateLimit, key: str) -> Allowance:
        now = self._time()
        hits, until = self._window(limit, key, now)
        self._windows[limit, key] = hits + 1, until
        if len(self._windows) > self._swept_at:
            self._sweep(now)
        return allowance(limit, hits + 1, until - now, allowed=hits < limit.max_hits)

    def _window(self, limit: RateLimit, key: str, now: float) -> tuple[int, float]:
        """Hits, and when the window ends."""
        window = self._windows.get((limit, key))
        return window if window and window[1] > now else (0, now + limit.minutes * 60)

    def _sweep(self, now: float) -> None:
        """Forgets windows that have ended; the next time when there are twice as many as are left."""
        self._windows = {key: window for key, window in self._windows.items() if window[1] > now}
        self._swept_at = max(_SWEPT_AT, 2 * len(self._windows))


def allowance(limit: RateLimit, hits: int, seconds: float, *, allowed: bool) -> Allowance:
    remaining = max(0, limit.max_hits - hits)
    return Allowance(limit=limit, allowed=allowed, remaining=remaining, reset_in=max(0, round(seconds)))
