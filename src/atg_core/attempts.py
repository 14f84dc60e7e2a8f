"""Limits of attempts that are counted before they are made, so that concurrent ones are counted, too."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from atg_core.errors import TooMany
from atg_core.rate_limit import RateLimit, RateLimiter

_WAIT_SECONDS = 0.05
_MAX_WAITS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One hit of a limit for a key."""

    limit: RateLimit
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Counted attempts whose outcome is open; `ends_at`: of the window of each."""

    attempts: tuple[Attempt, ...]
    ends_at: tuple[datetime, ...]


class AttemptsExhausted(TooMany):
    """Too many requests, try again later

    `limit`: the one that is reached; `is_open`: whether only with attempts that may still be given back.
    """

    code: ClassVar[str] = "too_many"

    def __init__(self, limit: RateLimit, *, retry_after: int, is_open: bool) -> None:
        super().__init__(retry_after=max(1, retry_after))
        self.limit, self.is_open = limit, is_open


class AttemptLimiter(RateLimiter, Protocol):
    """A rate limiter that also takes hits back."""

    async def reserve(self, attempts: Sequence[Attempt]) -> Reservation:
        """Counts all attempts, or none, in one statement. Raises AttemptsExhausted."""

    async def settle(self, reservation: Reservation, *, counted: Sequence[bool]) -> None:
        """Closes a reservation; the hits of attempts that do not count are given back."""


type Counts = Callable[[Attempt, BaseException | None], bool]


async def reserve_attempts(limiter: AttemptLimiter, *attempts: Attempt) -> Reservation:
    """Reserves, waiting up to two seconds for open attempts that others may give back. Raises AttemptsExhausted."""
    for _ in range(_MAX_WAITS):
        try:
            return await limiter.reserve(attempts)
        except AttemptsExhausted as exhausted:
            if not exhausted.is_open:
                raise
        await asyncio.sleep(_WAIT_SECONDS)
    return await limiter.reserve(attempts)


def if_failed(_attempt: Attempt, error: BaseException | None) -> bool:
    """A guess counts unless it was right, also if nobody waits for its outcome."""
    return error is not None


@asynccontextmanager
async def settling(
    limiter: AttemptLimiter, reservation: Reservation, *, counts: Counts = if_failed
) -> AsyncIterator[None]:
    """Settles the reservation when the body ends: which of its attempts count depends on the error, None for none."""
    try:
        yield
    except BaseException as error:
        await limiter.settle(reservation, counted=[counts(attempt, error) for attempt in reservation.attempts])
        raise
    await limiter.settle(reservation, counted=[counts(attempt, None) for attempt in reservation.attempts])


@asynccontextmanager
async def counting(limiter: AttemptLimiter, *attempts: Attempt, counts: Counts = if_failed) -> AsyncIterator[None]:
    """Counts the attempts before the body runs, and settles them after it. Raises AttemptsExhausted."""
    async with settling(limiter, await reserve_attempts(limiter, *attempts), counts=counts):
        yield
