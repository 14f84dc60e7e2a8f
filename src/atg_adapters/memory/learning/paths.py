"""Learning paths and the learners who have them, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_adapters.memory.learning.assignments import MemoryAssignments
from atg_adapters.memory.learning.path_learners import given_since, learner_on, path_of
from atg_core.learning.path_assignments import LearningPathAssigned, PathAssignment, PathCodeTaken
from atg_core.learning.paths import LearnerOnPath, LearningPath, LearningPathNotFound


class MemoryLearningPaths(MemoryAssignments):
    """`LearningPathStore` within a transaction."""

    async def lock_path(self, path_id: UUID, *, changing: bool = False) -> LearningPath:  # noqa: ARG002 - one at a time
        row = self.tables["learning_paths"].get(path_id)
        if row is None:
            raise LearningPathNotFound
        return path_of(self.database, row)

    async def course_titles(self, ids: Collection[UUID]) -> dict[UUID, str]:
        return {row["id"]: row["title"] for row in self.database.rows("courses", is_active=True) if row["id"] in ids}

    async def save_path(self, path: LearningPath) -> None:
        row = asdict(path)
        courses = row.pop("courses")
        try:
            if path.id in self.tables["learning_paths"]:
                self.database.update("learning_paths", path.id, **row)
            else:
                self.database.insert("learning_paths", row)
        except DuplicateKey:
            raise PathCodeTaken from None
        self.database.delete("learning_path_courses", learning_path_id=path.id)
        for number, course in enumerate(courses, start=1):
            of_course = {name: course[name] for name in ("course_id", "due_days", "due_from")}
            self.database.insert(
                "learning_path_courses", {"learning_path_id": path.id, "order_index": number, **of_course}
            )

    async def remove_path(self, path_id: UUID) -> None:
        held = [*self.database.rows("user_learning_paths", learning_path_id=path_id)]
        held += self.database.rows("standing_assignments", learning_path_id=path_id)
        if held:
            self.database.update("learning_paths", path_id, is_active=False)
        else:
            self.database.delete("learning_path_courses", learning_path_id=path_id)
            self.database.delete("learning_paths", id=path_id)

    async def assign_path(self, assignments: Sequence[PathAssignment]) -> int:
        created = 0
        for each in assignments:
            key = {"user_id": each.user_id, "learning_path_id": each.learning_path_id}
            former = next(self.database.rows("user_learning_paths", **key), None)
            if former is None:
                self.database.insert("user_learning_paths", {**asdict(each), "cancelled_at": None})
            elif former["cancelled_at"] is not None:
                changed = {"assigned_at": each.assigned_at, "cancelled_at": None}
                self.database.update("user_learning_paths", former["id"], **changed)
            created += former is None or former["cancelled_at"] is not None
        return created

    async def leave_path(self, user_id: UUID, path_id: UUID, now: datetime) -> None:
        if given_since(self.database, user_id, path_id):
            raise LearningPathAssigned
        key = {"user_id": user_id, "learning_path_id": path_id, "cancelled_at": None}
        for row in list(self.database.rows("user_learning_paths", **key)):
            self.database.update("user_learning_paths", row["id"], cancelled_at=now)

    async def assignments_of_path(self, path_id: UUID) -> list[UUID]:
        rows = self.database.rows("standing_assignments", learning_path_id=path_id, ended_at=None)
        return [row["id"] for row in rows]

    async def learners_of_path(self, path_id: UUID) -> list[UUID]:
        rows = self.database.rows("user_learning_paths", learning_path_id=path_id, cancelled_at=None)
        return sorted(row["user_id"] for row in rows)


class MemoryLearningPathQueries:
    """`LearningPathQueries`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def paths(
        self, user_id: UUID, *, mine: bool, inactive: bool, limit: int, offset: int
    ) -> tuple[list[tuple[LearningPath, LearnerOnPath | None]], int]:
        found = [
            self._with_learner(user_id, row)
            for row in sorted(self.database.rows("learning_paths"), key=lambda row: (row["title"], row["id"]))
            if inactive or row["is_active"]
        ]
        wanted = [(path, learner) for path, learner in found if learner or not mine]
        return wanted[offset : offset + limit], len(wanted)

    async def path(self, user_id: UUID, path_id: UUID) -> tuple[LearningPath, LearnerOnPath | None]:
        row = self.database.tables["learning_paths"].get(path_id)
        if row is None:
            raise LearningPathNotFound
        return self._with_learner(user_id, row)

    def _with_learner(self, user_id: UUID, row: Row) -> tuple[LearningPath, LearnerOnPath | None]:
        path = path_of(self.database, row)
        key = {"user_id": user_id, "learning_path_id": path.id, "cancelled_at": None}
        taken = [row["assigned_at"] for row in self.database.rows("user_learning_paths", **key)]
        since = min([*taken, *given_since(self.database, user_id, path.id)], default=None)
        mine = {"user_id": user_id, "assigned_at": since}
        return path, learner_on(self.database, path, mine) if since else None
