"""Standing assignments: a course or a path for an audience, whoever joins it later (decision 0052)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Forbidden, Invalid, NotFound
from atg_core.ids import NewId
from atg_core.learning.assignments import Assignees, users_of
from atg_core.learning.audiences import Assigned, Audience, AudienceKind, DueRule
from atg_core.learning.managers import NotManaged
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.obligations import KeepObligations
from atg_core.learning.path_assignments import LearningPathStore
from atg_core.learning.paths import LearningPathNotFound
from atg_core.nearest import RequireKnown
from atg_core.unit_of_work import UnitOfWork


class AssignmentNotFound(NotFound):
    """Assignment not found"""


class UnknownAudienceStation(Invalid):
    """There is no such station"""

    code = "unknown_station"

    def __init__(self) -> None:
        super().__init__(field="station_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What is assigned to an audience until it is ended. `created_by`: None for an imported one."""

    id: UUID
    what: Assigned
    audience: Audience
    rule: DueRule
    created_at: datetime
    created_by: UUID | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentSummary:
    """An assignment as lists show it; `people`: for how many it holds now, `late`: how many of them are."""

    id: UUID
    course_id: UUID | None
    course: str | None
    learning_path_id: UUID | None
    learning_path: str | None
    audience: AudienceKind
    department: str | None
    station_id: int | None
    station: str | None
    position: str | None
    due_at: datetime | None
    due_days: int | None
    created_at: datetime
    created_by: UUID | None
    ended_at: datetime | None
    people: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentQuery:
    """Filters of the list. `ended`: ended ones, else those that hold.

    `managed_by`: those alone that are for a department or a station that this user leads, or that the user has made for
    people who are all in such.
    """

    course_id: UUID | None = None
    learning_path_id: UUID | None = None
    department: str | None = None
    station_id: int | None = None
    ended: bool = False
    managed_by: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligedPerson:
    """Somebody for whom an assignment holds, and the course. `due_at`: by this assignment alone."""

    user_id: UUID
    course_id: UUID
    course: str
    username: str
    full_name: str | None
    employee_id: str | None
    department: str | None
    station: str | None
    since: datetime
    due_at: datetime | None
    status: EnrollmentStatus
    progress_percent: int
    completed_at: datetime | None


class StandingAssignmentStore(LearningPathStore, Protocol):
    """Standing assignments within a transaction, in which obligations are locked before anything else."""

    async def add_assignment(self, assignment: Assignment) -> None:
        """Raises UnknownAudienceStation."""

    async def assignment(self, assignment_id: UUID) -> Assignment:
        """One that has not ended. Raises AssignmentNotFound."""

    async def manages(self, manager: UUID, audience: Audience) -> bool:
        """Whether all who are meant, now and later, are people of the manager."""

    async def save_assignment(self, assignment: Assignment) -> None:
        """Stores its due rule and end."""

    async def obliged_courses(self, assignment_id: UUID) -> list[UUID]:
        """The courses of its live obligations."""

    async def beginnings(self, assignment_id: UUID) -> list[datetime]:
        """The moments at which people came under it, of its live obligations."""

    async def postpone(self, assignment_id: UUID, since: datetime, due_at: datetime | None) -> None:
        """Gives the live obligations that began then another due date."""


class StandingAssignmentQueries(Protocol):
    """Queries of standing assignments, each a fixed number of statements."""

    async def assignments(
        self, query: AssignmentQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[AssignmentSummary], int]:
        """A page, newest first, and the total."""

    async def find_assignment(
        self, assignment_id: UUID, now: datetime, *, managed_by: UUID | None = None
    ) -> AssignmentSummary:
        """Also one that has ended. `managed_by`: as in the list. Raises AssignmentNotFound."""

    async def obliged_people(self, assignment_id: UUID, *, limit: int, offset: int) -> tuple[list[ObligedPerson], int]:
        """Those for whom it holds, by name, and their number; by a path once for each course that is open for them.

        Raises AssignmentNotFound.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministerAssignments:
    """Creates, changes and ends standing assignments; people are enrolled in the same transaction."""

    open_standing_assignments: UnitOfWork[StandingAssignmentStore]
    keep_obligations: KeepObligations
    require_known: RequireKnown
    clock: Clock
    new_id: NewId

    async def create(
        self, creator: UUID, what: Assigned, audience: Audience, rule: DueRule, *, as_manager: bool = False
    ) -> UUID:
        """Gives its id. `as_manager`: for people of the creator alone, and nothing is told of others.

        Raises CourseNotFound, LearningPathNotFound, Invalid, UnknownName, UnknownAudienceStation; NotManaged.
        """
        what.require_one(due_by=rule.parts)
        audience.require_complete()
        known = audience if as_manager else await self._known(audience)
        assignment = Assignment(
            id=self.new_id(),
            what=what,
            audience=known,
            rule=rule,
            created_at=self.clock(),
            created_by=creator,
        )
        async with self.open_standing_assignments() as store:
            await store.lock_obligations()
            courses = await _lock(store, what)
            if as_manager and not await store.manages(creator, known):
                raise NotManaged
            if known.user_ids:
                await users_of(store, Assignees(user_ids=tuple(known.user_ids)))
            await store.add_assignment(assignment)
            await self.keep_obligations.of_assignment(store, assignment.id, courses)
        return assignment.id

    async def _known(self, audience: Audience) -> Audience:
        """With department and position as profiles have them."""
        department, position = audience.department, audience.position
        return replace(
            audience,
            department=await self.require_known.department(department),
            position=await self.require_known.position(position),
        )

    async def change(self, assignment_id: UUID, changes: dict[str, Any], *, manager: UUID | None = None) -> None:
        """Partial update of the due rule, counted from when each person came under the assignment.

        `manager`: who may change own assignments alone. Raises AssignmentNotFound, Forbidden; Invalid for a path.
        """
        async with self.open_standing_assignments() as store:
            await store.lock_obligations()
            before = await self._held(store, assignment_id, manager)
            before.what.require_one(due_by=changes)
            if not changes:
                return
            rule = replace(before.rule, **changes)
            await store.save_assignment(replace(before, rule=rule))
            for since in await store.beginnings(assignment_id):
                await store.postpone(assignment_id, since, rule.due_for(since))
            courses = await store.obliged_courses(assignment_id)
            await self.keep_obligations.of_assignment(store, assignment_id, courses)

    async def end(self, assignment_id: UUID, *, manager: UUID | None = None) -> None:
        """Nobody is due by it any more; what they have done stays. `manager`: as above.

        Raises AssignmentNotFound, Forbidden.
        """
        async with self.open_standing_assignments() as store:
            await store.lock_obligations()
            before = await self._held(store, assignment_id, manager)
            await store.save_assignment(replace(before, ended_at=self.clock()))
            courses = set(await store.obliged_courses(assignment_id))
            if before.what.learning_path_id is not None:
                # A completion that is under way may have opened a course that is not seen yet.
                path = await store.lock_path(before.what.learning_path_id)
                courses.update(each.course_id for each in path.courses)
            await self.keep_obligations.of_assignment(store, assignment_id, courses)

    async def _held(self, store: StandingAssignmentStore, assignment_id: UUID, manager: UUID | None) -> Assignment:
        """One that has not ended, and is the manager's own if there is one."""
        held = await store.assignment(assignment_id)
        if manager is None:
            return held
        is_made = held.created_by == manager
        if not (is_made or held.audience.kind is AudienceKind.GROUP) or not await store.manages(manager, held.audience):
            raise AssignmentNotFound
        if not is_made:
            raise Forbidden
        return held


async def _lock(store: StandingAssignmentStore, what: Assigned) -> Collection[UUID]:
    """Locks the course, or the path with its courses; gives their ids. Raises as `create` does."""
    if what.course_id is not None:
        await store.lock_course(what.course_id)
        return [what.course_id]
    if what.learning_path_id is None:
        raise LearningPathNotFound
    path = await store.lock_path(what.learning_path_id)
    if not path.is_active:
        raise LearningPathNotFound
    return await store.course_titles([each.course_id for each in path.courses])
