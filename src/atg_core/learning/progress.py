"""Progress in topics."""

from dataclasses import dataclass, replace
from uuid import UUID

from atg_core.clock import Clock
from atg_core.learning.model import Enrollment, Scope, TopicProgress
from atg_core.learning.ports import NotEnrolled, ProgressStore
from atg_core.learning.settling import Settle
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordProgress:
    """Keeps what a learner did with a topic, with all that follows for the courses of its station.

    Time studied counts for the oldest of these courses alone, so that it counts once.
    Raises TopicNotFound, NotEnrolled.
    """

    open: Open[ProgressStore]
    settle: Settle
    clock: Clock

    async def __call__(
        self, user_id: UUID, topic_id: int, *, completed: bool, position_seconds: int | None, seconds_studied: int
    ) -> tuple[TopicProgress, list[Enrollment]]:
        """What is stored of the topic, and the enrollments that it counts for, the oldest first."""
        now = self.clock()
        new = TopicProgress(
            user_id=user_id,
            topic_id=topic_id,
            completed=completed,
            completed_at=now if completed else None,
            position_seconds=position_seconds or 0,
        )
        async with self.open() as store:
            here = Scope(user_id=user_id, station_id=await store.station_of_topic(topic_id))
            await store.lock_learners(Scope(user_id=user_id))
            stored = await store.record(new, position_seconds, now)
            standings = await store.standings(here)
            if not standings:
                raise NotEnrolled
            active = [
                replace(each, enrollment=each.enrollment.studied(0 if number else seconds_studied, now))
                for number, each in enumerate(standings)
            ]
            settled = await self.settle.within(store, Scope(user_id=user_id), active, stored=False)
        return stored, settled
