"""Limits on how often something may be tried, shared by all that use it."""

from dataclasses import dataclass
from typing import Protocol

from atg_core.errors import TooMany


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`most` in a minute, or in as many as `minutes`, for each key; the time begins with the first try."""

    name: str
    most: int
    minutes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is left of a limit, and in how many seconds it is whole again."""

    limit: Limit
    allowed: bool
    remaining: int
    reset_in: int

    def require(self) -> None:
        """Raises TooMany if nothing is left."""
        if not self.allowed:
            raise TooMany(retry_after=max(1, self.reset_in))


class Throttle(Protocol):
    """Counts tries, atomically over all processes that share the counters."""

    async def look(self, limit: Limit, key: str) -> Allowance:
        """Whether one more try is allowed; counts nothing."""

    async def take(self, limit: Limit, key: str) -> Allowance:
        """Counts one try, and says whether it was allowed."""
