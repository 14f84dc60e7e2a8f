"""Reading homework in memory."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.homework import homework_of, questions_of, with_teacher
from atg_adapters.memory.submissions import is_member, seen_submission, submissions_of
from atg_core.homework.grading import total
from atg_core.homework.model import Answer, Question, SubmissionStatus, Viewer
from atg_core.homework.ports import HomeworkNotFound, ShownChange, ShownHomework, ShownSubmission


def name_of(database: MemoryDatabase, user_id: UUID) -> str:
    user = database.tables["users"][user_id]
    return str(user.get("full_name") or user["username"])


class MemoryHomeworks:
    """`Homeworks`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    def _is_seen(self, viewer: Viewer, row: Row) -> bool:
        if viewer.is_admin or row["teacher_id"] == viewer.id:
            return True
        return row["published_at"] is not None and is_member(self.database, row["group_id"], viewer.id)

    def _shown(self, row: Row) -> ShownHomework:
        points = (each["points"] for each in self.database.rows("homework_questions", homework_id=row["id"]))
        return convert({**row, "max_grade": total(points)}, ShownHomework)

    async def listed(
        self, viewer: Viewer, group_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[ShownHomework], int]:
        rows = [with_teacher(self.database, row) for row in self.database.rows("homework")]
        found = [row for row in rows if self._is_seen(viewer, row) and group_id in {None, row["group_id"]}]
        found.sort(key=lambda row: row["id"], reverse=True)
        return [self._shown(row) for row in found[offset : offset + limit]], len(found)

    async def homework(self, viewer: Viewer, homework_id: int) -> ShownHomework:
        row = self.database.tables["homework"].get(homework_id)
        taught = with_teacher(self.database, row) if row else None
        if taught is None or not self._is_seen(viewer, taught):
            raise HomeworkNotFound
        return self._shown(taught)

    async def questions(self, homework_id: int) -> list[Question]:
        return questions_of(self.database, homework_id)

    async def own_submissions(self, student_id: UUID, homework_ids: Sequence[int]) -> list[ShownSubmission]:
        rows = [row for key in sorted(homework_ids) for row in submissions_of(self.database, key, student_id)]
        return [self._shown_submission(row) for row in rows]

    async def submissions(
        self, homework_id: int, *, status: SubmissionStatus | None, student_id: UUID | None, limit: int, offset: int
    ) -> tuple[list[ShownSubmission], int]:
        found = [
            row
            for row in self.database.rows("homework_submissions", homework_id=homework_id)
            if status in {None, row["status"]} and student_id in {None, row["student_id"]}
        ]
        found.sort(key=lambda row: row["id"])
        return [self._shown_submission(row) for row in found[offset : offset + limit]], len(found)

    async def submission(self, viewer: Viewer, submission_id: int) -> ShownSubmission:
        return self._shown_submission(seen_submission(self.database, submission_id, viewer))

    def _shown_submission(self, row: Row) -> ShownSubmission:
        homework = homework_of(self.database, row["homework_id"])
        around = {
            "is_late": row["submitted_at"] is not None and homework.is_overdue(row["submitted_at"]),
            "student_name": name_of(self.database, row["student_id"]),
            "teacher_id": homework.teacher_id,
        }
        return convert({**row, **around}, ShownSubmission)

    async def answers(self, submission_id: int) -> list[Answer]:
        questions = self.database.tables["homework_questions"]
        rows = self.database.rows("homework_answers", submission_id=submission_id)
        ordered = sorted(rows, key=lambda row: questions[row["question_id"]]["position"])
        return convert(ordered, list[Answer])

    async def grade_changes(self, submission_id: int, *, limit: int, offset: int) -> tuple[list[ShownChange], int]:
        answers = {row["id"]: row for row in self.database.rows("homework_answers", submission_id=submission_id)}
        rows = [row for row in self.database.rows("answer_grade_changes") if row["answer_id"] in answers]
        rows.sort(key=lambda row: row["id"])
        return [
            convert(
                {
                    **row,
                    "question_id": answers[row["answer_id"]]["question_id"],
                    "actor_name": name_of(self.database, row["actor_id"]),
                },
                ShownChange,
            )
            for row in rows[offset : offset + limit]
        ], len(rows)
