"""Learning paths: authoring them, and assigning them to learners."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Conflict, Invalid
from atg_core.ids import NewId
from atg_core.learning.assignments import Assignees, AssignmentStore, users_of
from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.model import Scope
from atg_core.learning.obligations import KeepObligations, ObligationStore
from atg_core.learning.paths import LearnerOnPath, LearningPath, LearningPathNotFound, PathCourse
from atg_core.nearest import RequireKnown
from atg_core.unit_of_work import UnitOfWork


class LearningPathAssigned(Conflict):
    """This learning path is assigned to you, so that you can not leave it"""


class PathCodeTaken(Conflict):
    """There is a learning path of this code already"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathAssignment:
    """That a path is a learner's since `assigned_at`."""

    id: UUID
    user_id: UUID
    learning_path_id: UUID
    assigned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PathAssignmentCounts:
    """`assigned`: how many users have the path now; `created`: how many of them did not have it."""

    learning_path_id: UUID
    assigned: int
    created: int


class LearningPathStore(AssignmentStore, ObligationStore, Protocol):
    """Learning paths and who has them, within a transaction.

    Obligations are locked first, if at all, then paths, then courses, then learners.
    """

    async def lock_path(self, path_id: UUID, *, changing: bool = False) -> LearningPath:
        """Also an inactive one. Until the end nobody changes it, and nobody assigns it that is being changed.

        Raises LearningPathNotFound.
        """

    async def course_titles(self, ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Of active courses; locks them, so that they stay active."""

    async def save_path(self, path: LearningPath) -> None:
        """A new one, or what it is now, with its courses. Raises PathCodeTaken."""

    async def remove_path(self, path_id: UUID) -> None:
        """Deletes the path, or deactivates it if somebody has it, or it is or was assigned to an audience."""

    async def assign_path(self, assignments: Sequence[PathAssignment]) -> int:
        """Who has the path keeps their moment; who has left it gets a new one. Returns how many did not have it."""

    async def leave_path(self, user_id: UUID, path_id: UUID, now: datetime) -> None:
        """Raises LearningPathAssigned while a standing assignment gives it to them."""

    async def assignments_of_path(self, path_id: UUID) -> list[UUID]:
        """The standing assignments that give it and have not ended."""

    async def learners_of_path(self, path_id: UUID) -> list[UUID]:
        """Who has the path."""


class LearningPathQueries(Protocol):
    """Queries of learning paths; each is a fixed number of statements."""

    async def paths(
        self, user_id: UUID, *, mine: bool, inactive: bool, limit: int, offset: int
    ) -> tuple[list[tuple[LearningPath, LearnerOnPath | None]], int]:
        """A page of the paths by title, each with how far the user is who has it, and their total number.

        `mine`: those alone that the user has; `inactive`: also inactive ones.
        """

    async def path(self, user_id: UUID, path_id: UUID) -> tuple[LearningPath, LearnerOnPath | None]:
        """Raises LearningPathNotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditLearningPaths:
    """Adds, changes and removes learning paths.

    A change holds for who has the path, too: what is open by now is opened, and due dates become earlier, never later.
    """

    open: UnitOfWork[LearningPathStore]
    update_completion: UpdateCompletion
    keep_obligations: KeepObligations
    clock: Clock
    new_id: NewId

    async def add(self, values: Mapping[str, object], courses: Sequence[PathCourse]) -> LearningPath:
        """Raises PathCodeTaken, Invalid."""
        now = self.clock()
        empty = LearningPath(id=self.new_id(), created_at=now, updated_at=now, **_EMPTY)  # type: ignore[arg-type]
        async with self.open() as store:
            path = replace(empty, **values, courses=await _named(store, courses))  # type: ignore[arg-type]
            await store.save_path(path)
        return path

    async def change(
        self, path_id: UUID, values: Mapping[str, object], courses: Sequence[PathCourse] | None
    ) -> LearningPath:
        """Courses of None stay as they are. Raises LearningPathNotFound, PathCodeTaken, Invalid."""
        async with self.open() as store:
            await store.lock_obligations()
            former = await store.lock_path(path_id, changing=True)
            named = former.courses if courses is None else await _named(store, courses)
            path = replace(former, **values, courses=named, updated_at=self.clock())  # type: ignore[arg-type]
            await store.save_path(path)
            if learners := await store.learners_of_path(path_id):
                await store.course_titles([each.course_id for each in path.courses])
                await store.lock_learners(Scope(user_ids=tuple(learners)))
                everybody = Scope(user_ids=tuple(learners))
                await self.update_completion.open_next(store, learners)
                await self.update_completion.within(store, everybody, await store.outdated(everybody))
            concerned = {each.course_id for each in (*former.courses, *path.courses)}
            for assignment_id in await store.assignments_of_path(path_id):
                await self.keep_obligations.of_assignment(store, assignment_id, concerned)
        return path

    async def remove(self, path_id: UUID) -> None:
        """A path that somebody has is deactivated instead. Raises LearningPathNotFound."""
        async with self.open() as store:
            await store.lock_path(path_id, changing=True)
            await store.remove_path(path_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignLearningPath:
    """Assigns a path: enrolls users in the courses that are open from the beginning, and in the others as they open.

    Raises LearningPathNotFound, for an inactive path too, Invalid, UnknownName.
    """

    open: UnitOfWork[LearningPathStore]
    update_completion: UpdateCompletion
    require_known: RequireKnown
    clock: Clock
    new_id: NewId

    async def __call__(
        self, path_id: UUID, assignees: Assignees, assigned_at: datetime | None = None, *, tells: bool = True
    ) -> PathAssignmentCounts:
        """`assigned_at`: from when due dates count, by default from now. `tells`: whether users get a notice of it."""
        assignees.require_one()
        assignees = replace(assignees, department=await self.require_known.department(assignees.department))
        async with self.open() as store:
            await store.lock_path(path_id)
            return await self._within(store, path_id, await users_of(store, assignees), assigned_at, tells=tells)

    async def _within(
        self,
        store: LearningPathStore,
        path_id: UUID,
        users: Sequence[UUID],
        assigned_at: datetime | None,
        *,
        tells: bool,
    ) -> PathAssignmentCounts:
        path = await store.lock_path(path_id)
        if not path.is_active:
            raise LearningPathNotFound
        if not users:
            return PathAssignmentCounts(learning_path_id=path_id, assigned=0, created=0)
        learners, since = Scope(user_ids=tuple(users)), assigned_at or self.clock()
        await store.course_titles([each.course_id for each in path.courses])
        await store.lock_learners(learners)
        created = await store.assign_path(
            [
                PathAssignment(id=self.new_id(), user_id=user, learning_path_id=path_id, assigned_at=since)
                for user in users
            ]
        )
        await self.update_completion.open_next(store, users, renewed=path_id, tells=tells)
        await self.update_completion.within(store, learners, await store.outdated(learners))
        return PathAssignmentCounts(learning_path_id=path_id, assigned=len(users), created=created)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveLearningPath:
    """Nothing more opens by the path; enrollments stay as they are. Raises LearningPathNotFound."""

    open: UnitOfWork[LearningPathStore]
    clock: Clock

    async def __call__(self, user_id: UUID, path_id: UUID) -> None:
        async with self.open() as store:
            await store.lock_path(path_id)
            await store.leave_path(user_id, path_id, self.clock())


_EMPTY: Mapping[str, object] = {
    "title": "",
    "description": None,
    "code": None,
    "is_active": True,
    "opening": "in_order",
    "due_days": None,
}


async def _named(store: LearningPathStore, courses: Sequence[PathCourse]) -> tuple[PathCourse, ...]:
    """With the titles of the courses. Raises Invalid for one that is not there, inactive, or named twice."""
    ids = [each.course_id for each in courses]
    titles = await store.course_titles(ids)
    for number, course_id in enumerate(ids):
        if course_id not in titles:
            raise Invalid("There is no such active course", field=f"courses[{number}].course_id", code="unknown_id")
        if course_id in ids[:number]:
            raise Invalid("This course is named already", field=f"courses[{number}].course_id", code="named_twice")
    return tuple(replace(each, title=titles[each.course_id]) for each in courses)
