"""Enrolling in a course, and leaving it."""

from dataclasses import dataclass
from uuid import UUID

from atg_core.clock import Clock
from atg_core.ids import NewId
from atg_core.learning.model import Enrollment, Scope
from atg_core.learning.ports import Enrollments
from atg_core.learning.settling import Settle
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class Enroll:
    """Enrolls a user, once: again, or many times at once, gives the same enrollment. Raises CourseNotFound.

    Topics that were completed for another course of the same station count at once.
    """

    open: Open[Enrollments]
    settle: Settle
    clock: Clock
    new_id: NewId

    async def __call__(self, user_id: UUID, course_id: UUID) -> Enrollment:
        now, learner = self.clock(), Scope(user_id=user_id)
        async with self.open() as store:
            totals = await store.begin(user_id, course_id)
            new = Enrollment.begin(self.new_id(), user_id, course_id, now)
            stored = await store.add_once(new)
            if stored.id == new.id and not totals.topics_completed:
                await store.refresh_totals(learner, now)
                return stored
            resumed = stored.resumed(now)
            if stored.id != new.id and resumed == stored:
                return stored
            await store.save([resumed])
            settled = await self.settle.within(store, learner, await store.standings(learner))
        return next(each for each in settled if each.course_id == course_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Ends an enrollment; its progress is kept and comes back with a new one. Raises CourseNotFound."""

    open: Open[Enrollments]
    clock: Clock

    async def __call__(self, user_id: UUID, course_id: UUID) -> None:
        now, learner = self.clock(), Scope(user_id=user_id)
        async with self.open() as store:
            await store.lock_learners(learner)
            await store.cancel(user_id, course_id, now)
            await store.refresh_totals(learner, now)
