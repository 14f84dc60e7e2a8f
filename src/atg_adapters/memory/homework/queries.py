"""Homework and submissions for display, in memory."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.homework.authoring import homework_of, questions_of, with_teacher
from atg_adapters.memory.homework.submissions import files_of, submissions_of, visible_submission
from atg_adapters.memory.people import display_name, is_member
from atg_core.homework.grading import total
from atg_core.homework.model import Answer, AnswerFile, Question, Submission, SubmissionStatus, Viewer
from atg_core.homework.ports import (
    GradeChangeView,
    HomeworkNotFound,
    HomeworkTally,
    HomeworkView,
    MissingStudent,
    QueuedSubmission,
    SubmissionFilter,
    SubmissionView,
)
from atg_core.late_work import LATE_COLUMNS
from atg_core.text import fold, holds


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
        return convert(self._with_people(row), SubmissionView)

    def _with_people(self, row: Row) -> Row:
        homework = homework_of(self.database, row["homework_id"])
        return {
            **row,
            "is_late": row["submitted_at"] is not None and homework.is_overdue(row["submitted_at"]),
            "student_name": display_name(self.database, row["student_id"]),
            "teacher_id": homework.teacher_id,
            "due_at": homework.due_at,
            **{name: getattr(homework, name) for name in LATE_COLUMNS},
        }

    async def answers(self, submission_id: int) -> list[Answer]:
        questions = self.database.tables["homework_questions"]
        rows = self.database.rows("homework_answers", submission_id=submission_id)
        ordered = sorted(rows, key=lambda row: questions[row["question_id"]]["position"])
        return convert(ordered, list[Answer])

    async def files(self, submission_id: int) -> list[AnswerFile]:
        return files_of(self.database, submission_id)

    async def queue(
        self, viewer: Viewer, wanted: SubmissionFilter, *, limit: int, offset: int
    ) -> tuple[list[QueuedSubmission], int]:
        found = self._queue(viewer, wanted)
        return found[offset : offset + limit], len(found)

    async def next_in_queue(self, viewer: Viewer, wanted: SubmissionFilter, after: Submission) -> int | None:
        others = [each for each in self._queue(viewer, wanted) if each.submitted_at and each.id != after.id]
        place = (after.submitted_at or after.created_at, after.id)
        behind = [each.id for each in others if (each.submitted_at, each.id) > place]
        return next(iter([*behind, *(each.id for each in others)]), None)

    def _queue(self, viewer: Viewer, wanted: SubmissionFilter) -> list[QueuedSubmission]:
        rows = self.database.tables["homework_submissions"].values()
        taught = [each for each in map(self._queued, rows) if each.is_taught_by(viewer)]
        found = [each for each in taught if self._is_wanted(each, wanted)]
        return sorted(
            found, key=lambda each: (each.submitted_at is None, each.submitted_at or each.created_at, each.id)
        )

    def _queued(self, row: Row) -> QueuedSubmission:
        homework = homework_of(self.database, row["homework_id"])
        group = self.database.tables["study_groups"][homework.group_id]
        more = {"homework_title": homework.title, "group_id": homework.group_id, "group_name": group["name"]}
        return convert({**self._with_people(row), **more}, QueuedSubmission)

    def _is_wanted(self, each: QueuedSubmission, wanted: SubmissionFilter) -> bool:
        user = self.database.tables["users"][each.student_id]
        return (
            wanted.status in {None, each.status}
            and wanted.group_id in {None, each.group_id}
            and wanted.homework_id in {None, each.homework_id}
            and wanted.student_id in {None, each.student_id}
            and wanted.late in {None, each.is_late}
            and holds(wanted.q, user["full_name"], user["username"])
        )

    async def missing(self, homework_id: int, *, limit: int, offset: int) -> tuple[list[MissingStudent], int]:
        homework = homework_of(self.database, homework_id)
        users, found = self.database.tables["users"], []
        for member in self.database.rows("group_students", group_id=homework.group_id):
            statuses = [row["status"] for row in submissions_of(self.database, homework_id, member["student_id"])]
            if all(status == SubmissionStatus.DRAFT for status in statuses):
                found.append((users[member["student_id"]], bool(statuses)))
        found.sort(key=lambda each: (fold(each[0].get("full_name") or each[0]["username"]), each[0]["id"]))
        missing = [
            MissingStudent(student_id=user["id"], student_name=display_name(self.database, user["id"]), has_draft=begun)
            for user, begun in found
        ]
        return missing[offset : offset + limit], len(missing)

    async def tallies(self, homework_ids: Sequence[int]) -> list[HomeworkTally]:
        return [self._tally(homework_id) for homework_id in homework_ids]

    def _tally(self, homework_id: int) -> HomeworkTally:
        homework = homework_of(self.database, homework_id)
        rows = list(self.database.rows("homework_submissions", homework_id=homework_id))
        return HomeworkTally(
            homework_id=homework_id,
            group_name=self.database.tables["study_groups"][homework.group_id]["name"],
            students=sum(1 for _ in self.database.rows("group_students", group_id=homework.group_id)),
            begun=len({row["student_id"] for row in rows}),
            handed_in=len({row["student_id"] for row in rows if row["status"] != SubmissionStatus.DRAFT}),
            to_grade=sum(row["status"] == SubmissionStatus.SUBMITTED for row in rows),
        )

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
