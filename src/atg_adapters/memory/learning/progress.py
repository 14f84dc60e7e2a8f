"""Topic progress, in memory."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID, uuid4

from msgspec import convert

from atg_adapters.memory.database import Row
from atg_adapters.memory.learning.completion import MemoryCompletion
from atg_core.learning.model import Scope, TopicProgress
from atg_core.learning.ports import TopicNotFound
from atg_core.learning.topic_standing import TopicStanding
from atg_core.learning.totals import Totals


class MemoryProgress(MemoryCompletion):
    """`ProgressStore` within a transaction."""

    async def lock_topic(self, user_id: UUID, topic_id: int) -> TopicStanding:
        program = self._program_of_topic(topic_id)
        station, course = program["station_id"], program["course_id"]
        await self.lock_learners(Scope(user_id=user_id))
        stats = self.tables["user_stats"].get(user_id, {})
        key = {"user_id": user_id, "topic_id": topic_id}
        progress = await self.enrollment_progress(Scope(user_id=user_id, station_id=station, course_id=course))
        return TopicStanding(
            station_id=station,
            course_id=course,
            topics=[each.topics for each in progress],
            progress=convert(next(self.database.rows("user_topic_progress", **key), key), TopicProgress),
            enrollments=[each.enrollment for each in progress],
            totals=convert(stats, Totals),
            streak=stats.get("streak"),
            heard_at=stats.get("last_progress_at"),
            may_be_locked=[each.enrollment.course_id for each in progress if not each.enrollment.started_at],
        )

    def _program_of_topic(self, topic_id: int) -> Row:
        topic = self.tables["topics"].get(topic_id)
        if topic:
            lesson = self.tables["lessons"][topic["lesson_id"]]
            program = self.tables["course_programs"][lesson["course_program_id"]]
            if topic["is_active"] and lesson["is_active"] and program["is_active"]:
                return program
        raise TopicNotFound

    async def record(self, before: TopicStanding, after: TopicStanding, now: datetime) -> None:
        progress = {**asdict(after.progress), "last_activity": now, "updated_at": now}
        key = {"user_id": after.progress.user_id, "topic_id": after.progress.topic_id}
        former = next(self.database.rows("user_topic_progress", **key), None)
        if former:
            self.database.update("user_topic_progress", former["id"], **progress)
        else:
            self.database.insert("user_topic_progress", {"id": uuid4(), "created_at": now, **progress})
        await self.save(after.enrollments)
        user_id = after.progress.user_id
        stats = {**self.tables["user_stats"].get(user_id, {"id": user_id}), "last_progress_at": after.heard_at}
        if (after.totals, after.streak) != (before.totals, before.streak):
            stats |= {**asdict(after.totals), "streak": after.streak, "last_updated": now}
        self.tables["user_stats"][user_id] = stats
