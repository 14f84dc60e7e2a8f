"""Learning in memory."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID, uuid4

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.standings import MemoryStandings
from atg_core.learning.model import Certificate, EnrolledCourse, Enrollment, TopicProgress, Totals
from atg_core.learning.ports import CourseNotFound, TopicNotFound


class MemoryLearning(MemoryStandings):
    """`Enrollments` and `ProgressStore` within a transaction."""

    async def begin(self, user_id: UUID, course_id: UUID) -> Totals:
        course = self.tables["courses"].get(course_id)
        if course is None or not course["is_active"]:
            raise CourseNotFound
        return convert(self.tables["user_stats"].get(user_id, {}), Totals)

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
        for row in list(self.database.rows("user_courses", user_id=user_id, course_id=course_id, cancelled_at=None)):
            self.database.update("user_courses", row["id"], cancelled_at=now)

    async def station_of_topic(self, topic_id: int) -> int:
        topic = self.tables["topics"].get(topic_id)
        if topic:
            lesson = self.tables["lessons"][topic["lesson_id"]]
            station: int = self.tables["course_programs"][lesson["course_program_id"]]["station_id"]
            if topic_id in self.active_topics(station):
                return station
        raise TopicNotFound

    async def record(self, progress: TopicProgress, position_seconds: int | None, now: datetime) -> TopicProgress:
        key = {"user_id": progress.user_id, "topic_id": progress.topic_id}
        times = {"last_activity": now, "updated_at": now}
        former = next(self.database.rows("user_topic_progress", **key), None)
        if former is None:
            self.database.insert("user_topic_progress", {"id": uuid4(), **asdict(progress), **times, "created_at": now})
            return progress
        changed = {
            "completed": former["completed"] or progress.completed,
            "completed_at": former["completed_at"] or progress.completed_at,
            "position_seconds": former["position_seconds"] if position_seconds is None else position_seconds,
        }
        self.database.update("user_topic_progress", former["id"], **changed, **times)
        return convert({**former, **changed}, TopicProgress)


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

    async def totals(self, user_id: UUID) -> Totals:
        return convert(self.database.tables["user_stats"].get(user_id, {}), Totals)

    async def active_at(self, user_id: UUID) -> list[datetime]:
        rows = self.database.rows("user_topic_progress", user_id=user_id)
        return [row["completed_at"] for row in rows if row["completed_at"]]

    async def certificates(self, user_id: UUID) -> list[Certificate]:
        rows = self.database.rows("certificates", user_id=user_id, revoked_at=None)
        return convert(sorted(rows, key=lambda row: (row["issued_at"], row["number"]), reverse=True), list[Certificate])

    def _mine(self, user_id: UUID) -> list[Row]:
        rows = self.database.rows("user_courses", user_id=user_id, cancelled_at=None)
        return sorted(rows, key=lambda row: row["id"])
