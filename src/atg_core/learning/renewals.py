"""Renewals: a course whose certificate ends is due again in time (spec: catalog-learning, Rules)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.model import Scope
from atg_core.learning.ports import CompletionStore
from atg_core.unit_of_work import UnitOfWork

_BATCH = 500
"""People of one transaction."""


class RenewalStore(CompletionStore, Protocol):
    async def due_again(self, now: datetime, *, after: UUID | None, limit: int) -> list[UUID]:
        """So many of the learners of whose enrollments, not cancelled ones, the next round is to open.

        By id, after that one.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewCourses:
    """Opens the rounds that are due, for everybody. Idempotent; a later run opens what an earlier one has missed.

    Returns for how many people.
    """

    open_renewals: UnitOfWork[RenewalStore]
    update_completion: UpdateCompletion
    clock: Clock

    async def __call__(self) -> int:
        opened, now, last = 0, self.clock(), None
        while people := await self._open_some(now, last):
            opened, last = opened + len(people), people[-1]
        return opened

    async def _open_some(self, now: datetime, after: UUID | None) -> list[UUID]:
        async with self.open_renewals() as store:
            people = await store.due_again(now, after=after, limit=_BATCH)
            if people:
                learners = Scope(user_ids=tuple(people))
                await store.lock_learners(learners)
                await self.update_completion.within(store, learners, await store.enrollment_progress(learners))
        return people
