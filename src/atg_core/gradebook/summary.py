"""What a teacher has taught, and what is to be done (spec: homework-gradebook, dashboards)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from atg_core.clock import Clock
from atg_core.gradebook.averaging import percent
from atg_core.gradebook.ports import Taught, Teaching, Upcoming, UpcomingLesson, Waiting

_AHEAD = timedelta(days=14)
_MOST_UPCOMING, _MOST_WAITING = 20, 50
_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """`waiting` and `upcoming` are the first of each."""

    taught: Taught
    submissions_waiting: int
    waiting: Sequence[Waiting]
    upcoming: Sequence[UpcomingLesson]

    @property
    def hours(self) -> float:
        return round(self.taught.seconds / _HOUR, 2)

    @property
    def recorded_share(self) -> Decimal | None:
        """In percent; None before the first lesson."""
        return percent(self.taught.recorded, self.taught.lessons_held)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarizeTeaching:
    """Of one teacher; what is ahead is that of the next two weeks."""

    teaching: Teaching
    upcoming: Upcoming
    clock: Clock

    async def __call__(self, teacher_id: UUID) -> Summary:
        now = self.clock()
        waiting = await self.teaching.waiting(teacher_id)
        return Summary(
            taught=await self.teaching.taught(teacher_id, now),
            submissions_waiting=sum(each.submissions for each in waiting),
            waiting=waiting[:_MOST_WAITING],
            upcoming=(await self.upcoming(teacher_id, now, now + _AHEAD))[:_MOST_UPCOMING],
        )
