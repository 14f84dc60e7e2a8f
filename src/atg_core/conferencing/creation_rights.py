"""Rights to create meetings that were taken and are not used: given back, so that another start need not wait."""

import asyncio
from collections.abc import Collection
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime

from atg_core.clock import Clock
from atg_core.conferencing.ports import Pool
from atg_core.errors import Unavailable
from atg_core.unit_of_work import UnitOfWork

_SECONDS_BETWEEN_TRIES = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationRights:
    """A start that fails because the database is away may hold the right to create the meeting of its lesson: what
    became of its last transaction is not known. Nobody waits for its return, which needs the database."""

    open: UnitOfWork[Pool]
    clock: Clock
    _returning: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def give_back(self, lesson_ids: Collection[int], until: datetime) -> None:
        """The rights that end then, as soon as the database answers."""
        # In a context of its own: the transaction of the caller has failed.
        task = asyncio.create_task(self._give_back(lesson_ids, until), context=Context())
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    async def _give_back(self, lesson_ids: Collection[int], until: datetime) -> None:
        while (now := self.clock()) < until:
            try:
                async with self.open() as store:
                    await store.return_creation(lesson_ids, until, now)
            except Unavailable:
                await asyncio.sleep(_SECONDS_BETWEEN_TRIES)
            else:
                return

    async def settle(self) -> None:
        """Waits until all are returned, or have ended."""
        while self._returning:
            await asyncio.wait(self._returning)

    async def close(self) -> None:
        """Gives up those that are not returned yet."""
        for task in self._returning:
            task.cancel()
        await self.settle()
