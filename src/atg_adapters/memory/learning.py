"""Learning in memory."""

from dataclasses import asdict
from decimal import Decimal
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.learning.model import Certificate, EnrolledCourse, Enrollment, Facts
from atg_core.learning.ports import CourseNotFound


class MemoryEnrollments:
    """`Enrollments` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def lock_open_course(self, course_id: UUID) -> None:
        course = self.database.tables["courses"].get(course_id)
        if course is None or not course["is_active"]:
            raise CourseNotFound

    async def add_once(self, enrollment: Enrollment) -> Enrollment:
        key = {"user_id": enrollment.user_id, "course_id": enrollment.course_id}
        stored = next(self.database.rows("user_courses", **key), None)
        if stored is not None:
            return convert(stored, Enrollment)
        self.database.insert("user_courses", asdict(enrollment))
        return enrollment

    async def save(self, enrollment: Enrollment) -> None:
        self.database.update("user_courses", enrollment.id, **asdict(enrollment))


class MemoryLearners:
    """`Learners`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def enrolled_courses(self, user_id: UUID) -> list[EnrolledCourse]:
        mine = [row for row in self._mine(user_id) if row["started_at"] is None]
        begun = [row for row in self._mine(user_id) if row["started_at"] is not None]
        mine += sorted(begun, key=lambda row: row["started_at"], reverse=True)
        courses = self.database.tables["courses"]
        return convert([{**courses[row["course_id"]], **row} for row in mine], list[EnrolledCourse])

    async def facts(self, user_id: UUID) -> Facts:
        mine = self._mine(user_id)
        completed = list(self.database.rows("user_topic_progress", user_id=user_id, completed=True))
        best: dict[tuple[object, object], Row] = {}
        for row in self.database.rows("user_test_results", user_id=user_id):
            test = (row["lesson_test_id"], row["final_test_id"])
            before = best.get(test, {"score_percent": 0, "passed": False})
            best[test] = {
                "score_percent": max(before["score_percent"], row["score_percent"]),
                "passed": before["passed"] or row["passed"],
            }
        return Facts(
            progress_percents=[row["progress_percent"] for row in mine],
            hours_studied=sum((row["hours_studied"] for row in mine), start=Decimal(0)),
            topics_completed=len(completed),
            tests_passed=sum(row["passed"] for row in best.values()),
            best_scores=[row["score_percent"] for row in best.values()],
            active_at=[row["completed_at"] for row in completed if row["completed_at"]],
        )

    async def certificates(self, user_id: UUID) -> list[Certificate]:
        rows = self.database.rows("certificates", user_id=user_id)
        return convert(sorted(rows, key=lambda row: (row["issued_at"], row["number"]), reverse=True), list[Certificate])

    def _mine(self, user_id: UUID) -> list[Row]:
        rows = self.database.rows("user_courses", user_id=user_id, cancelled_at=None)
        return sorted(rows, key=lambda row: row["id"])
