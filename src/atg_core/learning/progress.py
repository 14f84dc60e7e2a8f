"""Topic progress."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from uuid import UUID

from atg_core.clock import Clock
from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.model import Enrollment, Scope, TopicProgress
from atg_core.learning.ports import NotEnrolled, ProgressStore
from atg_core.learning.prerequisites import CourseLocked
from atg_core.learning.topic_standing import TopicStanding
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordProgress:
    """Records a learner's progress in a topic and updates the completion of the courses that show it.

    Study time counts for the oldest of these courses only, so that it counts once, and is believed as far as time has
    passed since the learner's last message, whatever its topic (spec: catalog-learning, Rules).
    Raises TopicNotFound, NotEnrolled; CourseLocked where none of these courses can be begun.
    """

    open: UnitOfWork[ProgressStore]
    update_completion: UpdateCompletion
    clock: Clock
    timezone: tzinfo

    async def __call__(
        self, user_id: UUID, topic_id: int, *, completed: bool, position_seconds: int | None, seconds_studied: int
    ) -> tuple[TopicProgress, Sequence[Enrollment]]:
        """Returns the stored progress and the enrollments that it counts for, oldest first."""
        now = self.clock()
        today, learner = now.astimezone(self.timezone).date(), Scope(user_id=user_id)
        async with self.open() as store:
            before = await store.lock_topic(user_id, topic_id)
            if not before.enrollments:
                raise NotEnrolled
            if before.may_be_locked:
                before = await _with_locks(store, user_id, before)
            after = before.after(
                now, today, completed=completed, position_seconds=position_seconds, seconds_studied=seconds_studied
            )
            await store.record(before, after, now)
            if after.progress.last_completed_at == before.progress.last_completed_at:
                return after.progress, after.enrollments
            if after.streak and today < after.streak.first_day:
                # The clock of another process is ahead: streaks that were apart may be one now.
                await store.refresh_streaks(learner, self.timezone)
            if not after.may_complete_a_course:
                return after.progress, after.enrollments
            progress = await store.enrollment_progress(
                Scope(user_id=user_id, station_id=after.station_id, course_id=after.course_id)
            )
            return after.progress, await self.update_completion.within(store, learner, progress)


async def _with_locks(store: ProgressStore, user_id: UUID, standing: TopicStanding) -> TopicStanding:
    """Raises CourseLocked if all its courses are locked."""
    locked = [each for each in await store.access(user_id, standing.may_be_locked) if each.missing]
    if len(locked) == len(standing.enrollments):
        raise CourseLocked(locked[0])
    return replace(standing, locked=frozenset(each.course_id for each in locked))
