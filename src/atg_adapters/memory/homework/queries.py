"""Homework and submissions for display, in memory."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.homework.authoring import homework_of, questions_of, with_teacher
from atg_adapters.memory.homework.submissions import submissions_of, visible_submission
from atg_adapters.memory.people import display_name, is_member
from atg_core.homework.grading import total
from atg_core.homework.model import Answer, Question, SubmissionStatus, Viewer
from atg_core.homework.ports import GradeChangeView, HomeworkNotFound, HomeworkView, SubmissionView


class MemoryHomeworkQueries:
    """`HomeworkQueries` over the tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    def _is_visible(self, viewer: Viewer, row: Row) -> bool:
        if viewer.is_admin or row["teacher_id"] == viewer.id:
            return True
        return row["published_at"] is not None and is_member(self.database, row["group_id"], viewer.id)

    def _homework_view(self, row: Row) -> HomeworkView:
        points = (each["points"] for each in self.database.rows("homework_questions", homework_id=row["id"]))
        return convert({**row, "max_grade": total(points)}, HomeworkView)

    async def listed(
        self, viewer: Viewer, group_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[HomeworkView], int]:
        rows = [with_teacher(self.database, row) for row in self.database.rows("homework")]
        found = [row for row in rows if self._is_visible(viewer, row) and group_id in {None, row["group_id"]}]
        found.sort(key=lambda row: row["id"], reverse=True)
        return [self._homework_view(row) for row in found[offset : offset + limit]], len(found)

    async def homework(self, viewer: Viewer, homework_id: int) -> HomeworkView:
        row = self.database.tables["homework"].get(homework_id)
        taught = with_teacher(self.database, row) if row else None
        if taught is None or not self._is_visible(viewer, taught):
            raise HomeworkNotFound
        return self._homework_view(taught)

    async def questions(self, homework_id: int) -> list[Question]:
        return questions_of(self.database, homework_id)

    async def own_submissions(self, student_id: UUID, homework_ids: Sequence[int]) -> list[SubmissionView]:
        rows = [row for key in sorted(homework_ids) for row in submissions_of(self.database, key, student_id)]
        return [self._submission_view(row) for row in rows]

    async def submissions(
        self, homework_id: int, *, status: SubmissionStatus | None, student_id: UUID | None, limit: int, offset: int
    ) -> tuple[list[SubmissionView], int]:
        found = [
            row
            for row in self.database.rows("homework_submissions", homework_id=homework_id)
            if status in {None, row["status"]} and student_id in {None, row["student_id"]}
        ]
        found.sort(key=lambda row: row["id"])
        return [self._submission_view(row) for row in found[offset : offset + limit]], len(found)

    async def submission(self, viewer: Viewer, submission_id: int) -> SubmissionView:
        return self._submission_view(visible_submission(self.database, submission_id, viewer))

    def _submission_view(self, row: Row) -> SubmissionView:
        homework = homework_of(self.database, row["homework_id"])
        around = {
            "is_late": row["submitted_at"] is not None and homework.is_overdue(row["submitted_at"]),
            "student_name": display_name(self.database, row["student_id"]),
            "teacher_id": homework.teacher_id,
        }
        return convert({**row, **around}, SubmissionView)

    async def answers(self, submission_id: int) -> list[Answer]:
        questions = self.database.tables["homework_questions"]
        rows = self.database.rows("homework_answers", submission_id=submission_id)
        ordered = sorted(rows, key=lambda row: questions[row["question_id"]]["position"])
        return convert(ordered, list[Answer])

    async def grade_changes(self, submission_id: int, *, limit: int, offset: int) -> tuple[list[GradeChangeView], int]:
        answers = {row["id"]: row for row in self.database.rows("homework_answers", submission_id=submission_id)}
        rows = [row for row in self.database.rows("answer_grade_changes") if row["answer_id"] in answers]
        rows.sort(key=lambda row: row["id"])
        return [
            convert(
                {
                    **row,
                    "question_id": answers[row["answer_id"]]["question_id"],
                    "actor_name": display_name(self.database, row["actor_id"]),
                },
                GradeChangeView,
            )
            for row in rows[offset : offset + limit]
        ], len(rows)
