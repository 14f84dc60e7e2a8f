"""A learner's courses, totals and certificates, in memory: plain reads."""

from dataclasses import replace
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.learning.prerequisites import MemoryPrerequisiteQueries
from atg_adapters.memory.shown_programs import shows
from atg_core.learning.model import Certificate, EnrolledCourse, Enrollment
from atg_core.learning.ports import CourseNotFound, LearnerStats
from atg_core.learning.totals import Totals


class MemoryLearnerQueries:
    """`LearnerQueries`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def find_enrollment(self, user_id: UUID, course_id: UUID) -> tuple[Enrollment | None, bool]:
        if not self.database.tables["courses"].get(course_id, {}).get("is_active"):
            raise CourseNotFound
        row = next(self.database.rows("user_courses", user_id=user_id, course_id=course_id), None)
        may_be_locked = any(self.database.rows("course_prerequisites", course_id=course_id))
        return convert(row, Enrollment) if row else None, may_be_locked

    async def enrolled_courses(self, user_id: UUID) -> list[EnrolledCourse]:
        mine = [row for row in self._mine(user_id) if row["started_at"] is None]
        begun = [row for row in self._mine(user_id) if row["started_at"] is not None]
        mine += sorted(begun, key=lambda row: row["started_at"], reverse=True)
        enrolled = convert([self._enrolled(row) for row in mine], list[EnrolledCourse])
        ids = [each.course_id for each in enrolled]
        access = await MemoryPrerequisiteQueries(self.database).of_courses(user_id, ids)
        missing = {course: tuple(each.missing) for course, each in access.items()}
        return [replace(each, missing=missing.get(each.course_id, ())) for each in enrolled]

    def _enrolled(self, row: Row) -> Row:
        course = self.database.tables["courses"][row["course_id"]]
        programs = [each for each in self.database.rows("course_programs", is_active=True) if shows(course, each)]
        return {**course, **row, "has_topics": any(each["topics_count"] for each in programs)}

    async def stats(self, user_id: UUID) -> LearnerStats:
        stats = self.database.tables["user_stats"].get(user_id, {})
        rows = self.database.rows("certificates", user_id=user_id, revoked_at=None)
        newest_first = sorted(rows, key=lambda row: (row["issued_at"], row["number"]), reverse=True)
        return LearnerStats(
            totals=convert(stats, Totals),
            streak=stats.get("streak"),
            certificates=convert(newest_first, list[Certificate]),
        )

    def _mine(self, user_id: UUID) -> list[Row]:
        rows = self.database.rows("user_courses", user_id=user_id, cancelled_at=None)
        return sorted(rows, key=lambda row: row["id"])
