"""Rate limits and attempts in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from atg_core.attempts import Attempt, AttemptsExhausted, Reservation
from atg_core.clock import Clock
from atg_core.rate_limit import Allowance, RateLimit

type _Key = tuple[str, str]


@dataclass(slots=True)
class _Counter:
    ends_at: datetime
    tries: int = 0
    open_tries: int = 0


class MemoryAttemptLimiter:
    """`AttemptLimiter`. Nothing is awaited between reading and counting, so that each call is atomic."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counters: dict[_Key, _Counter] = {}

    async def test(self, limit: RateLimit, key: str) -> Allowance:
        counter = self._counter(limit, key)
        return self._allowance(limit, counter, allowed=counter.tries < limit.max_hits)

    async def hit(self, limit: RateLimit, key: str) -> Allowance:
        counter = self._counter(limit, key)
        counter.tries += 1
        return self._allowance(limit, counter, allowed=counter.tries <= limit.max_hits)

    async def reserve(self, attempts: Sequence[Attempt]) -> Reservation:
        counters = [self._counter(attempt.limit, attempt.key) for attempt in attempts]
        reached = [
            self._exhausted(attempt.limit, counter)
            for attempt, counter in zip(attempts, counters, strict=True)
            if counter.tries >= attempt.limit.max_hits
        ]
        if reached:
            raise next((error for error in reached if not error.is_open), reached[0])
        for counter in counters:
            counter.tries += 1
            counter.open_tries += 1
        return Reservation(attempts=tuple(attempts), ends_at=tuple(counter.ends_at for counter in counters))

    async def settle(self, reservation: Reservation, *, counted: Sequence[bool]) -> None:
        for attempt, ends_at, counts in zip(reservation.attempts, reservation.ends_at, counted, strict=True):
            counter = self._counter(attempt.limit, attempt.key)
            if counter.ends_at == ends_at and counter.open_tries:
                counter.open_tries -= 1
                counter.tries -= 0 if counts else 1

    def _counter(self, limit: RateLimit, key: str) -> _Counter:
        """The counter of the present window."""
        now, named = self._clock(), (limit.name, key)
        if named not in self._counters or self._counters[named].ends_at <= now:
            self._counters = {name: each for name, each in self._counters.items() if each.ends_at > now}
            self._counters[named] = _Counter(now + timedelta(minutes=limit.minutes))
        return self._counters[named]

    def _exhausted(self, limit: RateLimit, counter: _Counter) -> AttemptsExhausted:
        is_open = counter.tries - counter.open_tries < limit.max_hits
        return AttemptsExhausted(limit, retry_after=self._seconds(counter), is_open=is_open)

    def _allowance(self, limit: RateLimit, counter: _Counter, *, allowed: bool) -> Allowance:
        remaining = max(0, limit.max_hits - counter.tries)
        return Allowance(limit=limit, allowed=allowed, remaining=remaining, reset_in=self._seconds(counter))

    def _seconds(self, counter: _Counter) -> int:
        return ceil((counter.ends_at - self._clock()).total_seconds())
