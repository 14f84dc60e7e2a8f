"""A fault in the middle of a load, from a steady state to a steady state."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.faults.installation import LEASE_SECONDS, Installation
from tests.faults.ledger import Balance, Ledger, jobs_left
from tests.faults.load import Load
from tests.faults.watching import SERVED_WITHIN, Outcome, Watch
from tests.faults.world import World

IN_FLIGHT = frozenset({0, 502})
"""How nginx answers what a killed process had in flight; 0: a reply of which it had sent the beginning breaks off."""
SLOWEST = 10.0
"""Seconds that a request may take, whatever hangs, and on a machine that is busy."""
_STEADY_REPLIES = 60


@dataclass
class Stage:
    """A running installation with its world, and the ledger of all loads on it.

    `outcomes`, `notes`: what is told at the end.
    """

    installation: Installation
    world: World
    ledger: Ledger = field(default_factory=Ledger)
    outcomes: list[Outcome] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def load(self) -> AsyncIterator[tuple[Load, Watch]]:
        load, watch = Load(self.installation.url, self.world, self.ledger), Watch(self.installation)
        async with load.running(), watch.looking():
            await served(load)
            yield load, watch

    @asynccontextmanager
    async def fault(
        self, name: str, *, allowed: Collection[int] = (503,), only: str = "/", slowest: float = SLOWEST
    ) -> AsyncIterator["Fault"]:
        """The body makes and mends it. Afterwards everything that was acknowledged has to be stored, once.

        `allowed`, `only`, `slowest`: as of Outcome.problems.
        """
        async with self.load() as (load, watch):
            async with fault(load, watch, name) as found:
                yield found
            await asyncio.sleep(SERVED_WITHIN)
        self.settle(found, allowed=allowed, only=only, slowest=slowest)
        await self.read_files(load)
        await self.read_mails()

    def settle(self, found: "Fault", *, allowed: Collection[int], only: str = "/", slowest: float = SLOWEST) -> None:
        outcome = found.outcome(self.ledger.compare(self.installation.postgres.url))
        self.outcomes.append(outcome)
        problems = outcome.problems(allowed=allowed, only=only, slowest=slowest)
        assert not problems, "\n".join([found.name, *problems[:20]])
        assert "Traceback" not in self.installation.logs

    async def read_files(self, load: Load) -> None:
        assert await load.wrong_files() == []
        self.ledger.files.clear()

    async def read_mails(self) -> None:
        """Each was sent, and none twice: those that a killed worker had begun within its lease."""
        until = time.monotonic() + LEASE_SECONDS + 5
        while True:
            missing, doubled = self.ledger.compare_mails(self.installation.home / "outbox")
            assert not doubled
            if not missing:
                return
            assert time.monotonic() < until, (len(missing), jobs_left(self.installation.postgres.url))
            await asyncio.sleep(0.2)


@dataclass
class Fault:
    """`told`: seconds until `/ready` said so. `last_reply`: of those that came until it was over; None: all."""

    name: str
    load: Load
    watch: Watch
    begun: float
    first_reply: int
    writes_before: int
    last_reply: int | None = None
    ended: float = 0.0
    told: float | None = None

    async def until_told(self, part: str) -> None:
        self.told = await self.watch.until_told(part, self.begun)

    async def until_over(self) -> None:
        await served(self.load)
        self.last_reply = len(self.load.replies)

    def outcome(self, balance: Balance) -> Outcome:
        replies = self.load.replies[self.first_reply : self.last_reply]
        balance = balance._replace(acknowledged=balance.acknowledged - self.writes_before)
        return Outcome(self.name, replies, self.begun, self.ended, self.told, balance)


@asynccontextmanager
async def fault(load: Load, watch: Watch, name: str) -> AsyncIterator[Fault]:
    found = Fault(name, load, watch, time.monotonic(), len(load.replies), load.ledger.total())
    yield found
    found.ended = time.monotonic()


async def served(load: Load) -> None:
    """Waits until so many requests were served, one after another."""
    async with asyncio.timeout(60):
        done = 0
        while done < _STEADY_REPLIES:
            before = len(load.replies)
            await asyncio.sleep(0.05)
            new = load.replies[before:]
            done = done + len(new) if all(200 <= reply.status < 400 for reply in new) else 0
