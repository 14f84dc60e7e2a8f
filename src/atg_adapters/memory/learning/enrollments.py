"""Enrollments, in memory."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.learning.completion import MemoryCompletion
from atg_core.learning.model import Enrollment
from atg_core.learning.ports import CourseAssigned, CourseNotFound
from atg_core.learning.totals import Totals


class MemoryEnrollments(MemoryCompletion):
    """`EnrollmentStore` within a transaction."""

    async def lock_course_and_learner(self, user_id: UUID, course_id: UUID) -> Totals:
        course = self.tables["courses"].get(course_id)
        if course is None or not course["is_active"]:
            raise CourseNotFound
        return convert(self.tables["user_stats"].get(user_id, {}), Totals)

    async def count_begun(self, user_id: UUID, course_id: UUID, now: datetime) -> Totals:
        totals = await self.lock_course_and_learner(user_id, course_id)
        stats = {"id": user_id, **self.tables["user_stats"].get(user_id, asdict(totals)), "last_updated": now}
        self.tables["user_stats"][user_id] = stats | {"active_courses": totals.active_courses + 1}
        return totals

    async def add_once(self, enrollment: Enrollment) -> Enrollment:
        key = {"user_id": enrollment.user_id, "course_id": enrollment.course_id}
        stored = next(self.database.rows("user_courses", **key), None)
        if stored is not None:
            return convert(stored, Enrollment)
        self.database.insert("user_courses", asdict(enrollment))
        return enrollment

    async def cancel(self, user_id: UUID, course_id: UUID, now: datetime) -> None:
        if course_id not in self.tables["courses"]:
            raise CourseNotFound
        if any(self.database.rows("obligations", user_id=user_id, course_id=course_id, ended_at=None)):
            raise CourseAssigned
        for row in list(self.database.rows("user_courses", user_id=user_id, course_id=course_id, cancelled_at=None)):
            self.database.update("user_courses", row["id"], cancelled_at=now)
