"""What a fault looked like from outside: what was refused, when it was told, and when it was over."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx

from tests.faults.client import Reply
from tests.faults.installation import Installation
from tests.faults.ledger import Balance

TOLD_WITHIN, SERVED_WITHIN = 3.0, 5.0
_SECONDS_BETWEEN_LOOKS = 0.2


class Look(NamedTuple):
    """What `/ready` of a process said; `status` 0: nothing. `at`: when it was asked."""

    number: int
    status: int
    away: frozenset[str]
    at: float
    seconds: float


@dataclass
class Watch:
    """Asks each process for its readiness, again and again."""

    installation: Installation
    looks: list[Look] = field(default_factory=list)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._look(number)) for number in range(len(self.installation.apis))]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()

    async def _look(self, number: int) -> None:
        async with httpx.AsyncClient(timeout=10) as client:
            while True:
                begun = time.monotonic()
                status, away = 0, frozenset[str]()
                with suppress(httpx.TransportError):
                    reply = await client.get(f"{self.installation.apis[number].url}/ready")
                    checks: dict[str, Any] = reply.json()["checks"]
                    status, away = reply.status_code, frozenset(n for n, c in checks.items() if c["status"] == "down")
                self.looks.append(Look(number, status, away, begun, time.monotonic() - begun))
                await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)

    async def until_told(self, part: str, since: float) -> float:
        """Waits until every process that was asked since then has told that the part is away.

        How long that took the slowest, once it was asked. Raises TimeoutError after a while.
        """
        async with asyncio.timeout(20):
            while True:
                told = [look for look in self.looks if look.at >= since and part in look.away]
                if len({look.number for look in told}) == len(self.installation.apis):
                    return max(look.seconds for look in told)
                await asyncio.sleep(0.05)


@dataclass
class Outcome:
    """`begun`, `ended`: of the fault. `told`: seconds until `/ready` said so; None where it has nothing to say."""

    fault: str
    replies: list[Reply]
    begun: float
    ended: float
    told: float | None = None
    balance: Balance | None = None

    @property
    def statuses(self) -> Counter[int]:
        return Counter(reply.status for reply in self.replies)

    @property
    def refused(self) -> list[Reply]:
        return [reply for reply in self.replies if reply.status >= 500 or reply.status == 0]

    @property
    def served_after(self) -> float:
        """Seconds from the end of the fault to the last refusal."""
        return max([reply.at - self.ended for reply in self.refused if reply.at > self.ended], default=0.0)

    @property
    def slowest(self) -> float:
        return max(reply.seconds for reply in self.replies)

    def problems(self, *, allowed: Collection[int], slowest: float, only: str = "/") -> list[str]:
        """What does not hold. `allowed`: statuses of refusals; `only`: how the paths begin that may be refused."""
        found = []
        for reply in self.refused:
            if reply.status not in allowed or reply.at < self.begun or not reply.path.startswith(only):
                found.append(f"{reply.status} of {reply.method} {reply.path} at {reply.at - self.begun:.1f} s")
            if reply.status == 503 and not reply.has_retry_after:
                found.append(f"503 of {reply.path} without Retry-After")
        if self.slowest > slowest:
            late = max(self.replies, key=lambda reply: reply.seconds)
            found.append(f"{late.method} {late.path} took {late.seconds:.1f} s: {late.status}")
        if self.told is not None and self.told > TOLD_WITHIN:
            found.append(f"told after {self.told:.1f} s")
        if self.served_after > SERVED_WITHIN:
            found.append(f"served again after {self.served_after:.1f} s")
        if self.balance:
            found += self.balance.lost + self.balance.doubled + self.balance.contradictions
        return found

    def row(self) -> list[str]:
        """For the table of figures."""
        statuses, balance = self.statuses, self.balance
        return [
            self.fault,
            f"{len(self.replies)}",
            f"{balance.acknowledged if balance else 0}",
            f"{len(balance.lost) if balance else 0}",
            f"{len(balance.doubled) if balance else 0}",
            f"{statuses[503]}",
            f"{statuses[502]}",
            "–" if self.told is None else f"{self.told:.1f}",
            f"{self.served_after:.1f}",
            f"{self.slowest:.1f}",
        ]


HEADINGS = [
    *("fault", "requests", "writes", "lost", "doubled", "503", "502"),
    *("told after, s", "served again after, s", "slowest reply, s"),
]
