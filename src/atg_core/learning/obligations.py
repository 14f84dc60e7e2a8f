"""Obligations: which courses people have to take and until when, by the assignments that hold for them.

Source: spec, catalog-learning; decision 0052.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.learning.assigned_paths import to_oblige
from atg_core.learning.audiences import DueRule
from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.model import Scope
from atg_core.learning.ports import CompletionStore
from atg_core.notifier import Notifier
from atg_core.unit_of_work import UnitOfWork

_BATCH = 1_000
"""People of one transaction of the nightly round, and of one set of statements anywhere."""


def earliest(dues: Iterable[datetime | None]) -> datetime | None:
    """The due date that counts, of all that somebody has in a course."""
    return min((due for due in dues if due is not None), default=None)


def days_late(due_at: datetime | None, now: datetime, *, completed: bool) -> int:
    """Days since the due date, each begun one counted; 0 for who is not late."""
    if completed or due_at is None or due_at >= now:
        return 0
    return -((due_at - now) // timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What is settled at once: these users, and of the courses these, or all for None."""

    user_ids: Sequence[UUID]
    course_ids: Collection[UUID] | None = None


class ObligationStore(CompletionStore, Protocol):
    """Assignments and the obligations that follow from them, within a transaction.

    An obligation is live while its assignment is and holds for the person. A course with a live one is enrolled in.
    """

    async def lock_obligations(self) -> None:
        """Lets one transaction at a time settle: of changes at once the later one sees the earlier."""

    async def people(self, after: UUID | None, limit: int, *, assignment_id: UUID | None = None) -> list[UUID]:
        """Users by id, after that one: all, or whom the assignment holds or held for."""

    async def unsettled(self, scope: Settled) -> list[UUID]:
        """Those of the users whose obligations, enrollments or due dates are not what the assignments say."""

    async def missing(self, scope: Settled) -> list[tuple[UUID, DueRule]]:
        """The assignments of courses that hold for somebody without being a live obligation, with their rules."""

    async def begin(
        self, assignment_id: UUID, user_ids: Collection[UUID], since: datetime, due_at: datetime | None
    ) -> None:
        """Begins the obligation for those of the users that the assignment of a course holds for and who lack it."""

    async def end(self, scope: Settled, now: datetime) -> None:
        """Ends the obligations of the scope whose assignment has ended, or does not hold for them any more.

        Also those of a course that is not on the assigned path any more.
        """

    async def follow(self, scope: Settled, now: datetime) -> None:
        """Has the enrollments of the scope follow their live obligations.

        Enrolls where an enrollment is missing or cancelled; cancels what nobody has begun and only an obligation
        asked for; `due_at` becomes the earliest of the enrollment's own date and those of its obligations.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepObligations:
    """Makes obligations, enrollments and due dates what the assignments say.

    Within the transaction of each change that matters to them, and at night for what was missed.
    """

    open_obligations: UnitOfWork[ObligationStore]
    update_completion: UpdateCompletion
    notifier: Notifier
    clock: Clock

    async def __call__(self) -> None:
        """For everybody, a batch of people in a transaction."""
        after: UUID | None = None
        while True:
            async with self.open_obligations() as store:
                people = await store.people(after, _BATCH)
                await self._settle(store, people, self.clock())
            if len(people) < _BATCH:
                return
            after = people[-1]

    async def everybody(self) -> None:
        """The same in the transaction that is open."""
        async with self.open_obligations() as store:
            await self._in_batches(store)

    async def of_users(self, user_ids: Sequence[UUID]) -> None:
        """For users whose account or profile has changed in the transaction that is open."""
        async with self.open_obligations() as store:
            await self._settle(store, user_ids, self.clock())

    async def of_assignment(self, store: ObligationStore, assignment_id: UUID, course_ids: Collection[UUID]) -> None:
        """For whom the assignment of these courses holds or held, within the transaction of `store`."""
        await self._in_batches(store, assignment_id, course_ids)

    async def _in_batches(
        self, store: ObligationStore, assignment_id: UUID | None = None, course_ids: Collection[UUID] | None = None
    ) -> None:
        now, after = self.clock(), None
        while people := await store.people(after, _BATCH, assignment_id=assignment_id):
            await self._settle(store, people, now, course_ids)
            after = people[-1]

    async def _settle(
        self,
        store: ObligationStore,
        people: Sequence[UUID],
        now: datetime,
        course_ids: Collection[UUID] | None = None,
    ) -> None:
        await store.lock_obligations()
        on_paths = {each.user_id for each in to_oblige(await store.assigned_paths(people), now)}
        found = await store.unsettled(Settled(user_ids=people, course_ids=course_ids))
        unsettled = sorted(on_paths.union(found))
        if not unsettled:
            return
        scope, learners = Settled(user_ids=unsettled, course_ids=course_ids), Scope(user_ids=tuple(unsettled))
        await store.lock_learners(learners)
        obliged = to_oblige(await store.assigned_paths(unsettled), now)
        await store.end(scope, now)
        for assignment_id, rule in await store.missing(scope):
            await store.begin(assignment_id, unsettled, now, rule.due_for(now))
        if obliged:
            await store.oblige(obliged, now)
        await store.follow(scope, now)
        await self.update_completion.within(store, learners, await store.outdated(learners))
        await self.notifier.tell_assigned(unsettled)
