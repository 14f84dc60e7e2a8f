"""Assigning a course to many at once (spec: catalog-learning)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.ids import NewId
from atg_core.learning.model import Enrollment, Scope
from atg_core.learning.ports import Standings
from atg_core.learning.settling import Settle
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Exactly one of these: users by id, all of a department, or all of a station. Inactive users are left out."""

    user_ids: tuple[UUID, ...] | None = None
    department: str | None = None
    station_id: int | None = None

    def require_one(self) -> None:
        """Raises Invalid."""
        given = [name for name in ("user_ids", "department", "station_id") if getattr(self, name) is not None]
        if len(given) != 1:
            raise Invalid("Needs exactly one of user_ids, department, station_id", field=(given or ["user_ids"])[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """How many now have the course, and how many of them had it not before."""

    course_id: UUID
    due_at: datetime | None
    assigned: int
    created: int


class AssignmentStore(Standings, Protocol):
    """Within one transaction."""

    async def hold_course(self, course_id: UUID) -> None:
        """Keeps the course active until the end. Raises CourseNotFound, for an inactive course too."""

    async def active_users(self, whom: Whom) -> list[UUID]: ...

    async def assign(self, enrollments: list[Enrollment]) -> int:
        """Who has the course already gets the due date, and comes back if it was left; gives how many had it not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """Assigns a course, or gives those who have it a new due date. Raises CourseNotFound, Invalid."""

    open: Open[AssignmentStore]
    settle: Settle
    clock: Clock
    new_id: NewId

    async def __call__(self, course_id: UUID, whom: Whom, due_at: datetime | None) -> Assigned:
        whom.require_one()
        async with self.open() as store:
            await store.hold_course(course_id)
            users = await store.active_users(whom)
            if missing := set(whom.user_ids or ()) - set(users):
                example = min(map(str, missing))
                raise Invalid(f"{len(missing)} of these are no active users, such as {example}", field="user_ids")
            if not users:
                return Assigned(course_id=course_id, due_at=due_at, assigned=0, created=0)
            learners = Scope(user_ids=tuple(users))
            await store.lock_learners(learners)
            created = await store.assign([self._new(user, course_id, due_at) for user in users])
            await self.settle.within(store, learners, await store.unsettled(learners))
        return Assigned(course_id=course_id, due_at=due_at, assigned=len(users), created=created)

    def _new(self, user_id: UUID, course_id: UUID, due_at: datetime | None) -> Enrollment:
        return Enrollment.assigned(self.new_id(), user_id, course_id, due_at)
