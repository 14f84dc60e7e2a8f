"""Enrolling in a course and leaving it."""

from dataclasses import dataclass
from uuid import UUID

from atg_core.clock import Clock
from atg_core.ids import NewId
from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.model import Enrollment, Scope
from atg_core.learning.ports import EnrollmentStore, LearnerQueries
from atg_core.learning.prerequisites import require_one_open
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Enroll:
    """Enrolls a user. Idempotent, also under concurrency. Raises CourseNotFound, CourseLocked.

    Topics that were completed for another course of the same station count immediately.
    """

    learner_queries: LearnerQueries
    open: UnitOfWork[EnrollmentStore]
    update_completion: UpdateCompletion
    clock: Clock
    new_id: NewId

    async def __call__(self, user_id: UUID, course_id: UUID) -> Enrollment:
        now, learner = self.clock(), Scope(user_id=user_id)
        former, may_be_locked = await self.learner_queries.find_enrollment(user_id, course_id)
        if former and former == former.resumed(now):
            return former
        new = Enrollment.begin(self.new_id(), user_id, course_id, now)
        async with self.open() as store:
            if may_be_locked:
                require_one_open(await store.access(user_id, [course_id]))
            if former:
                await store.lock_course_and_learner(user_id, course_id)
                stored = await store.add_once(new)
            else:
                totals = await store.count_begun(user_id, course_id, now)
                stored = await store.add_once(new)
                if stored.id == new.id and not totals.topics_completed:
                    return stored
            await store.save([stored.resumed(now)])
            updated = await self.update_completion.within(store, learner, await store.enrollment_progress(learner))
        return next(each for each in updated if each.course_id == course_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Cancels an enrollment; progress is kept and counts again after enrolling again.

    Raises CourseNotFound, CourseAssigned.
    """

    open: UnitOfWork[EnrollmentStore]
    clock: Clock

    async def __call__(self, user_id: UUID, course_id: UUID) -> None:
        now, learner = self.clock(), Scope(user_id=user_id)
        async with self.open() as store:
            await store.lock_learners(learner)
            await store.cancel(user_id, course_id, now)
            await store.refresh_totals(learner, now)
