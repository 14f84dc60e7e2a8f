"""Obligations, in memory: by the rules of the core, person by person."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from atg_adapters.memory.database import Row
from atg_adapters.memory.learning.assigned_paths import begin, due_of, enroll_obliged, holds, live_obligations
from atg_adapters.memory.learning.completion import MemoryCompletion
from atg_core.learning.assigned_paths import Obligation
from atg_core.learning.audiences import DueRule
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.obligations import Settled


class MemoryObligations(MemoryCompletion):
    """`ObligationStore` within a transaction. What is settled of some courses is settled of all."""

    async def lock_obligations(self) -> None:
        """Transactions in memory run one after the other."""

    async def people(self, after: UUID | None, limit: int, *, assignment_id: UUID | None = None) -> list[UUID]:
        found = sorted(self.tables["users"])
        if assignment_id is not None:
            assignment = self.tables["standing_assignments"][assignment_id]
            found = [each for each in found if self._holds(assignment, each) or self._live_one(assignment, each)]
        return [each for each in found if after is None or each > after][:limit]

    def _holds(self, assignment: Row, user_id: UUID) -> bool:
        return holds(self.database, assignment, user_id)

    def _live(self, **values: UUID) -> Iterator[Row]:
        return live_obligations(self.database, **values)

    def _live_one(self, assignment: Row, user_id: UUID) -> Row | None:
        return next(self._live(assignment_id=assignment["id"], user_id=user_id), None)

    async def unsettled(self, scope: Settled) -> list[UUID]:
        return [each for each in scope.user_ids if self._lacks(each) or self._over(each) or self._differs(each)]

    def _lacks(self, user_id: UUID) -> list[Row]:
        """The assignments of courses that hold for somebody without being a live obligation."""
        return [
            assignment
            for assignment in self.database.rows("standing_assignments", ended_at=None)
            if assignment["course_id"] is not None
            and self.tables["courses"][assignment["course_id"]]["is_active"]
            and self._holds(assignment, user_id)
            and not self._live_one(assignment, user_id)
        ]

    def _over(self, user_id: UUID) -> list[Row]:
        return [row for row in self._live(user_id=user_id) if not self._asks(row)]

    def _asks(self, obligation: Row) -> bool:
        """Whether its assignment still does."""
        assignment = self.tables["standing_assignments"][obligation["assignment_id"]]
        on_path = {"learning_path_id": assignment["learning_path_id"], "course_id": obligation["course_id"]}
        is_asked = assignment["course_id"] is not None or any(self.database.rows("learning_path_courses", **on_path))
        return is_asked and self._holds(assignment, obligation["user_id"])

    def _differs(self, user_id: UUID) -> bool:
        courses = {row["course_id"] for row in self._live(user_id=user_id)}
        enrolled = list(self.database.rows("user_courses", user_id=user_id, cancelled_at=None))
        return bool(courses - {row["course_id"] for row in enrolled}) or any(
            row["due_at"] != due_of(self.database, row) or self._is_asked_no_more(row, courses) for row in enrolled
        )

    def _is_asked_no_more(self, enrollment: Row, courses: set[UUID]) -> bool:
        is_asked = enrollment["course_id"] in courses
        has_begun = enrollment["status"] != EnrollmentStatus.NOT_STARTED
        return bool(enrollment.get("by_assignment")) and not has_begun and not is_asked

    async def missing(self, scope: Settled) -> list[tuple[UUID, DueRule]]:
        found = {row["id"]: row for user_id in scope.user_ids for row in self._lacks(user_id)}
        return [(each, DueRule(due_at=row["due_at"], due_days=row["due_days"])) for each, row in found.items()]

    async def begin(
        self, assignment_id: UUID, user_ids: Collection[UUID], since: datetime, due_at: datetime | None
    ) -> None:
        for user_id in user_ids:
            for assignment in self._lacks(user_id):
                if assignment["id"] == assignment_id:
                    course_id = assignment["course_id"]
                    begun = Obligation(
                        user_id=user_id, course_id=course_id, assignment_id=assignment_id, since=since, due_at=due_at
                    )
                    begin(self.database, begun)

    async def end(self, scope: Settled, now: datetime) -> None:
        for row in [row for user_id in scope.user_ids for row in self._over(user_id)]:
            self.database.update("obligations", row["id"], ended_at=now)

    async def follow(self, scope: Settled, now: datetime) -> None:
        for user_id in scope.user_ids:
            courses = {row["course_id"] for row in self._live(user_id=user_id)}
            for course_id in courses:
                enroll_obliged(self.database, user_id, course_id, now)
            for row in list(self.database.rows("user_courses", user_id=user_id, cancelled_at=None)):
                self.database.update("user_courses", row["id"], due_at=due_of(self.database, row))
                if self._is_asked_no_more(row, courses):
                    self.database.update("user_courses", row["id"], cancelled_at=now)
