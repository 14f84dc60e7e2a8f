"""Course assignments: enrolling many learners at once, with a due date (spec: catalog-learning)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.ids import NewId
from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.model import Enrollment, Scope
from atg_core.learning.ports import CompletionStore
from atg_core.nearest import RequireKnown
from atg_core.notifier import NO_DUE_DATE, NewNotice, NoticeKind, Notifier
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignees:
    """Whom to assign a course: users by id, a department or a station, exactly one of them; active users only."""

    user_ids: tuple[UUID, ...] | None = None
    department: str | None = None
    station_id: int | None = None

    def require_one(self) -> None:
        """Raises Invalid."""
        given = [name for name in ("user_ids", "department", "station_id") if getattr(self, name) is not None]
        if len(given) != 1:
            field = (given or ["user_ids"])[-1]
            raise Invalid("Needs exactly one of user_ids, department, station_id", field=field, code="exactly_one")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentCounts:
    """`assigned`: how many users have the course now; `created`: how many of them are newly enrolled."""

    course_id: UUID
    due_at: datetime | None
    assigned: int
    created: int


class AssignmentStore(CompletionStore, Protocol):
    """Assignments within a transaction."""

    async def lock_course(self, course_id: UUID) -> str:
        """Locks the course, so that it stays active, and returns its title.

        Raises CourseNotFound, also for an inactive course.
        """

    async def active_users(self, assignees: Assignees) -> list[UUID]: ...

    async def assign(self, enrollments: list[Enrollment]) -> int:
        """Enrolls users; renews the own due date of enrolled and cancelled ones. Returns how many are new.

        The due date of who is obliged to take the course is the earlier of both.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCourse:
    """Assigns a course; who is enrolled already gets the new due date.

    Raises CourseNotFound, Invalid, UnknownName.
    """

    open: UnitOfWork[AssignmentStore]
    update_completion: UpdateCompletion
    notifier: Notifier
    require_known: RequireKnown
    clock: Clock
    new_id: NewId

    async def __call__(self, course_id: UUID, assignees: Assignees, due_at: datetime | None) -> AssignmentCounts:
        assignees.require_one()
        assignees = replace(assignees, department=await self.require_known.department(assignees.department))
        async with self.open() as store:
            title = await store.lock_course(course_id)
            users = await users_of(store, assignees)
            if not users:
                return AssignmentCounts(course_id=course_id, due_at=due_at, assigned=0, created=0)
            learners = Scope(user_ids=tuple(users))
            await store.lock_learners(learners)
            created = await store.assign([self._new(user, course_id, due_at) for user in users])
            await self.update_completion.within(store, learners, await store.outdated(learners))
            await self.notifier.tell(assigned(course_id, title, users, due_at))
        return AssignmentCounts(course_id=course_id, due_at=due_at, assigned=len(users), created=created)

    def _new(self, user_id: UUID, course_id: UUID, due_at: datetime | None) -> Enrollment:
        return Enrollment.assigned(self.new_id(), user_id, course_id, due_at, self.clock())


async def users_of(store: AssignmentStore, assignees: Assignees) -> list[UUID]:
    """The active users who are meant. Raises Invalid for an id that is none of them."""
    users = await store.active_users(assignees)
    if missing := set(assignees.user_ids or ()) - set(users):
        example = min(map(str, missing))
        raise Invalid(
            "Among these are {count} who are no active users, such as {example}",
            field="user_ids",
            code="unknown_users",
            count=len(missing),
            example=example,
        )
    return users


def assigned(course_id: UUID, title: str, user_ids: Sequence[UUID], due_at: datetime | None) -> NewNotice:
    """Who is told already of the assignment with this due date is not told again."""
    return NewNotice(
        kind=NoticeKind.COURSE_ASSIGNED,
        subject=f"course:{course_id.hex}",
        occasion=due_at or NO_DUE_DATE,
        title=title,
        user_ids=user_ids,
    )
