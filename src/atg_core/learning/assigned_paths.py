"""Learning paths that standing assignments give, and the obligations that follow from them (decision 0052)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from atg_core.learning.paths import CourseState, LearningPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """That somebody has to take a course by an assignment, since when and until when."""

    user_id: UUID
    course_id: UUID
    assignment_id: UUID
    since: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedPath:
    """A path that an assignment gives to a person.

    `since`: when they came under it, None until there is an obligation; `completed`: when they completed which courses;
    `due`: the courses of live obligations, with their due dates.
    """

    assignment_id: UUID
    user_id: UUID
    path: LearningPath
    since: datetime | None
    completed: Mapping[UUID, datetime]
    due: Mapping[UUID, datetime | None]

    def to_oblige(self, now: datetime) -> list[Obligation]:
        """Obligations that are to begin, since a course is open by now, and those whose due date became earlier."""
        since = self.since or now
        return [
            Obligation(
                user_id=self.user_id,
                course_id=each.course_id,
                assignment_id=self.assignment_id,
                since=since,
                due_at=each.due_at,
            )
            for each in self.path.plan(since, self.completed)
            if each.state is not CourseState.WAITING and self._differs(each.course_id, each.due_at)
        ]

    def _differs(self, course_id: UUID, due_at: datetime | None) -> bool:
        if course_id not in self.due:
            return True
        before = self.due[course_id]
        return due_at is not None and (before is None or due_at < before)


def to_oblige(assigned: Iterable[AssignedPath], now: datetime) -> list[Obligation]:
    return [each for path in assigned for each in path.to_oblige(now)]
