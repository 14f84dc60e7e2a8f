"""A teacher's dashboard: totals, ungraded homework, upcoming lessons (spec: homework-gradebook, Gradebook)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from atg_core.clock import Clock
from atg_core.gradebook.averages import percent
from atg_core.gradebook.ports import (
    TeacherSummaryQueries,
    TeachingTotals,
    UngradedHomework,
    UpcomingLesson,
    UpcomingLessons,
)

_AHEAD = timedelta(days=14)
_MAX_UPCOMING, _MAX_UNGRADED = 20, 50
_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherSummary:
    """`ungraded` and `upcoming` are cut to the first 50 and 20; `submissions_ungraded` counts all."""

    totals: TeachingTotals
    submissions_ungraded: int
    ungraded: Sequence[UngradedHomework]
    upcoming: Sequence[UpcomingLesson]

    @property
    def hours(self) -> float:
        return round(self.totals.seconds / _HOUR, 2)

    @property
    def recorded_share(self) -> Decimal | None:
        """In percent; None before the first lesson."""
        return percent(self.totals.recorded, self.totals.lessons_held)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTeacherSummary:
    """The summary of one teacher; upcoming lessons are those of the next two weeks."""

    teacher_summary_queries: TeacherSummaryQueries
    upcoming_lessons: UpcomingLessons
    clock: Clock

    async def __call__(self, teacher_id: UUID) -> TeacherSummary:
        now = self.clock()
        ungraded = await self.teacher_summary_queries.ungraded(teacher_id)
        return TeacherSummary(
            totals=await self.teacher_summary_queries.totals(teacher_id, now),
            submissions_ungraded=sum(each.submissions for each in ungraded),
            ungraded=ungraded[:_MAX_UNGRADED],
            upcoming=(await self.upcoming_lessons(teacher_id, now, now + _AHEAD))[:_MAX_UPCOMING],
        )
