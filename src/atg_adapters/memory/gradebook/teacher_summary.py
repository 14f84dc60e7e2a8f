"""The teacher summary in memory."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.gradebook.ports import TeachingTotals, UngradedHomework
from atg_core.homework.model import SubmissionStatus
from atg_core.schedule.model import LessonStatus


class MemoryTeacherSummaryQueries:
    """`TeacherSummaryQueries` over the tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def totals(self, teacher_id: UUID, now: datetime) -> TeachingTotals:
        held = [
            row for row in self.database.rows("scheduled_lessons", teacher_id=teacher_id) if self._was_held(row, now)
        ]
        groups = {row["id"] for row in self.database.rows("study_groups", teacher_id=teacher_id)}
        links = [row for row in self.database.rows("group_students") if row["group_id"] in groups]
        return TeachingTotals(
            lessons_held=len(held),
            seconds=sum(int((row["end_time"] - row["start_time"]).total_seconds()) for row in held),
            recorded=sum(any(self.database.rows("lesson_recordings", lesson_id=row["id"])) for row in held),
            groups=len(groups),
            students=len({row["student_id"] for row in links}),
        )

    def _was_held(self, lesson: Row, now: datetime) -> bool:
        if lesson["status"] == LessonStatus.ENDED:
            return True
        is_marked = any(self.database.rows("attendance", lesson_id=lesson["id"]))
        return lesson["status"] != LessonStatus.CANCELLED and lesson["end_time"] <= now and is_marked

    async def ungraded(self, teacher_id: UUID) -> list[UngradedHomework]:
        submitted: defaultdict[int, list[datetime]] = defaultdict(list)
        for row in self.database.rows("homework_submissions", status=SubmissionStatus.SUBMITTED):
            submitted[row["homework_id"]].append(row["submitted_at"])
        ungraded = []
        for homework_id, times in submitted.items():
            homework = self.database.tables["homework"][homework_id]
            group = self.database.tables["study_groups"][homework["group_id"]]
            if group["teacher_id"] == teacher_id:
                ungraded.append(
                    UngradedHomework(
                        homework_id=homework_id,
                        title=homework["title"],
                        group_id=group["id"],
                        group_name=group["name"],
                        submissions=len(times),
                        since=min(times),
                    )
                )
        return sorted(ungraded, key=lambda each: (each.since, each.homework_id))
