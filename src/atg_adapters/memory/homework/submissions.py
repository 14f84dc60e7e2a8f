"""Submissions, answers and grades, in memory."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.homework.authoring import homework_of, questions_of
from atg_adapters.memory.people import is_member
from atg_core.homework.model import Answer, AnswerFile, GradeChange, Homework, Question, Submission, Viewer
from atg_core.homework.ports import AnswerFileNotFound, SubmissionNotFound

_SUBMISSIONS, _ANSWERS, _FILES = "homework_submissions", "homework_answers", "homework_files"


def visible_submission(database: MemoryDatabase, submission_id: int, viewer: Viewer) -> Row:
    """The viewer's own, or one of a group that they teach. Raises SubmissionNotFound."""
    row = database.tables[_SUBMISSIONS].get(submission_id)
    if row is None:
        raise SubmissionNotFound
    if row["student_id"] != viewer.id and not homework_of(database, row["homework_id"]).is_taught_by(viewer):
        raise SubmissionNotFound
    return row


def submissions_of(database: MemoryDatabase, homework_id: int, student_id: UUID) -> list[Row]:
    """By attempt."""
    rows = database.rows(_SUBMISSIONS, homework_id=homework_id, student_id=student_id)
    return sorted(rows, key=lambda row: row["attempt"])


def files_of(database: MemoryDatabase, submission_id: int) -> list[AnswerFile]:
    """In the order in which they came."""
    rows = database.rows(_FILES, submission_id=submission_id)
    return convert(sorted(rows, key=lambda row: (row["created_at"], row["id"])), list[AnswerFile])


class MemorySubmissions:
    """`SubmissionStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def lock_student(self, homework_id: int, student_id: UUID) -> bool:
        row = self.database.tables["homework"].get(homework_id)
        return row is not None and is_member(self.database, row["group_id"], student_id)

    async def homework(self, homework_id: int) -> Homework:
        return homework_of(self.database, homework_id)

    async def questions(self, homework_id: int) -> list[Question]:
        return questions_of(self.database, homework_id)

    async def submissions_of(self, homework_id: int, student_id: UUID) -> list[Submission]:
        return convert(submissions_of(self.database, homework_id, student_id), list[Submission])

    async def add(self, submission: Submission) -> int:
        return int(self.database.insert(_SUBMISSIONS, _fields(submission)))

    async def submission(self, submission_id: int, viewer: Viewer) -> Submission:
        return convert(visible_submission(self.database, submission_id, viewer), Submission)

    async def answers(self, submission_id: int) -> dict[int, Answer]:
        rows = self.database.rows(_ANSWERS, submission_id=submission_id)
        return {row["question_id"]: convert(row, Answer) for row in rows}

    async def put_answers(self, submission_id: int, answers: Sequence[Answer]) -> None:
        for answer in answers:
            fields = {**_fields(answer), "submission_id": submission_id}
            known = self.database.rows(_ANSWERS, submission_id=submission_id, question_id=answer.question_id)
            if row := next(known, None):
                self.database.update(_ANSWERS, row["id"], **fields)
            else:
                self.database.insert(_ANSWERS, fields)

    async def put_grades(self, submission_id: int, answers: Sequence[Answer], changes: Sequence[GradeChange]) -> None:
        await self.put_answers(submission_id, answers)
        ids = {question_id: answer.id for question_id, answer in (await self.answers(submission_id)).items()}
        for change in changes:
            fields = {name: value for name, value in asdict(change).items() if name != "question_id"}
            self.database.insert("answer_grade_changes", {**fields, "answer_id": ids[change.question_id]})

    async def save(self, submission: Submission) -> None:
        self.database.update(_SUBMISSIONS, submission.id, **_fields(submission))

    async def files(self, submission_id: int, question_id: int) -> list[AnswerFile]:
        return [file for file in files_of(self.database, submission_id) if file.question_id == question_id]

    async def add_file(self, file: AnswerFile) -> None:
        self.database.insert(_FILES, asdict(file))

    async def delete_file(self, submission_id: int, file_id: UUID) -> AnswerFile:
        row = self.database.tables[_FILES].get(file_id)
        if row is None or row["submission_id"] != submission_id:
            raise AnswerFileNotFound
        self.database.delete(_FILES, id=file_id)
        return convert(row, AnswerFile)


def _fields(entity: Any) -> Row:
    return {name: value for name, value in asdict(entity).items() if name != "id"}
