"""Rate limits, shared by all processes: fixed windows, counted per key."""

from dataclasses import dataclass
from typing import Protocol

from atg_core.errors import TooMany


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """At most `max_hits` hits per key in a window of `minutes`, which starts with the first hit."""

    name: str
    max_hits: int
    minutes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The state of a limit for one key: hits that remain, and the seconds until the window is reset."""

    limit: RateLimit
    allowed: bool
    remaining: int
    reset_in: int

    def require(self) -> None:
        """Raises TooMany if the limit is exceeded."""
        if not self.allowed:
            raise TooMany(retry_after=max(1, self.reset_in))


class RateLimiter(Protocol):
    """Counts hits atomically, for all processes that share the counters."""

    async def test(self, limit: RateLimit, key: str) -> Allowance:
        """Whether one more hit would be allowed; counts nothing."""

    async def hit(self, limit: RateLimit, key: str) -> Allowance:
        """Counts one hit and returns whether it was allowed."""
