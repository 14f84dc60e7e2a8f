"""Course assignments, in memory."""

from dataclasses import asdict
from uuid import UUID

from atg_adapters.memory.learning.assigned_paths import due_of
from atg_adapters.memory.learning.obligations import MemoryObligations
from atg_core.learning.assignments import Assignees
from atg_core.learning.model import Enrollment
from atg_core.learning.ports import CourseNotFound


class MemoryAssignments(MemoryObligations):
    """`AssignmentStore` within a transaction."""

    async def lock_course(self, course_id: UUID) -> str:
        course = self.tables["courses"].get(course_id)
        if course is None or not course["is_active"]:
            raise CourseNotFound
        return str(course["title"])

    async def active_users(self, assignees: Assignees) -> list[UUID]:
        return sorted(
            row["id"] for row in self.database.rows("users", is_active=True) if self._is_meant(assignees, row["id"])
        )

    def _is_meant(self, assignees: Assignees, user_id: UUID) -> bool:
        if assignees.user_ids is not None:
            return user_id in assignees.user_ids
        profile = self.tables["user_profiles"].get(user_id, {})
        if assignees.department is not None:
            return profile.get("department") == assignees.department
        return profile.get("station_id") == assignees.station_id

    async def assign(self, enrollments: list[Enrollment]) -> int:
        created = 0
        for new in enrollments:
            key = {"user_id": new.user_id, "course_id": new.course_id}
            former = next(self.database.rows("user_courses", **key), None)
            if former is None:
                self.database.insert("user_courses", asdict(new))
                created += 1
            else:
                own = {"own_due_at": new.own_due_at, "by_assignment": False, "cancelled_at": None}
                due_at = due_of(self.database, {**former, **own})
                self.database.update("user_courses", former["id"], **own, due_at=due_at)
        return created
