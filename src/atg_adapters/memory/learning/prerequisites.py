"""What courses require of a learner, in memory."""

from collections.abc import Collection, Iterable
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.shown_programs import shows
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.prerequisites import CourseAccess, Requirement


class MemoryPrerequisiteQueries:
    """`PrerequisiteQueries`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def of_courses(self, user_id: UUID, course_ids: Collection[UUID]) -> dict[UUID, CourseAccess]:
        found = self._accesses(user_id, (row for row in self._active() if row["id"] in course_ids))
        return {each.course_id: each for each in found}

    async def of_program(self, user_id: UUID, program_id: int) -> list[CourseAccess]:
        program = self.tables["course_programs"].get(program_id)
        return self._accesses(user_id, (row for row in self._active() if program and shows(row, program)))

    async def with_requirements(self, user_id: UUID) -> list[CourseAccess]:
        return [each for each in self._accesses(user_id, self._active()) if each.requirements]

    def _active(self) -> list[Row]:
        rows = self.database.rows("courses", is_active=True)
        return sorted(rows, key=lambda row: (row["title"], row["id"]))

    def _accesses(self, user_id: UUID, courses: Iterable[Row]) -> list[CourseAccess]:
        return [self._access(user_id, course) for course in courses]

    def _access(self, user_id: UUID, course: Row) -> CourseAccess:
        mine = next(self.database.rows("user_courses", user_id=user_id, course_id=course["id"]), None)
        rows = sorted(self.database.rows("course_prerequisites", course_id=course["id"]), key=lambda row: row["id"])
        found = (self._requirement(user_id, row) for row in rows)
        return CourseAccess(
            course_id=course["id"],
            title=course["title"],
            requirements=tuple(each for each in found if each),
            is_enrolled=mine is not None and mine["cancelled_at"] is None,
            enrolled_at=mine["created_at"] if mine else None,
            started_at=mine["started_at"] if mine else None,
        )

    def _requirement(self, user_id: UUID, row: Row) -> Requirement | None:
        course_id, test_id = row["required_course_id"], row["required_final_test_id"]
        if course_id is not None:
            required = self.tables["courses"][course_id]
            is_asked_for = required["is_active"]
            mine = {"user_id": user_id, "course_id": course_id}
            is_met = any(self.database.rows("external_certificates", **mine)) or any(
                row["status"] == EnrollmentStatus.COMPLETED or row["round"] > 1
                for row in self.database.rows("user_courses", **mine)
            )
        else:
            required = self.tables["final_tests"][test_id]
            program = self.tables["course_programs"][required["course_program_id"]]
            is_asked_for = required["is_active"] and required["questions_count"] and program["is_active"]
            is_met = any(self.database.rows("user_test_results", user_id=user_id, final_test_id=test_id, passed=True))
        if not is_asked_for:
            return None
        return Requirement(
            course_id=course_id,
            final_test_id=test_id,
            title=required["title"],
            added_at=row["created_at"],
            is_met=is_met,
        )
