"""Submissions, answers and grades, on SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.homework.authoring import HOMEWORK, questions_of
from atg_adapters.sql.tables.homework import (
    answer_grade_changes,
    homework,
    homework_answers,
    homework_files,
    homework_submissions,
)
from atg_adapters.sql.tables.schedule import group_students, study_groups
from atg_core.homework.model import Answer, AnswerFile, GradeChange, Homework, Question, Submission, Viewer
from atg_core.homework.ports import AnswerFileNotFound, HomeworkNotFound, SubmissionNotFound

_id: sa.BindParameter[Any] = sa.bindparam("key")
_viewer: sa.BindParameter[UUID] = sa.bindparam("viewer")
_submissions, _answers = homework_submissions.c, homework_answers.c

OWN_OR_TAUGHT = sa.or_(
    sa.bindparam("is_admin", type_=sa.Boolean), _submissions.student_id == _viewer, study_groups.c.teacher_id == _viewer
)
# Serialises the openings of drafts for one student, so that no attempt is counted twice.
_LOCK_STUDENT = (
    sa.select(group_students.c.student_id)
    .join(homework, homework.c.group_id == group_students.c.group_id)
    .where(homework.c.id == _id, group_students.c.student_id == _viewer)
    .with_for_update(key_share=True, of=group_students)
)
_LOCK_HOMEWORK = HOMEWORK.with_for_update(read=True, of=homework)
_OF_STUDENT = (
    sa.select(homework_submissions)
    .where(_submissions.homework_id == _id, _submissions.student_id == _viewer)
    .order_by(_submissions.attempt)
)
_ADD = sa.insert(homework_submissions).returning(_submissions.id)
_LOCK = (
    sa.select(homework_submissions)
    .select_from(homework_submissions.join(homework).join(study_groups))
    .where(_submissions.id == _id, OWN_OR_TAUGHT)
    .with_for_update(of=homework_submissions)
)
_ANSWERS = sa.select(homework_answers).where(_answers.submission_id == _id)
_insert = insert(homework_answers)
_UPSERT = _insert.on_conflict_do_update(
    index_elements=["submission_id", "question_id"],
    set_={name: _insert.excluded[name] for name in ("text", "choice_ids", "grade", "comment")},
)
_ADD_MISSING = _insert.on_conflict_do_nothing(index_elements=["submission_id", "question_id"])
_ADD_CHANGES = sa.insert(answer_grade_changes)
_GRADE = sa.update(homework_answers).where(_answers.submission_id == _id, _answers.question_id == sa.bindparam("to"))
_files = homework_files.c
FILES = sa.select(homework_files).where(_files.submission_id == _id).order_by(_files.created_at, _files.id)
_FILES_OF_ANSWER = FILES.where(_files.question_id == sa.bindparam("of_question"))
_DELETE_FILE = (
    sa.delete(homework_files)
    .where(_files.submission_id == _id, _files.id == sa.bindparam("file"))
    .returning(homework_files)
)
_SAVE = sa.update(homework_submissions).where(_submissions.id == _id)


class SqlSubmissions:
    """`SubmissionStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def lock_student(self, homework_id: int, student_id: UUID) -> bool:
        return await self._first(_LOCK_STUDENT, key=homework_id, viewer=student_id) is not None

    async def homework(self, homework_id: int) -> Homework:
        row = await self._first(_LOCK_HOMEWORK, key=homework_id)
        if row is None:
            raise HomeworkNotFound
        return convert(row, Homework, from_attributes=True)

    async def questions(self, homework_id: int) -> list[Question]:
        return await questions_of(self.connection, homework_id)

    async def submissions_of(self, homework_id: int, student_id: UUID) -> list[Submission]:
        rows = await self.connection.execute(_OF_STUDENT, {"key": homework_id, "viewer": student_id})
        return [convert(row, Submission, from_attributes=True) for row in rows]

    async def add(self, submission: Submission) -> int:
        return int((await self._first(_ADD, **_fields(submission))).id)

    async def submission(self, submission_id: int, viewer: Viewer) -> Submission:
        row = await self._first(_LOCK, key=submission_id, viewer=viewer.id, is_admin=viewer.is_admin)
        if row is None:
            raise SubmissionNotFound
        return convert(row, Submission, from_attributes=True)

    async def answers(self, submission_id: int) -> dict[int, Answer]:
        rows = await self.connection.execute(_ANSWERS, {"key": submission_id})
        return {row.question_id: convert(row, Answer, from_attributes=True) for row in rows}

    async def put_answers(self, submission_id: int, answers: Sequence[Answer]) -> None:
        if answers:
            await self.connection.execute(_UPSERT, [_row(submission_id, answer) for answer in answers])

    async def put_grades(self, submission_id: int, answers: Sequence[Answer], changes: Sequence[GradeChange]) -> None:
        missing = [{**_row(submission_id, each), "grade": None} for each in answers if not each.id]
        if missing:
            await self.connection.execute(_ADD_MISSING, missing)
        if changes:
            await self.connection.execute(_ADD_CHANGES, await self._change_rows(submission_id, changes))
        if answers:
            grades = [
                {"key": submission_id, "to": each.question_id, "grade": each.grade, "comment": each.comment}
                for each in answers
            ]
            await self.connection.execute(_GRADE, grades)

    async def _change_rows(self, submission_id: int, changes: Sequence[GradeChange]) -> list[dict[str, Any]]:
        ids = {question_id: answer.id for question_id, answer in (await self.answers(submission_id)).items()}
        rows = [{**asdict(change), "answer_id": ids[change.question_id]} for change in changes]
        return [{name: row[name] for name in row if name != "question_id"} for row in rows]

    async def save(self, submission: Submission) -> None:
        await self.connection.execute(_SAVE.values(_fields(submission)), {"key": submission.id})

    async def files(self, submission_id: int, question_id: int) -> list[AnswerFile]:
        rows = await self.connection.execute(_FILES_OF_ANSWER, {"key": submission_id, "of_question": question_id})
        return [convert(row, AnswerFile, from_attributes=True) for row in rows]

    async def add_file(self, file: AnswerFile) -> None:
        await self.connection.execute(sa.insert(homework_files), asdict(file))

    async def delete_file(self, submission_id: int, file_id: UUID) -> AnswerFile:
        row = await self._first(_DELETE_FILE, key=submission_id, file=file_id)
        if row is None:
            raise AnswerFileNotFound
        return convert(row, AnswerFile, from_attributes=True)


def _fields(submission: Submission) -> dict[str, Any]:
    return {name: value for name, value in asdict(submission).items() if name != "id"}


def _row(submission_id: int, answer: Answer) -> dict[str, Any]:
    row = {**asdict(answer), "submission_id": submission_id, "choice_ids": list(answer.choice_ids)}
    return {name: row[name] for name in row if name != "id"}
