"""Homework and submissions for display, on SQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.folding import escaped, search
from atg_adapters.sql.homework.authoring import questions_of
from atg_adapters.sql.homework.submissions import FILES, OWN_OR_TAUGHT
from atg_adapters.sql.tables.homework import (
    answer_grade_changes,
    homework,
    homework_answers,
    homework_questions,
    homework_submissions,
)
from atg_adapters.sql.tables.identity import display_name, users
from atg_adapters.sql.tables.schedule import group_students, study_groups
from atg_adapters.sql.types import UtcDateTime
from atg_core.homework.grading import ZERO
from atg_core.homework.model import Answer, AnswerFile, Question, Submission, SubmissionStatus, Viewer
from atg_core.homework.ports import (
    GradeChangeView,
    HomeworkNotFound,
    HomeworkTally,
    HomeworkView,
    MissingStudent,
    QueuedSubmission,
    SubmissionFilter,
    SubmissionNotFound,
    SubmissionView,
)
from atg_core.late_work import LATE_COLUMNS

_id: sa.BindParameter[Any] = sa.bindparam("key")
_viewer: sa.BindParameter[UUID] = sa.bindparam("viewer")
_homework, _questions, _submissions = homework.c, homework_questions.c, homework_submissions.c

_points = sa.select(sa.func.coalesce(sa.func.sum(_questions.points), sa.literal(ZERO, _questions.points.type))).where(
    _questions.homework_id == _homework.id
)
_HOMEWORK_VIEW = sa.select(homework, study_groups.c.teacher_id, _points.scalar_subquery().label("max_grade")).join(
    study_groups
)
_is_member = sa.exists().where(group_students.c.group_id == _homework.group_id, group_students.c.student_id == _viewer)
_VISIBLE = sa.or_(
    sa.bindparam("is_admin", type_=sa.Boolean),
    study_groups.c.teacher_id == _viewer,
    sa.and_(_homework.published_at.is_not(None), _is_member),
)


_SUBMISSION_VIEW = (
    sa.select(
        homework_submissions,
        sa.func.coalesce(_submissions.submitted_at > _homework.due_at, sa.false()).label("is_late"),
        display_name(users).label("student_name"),
        study_groups.c.teacher_id,
        _homework.due_at,
        *(_homework[name] for name in LATE_COLUMNS),
    )
    .select_from(homework_submissions.join(homework).join(study_groups))
    .join(users, users.c.id == _submissions.student_id)
)
_is_late = sa.func.coalesce(_submissions.submitted_at > _homework.due_at, sa.false())
_IS_TAUGHT = sa.or_(sa.bindparam("is_admin", type_=sa.Boolean), study_groups.c.teacher_id == _viewer)
_QUEUE = (
    _SUBMISSION_VIEW.add_columns(
        _homework.title.label("homework_title"), _homework.group_id, study_groups.c.name.label("group_name")
    )
    .where(_IS_TAUGHT)
    .order_by(_submissions.submitted_at.is_(None), _submissions.submitted_at, _submissions.id)
)
_IN_QUEUE = (
    sa.select(_submissions.id)
    .select_from(homework_submissions.join(homework).join(study_groups))
    .join(users, users.c.id == _submissions.student_id)
    .where(_IS_TAUGHT, _submissions.submitted_at.is_not(None))
)
_has_handed_in = sa.exists().where(
    _submissions.homework_id == _id,
    _submissions.student_id == group_students.c.student_id,
    _submissions.status != SubmissionStatus.DRAFT,
)
_has_draft = sa.exists().where(
    _submissions.homework_id == _id,
    _submissions.student_id == group_students.c.student_id,
    _submissions.status == SubmissionStatus.DRAFT,
)
_MISSING = (
    sa.select(users.c.id.label("student_id"), display_name(users).label("student_name"), _has_draft.label("has_draft"))
    .select_from(group_students.join(homework, _homework.group_id == group_students.c.group_id).join(users))
    .where(_homework.id == _id, ~_has_handed_in)
    .order_by(sa.func.coalesce(sa.func.nullif(users.c.full_name_folded, ""), users.c.username_folded), users.c.id)
)
_students = sa.select(sa.func.count()).where(group_students.c.group_id == _homework.group_id).scalar_subquery()
_of_homework = sa.select(sa.func.count()).where(_submissions.homework_id == _homework.id)
_begun = sa.select(sa.func.count(sa.distinct(_submissions.student_id))).where(_submissions.homework_id == _homework.id)
_handed_in = _begun.where(_submissions.status != SubmissionStatus.DRAFT)
_TALLIES = (
    sa.select(
        _homework.id.label("homework_id"),
        study_groups.c.name.label("group_name"),
        _students.label("students"),
        _begun.scalar_subquery().label("begun"),
        _handed_in.scalar_subquery().label("handed_in"),
        _of_homework.where(_submissions.status == SubmissionStatus.SUBMITTED).scalar_subquery().label("to_grade"),
    )
    .join(study_groups)
    .where(_homework.id.in_(sa.bindparam("homework_ids", expanding=True)))
)
_OWN = _SUBMISSION_VIEW.where(
    _submissions.student_id == _id, _submissions.homework_id.in_(sa.bindparam("homework_ids", expanding=True))
).order_by(_submissions.homework_id, _submissions.attempt)
_SUBMISSION = _SUBMISSION_VIEW.where(_submissions.id == _id, OWN_OR_TAUGHT)
_ANSWERS = (
    sa.select(homework_answers)
    .join(homework_questions)
    .where(homework_answers.c.submission_id == _id)
    .order_by(_questions.position)
)
_CHANGES = (
    sa.select(answer_grade_changes, homework_answers.c.question_id, display_name(users).label("actor_name"))
    .select_from(answer_grade_changes.join(homework_answers))
    .join(users, users.c.id == answer_grade_changes.c.actor_id)
    .where(homework_answers.c.submission_id == _id)
    .order_by(answer_grade_changes.c.id)
)


class SqlHomeworkQueries:
    """`HomeworkQueries` on any connection."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def _page(
        self, select: sa.Select[Any], limit: int, offset: int, **values: Any
    ) -> tuple[Sequence[sa.Row[Any]], int]:
        async with self.database.reader() as connection:
            counting = sa.select(sa.func.count()).select_from(select.order_by(None).subquery())
            total: int = (await connection.execute(counting, values)).scalar_one()
            return (await connection.execute(select.limit(limit).offset(offset), values)).all(), total

    async def listed(
        self, viewer: Viewer, group_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[HomeworkView], int]:
        select = _HOMEWORK_VIEW.where(_VISIBLE).order_by(_homework.id.desc())
        if group_id is not None:
            select = select.where(_homework.group_id == group_id)
        rows, total = await self._page(select, limit, offset, viewer=viewer.id, is_admin=viewer.is_admin)
        return [convert(row, HomeworkView, from_attributes=True) for row in rows], total

    async def homework(self, viewer: Viewer, homework_id: int) -> HomeworkView:
        seen = {"key": homework_id, "viewer": viewer.id, "is_admin": viewer.is_admin}
        row = await self.database.row(_HOMEWORK_VIEW.where(_homework.id == _id, _VISIBLE), seen)
        if row is None:
            raise HomeworkNotFound
        return convert(row, HomeworkView, from_attributes=True)

    async def questions(self, homework_id: int) -> list[Question]:
        async with self.database.reader() as connection:
            return await questions_of(connection, homework_id)

    async def own_submissions(self, student_id: UUID, homework_ids: Sequence[int]) -> list[SubmissionView]:
        rows = await self.database.rows(_OWN, {"key": student_id, "homework_ids": list(homework_ids)})
        return [convert(row, SubmissionView, from_attributes=True) for row in rows]

    async def submissions(
        self, homework_id: int, *, status: SubmissionStatus | None, student_id: UUID | None, limit: int, offset: int
    ) -> tuple[list[SubmissionView], int]:
        select = _SUBMISSION_VIEW.where(_submissions.homework_id == homework_id).order_by(_submissions.id)
        if status is not None:
            select = select.where(_submissions.status == status)
        if student_id is not None:
            select = select.where(_submissions.student_id == student_id)
        rows, total = await self._page(select, limit, offset)
        return [convert(row, SubmissionView, from_attributes=True) for row in rows], total

    async def submission(self, viewer: Viewer, submission_id: int) -> SubmissionView:
        seen = {"key": submission_id, "viewer": viewer.id, "is_admin": viewer.is_admin}
        row = await self.database.row(_SUBMISSION, seen)
        if row is None:
            raise SubmissionNotFound
        return convert(row, SubmissionView, from_attributes=True)

    async def answers(self, submission_id: int) -> list[Answer]:
        rows = await self.database.rows(_ANSWERS, {"key": submission_id})
        return [convert(row, Answer, from_attributes=True) for row in rows]

    async def files(self, submission_id: int) -> list[AnswerFile]:
        rows = await self.database.rows(FILES, {"key": submission_id})
        return [convert(row, AnswerFile, from_attributes=True) for row in rows]

    async def queue(
        self, viewer: Viewer, wanted: SubmissionFilter, *, limit: int, offset: int
    ) -> tuple[list[QueuedSubmission], int]:
        seen = {"viewer": viewer.id, "is_admin": viewer.is_admin}
        rows, total = await self._page(_filtered(_QUEUE, wanted), limit, offset, **seen)
        return [convert(row, QueuedSubmission, from_attributes=True) for row in rows], total

    async def next_in_queue(self, viewer: Viewer, wanted: SubmissionFilter, after: Submission) -> int | None:
        place = sa.tuple_(_submissions.submitted_at, _submissions.id)
        here = sa.tuple_(sa.literal(after.submitted_at or after.created_at, UtcDateTime), sa.literal(after.id))
        others = _filtered(_IN_QUEUE, wanted).where(_submissions.id != after.id)
        select = others.order_by(place <= here, _submissions.submitted_at, _submissions.id).limit(1)
        row = await self.database.row(select, {"viewer": viewer.id, "is_admin": viewer.is_admin})
        return row.id if row else None

    async def missing(self, homework_id: int, *, limit: int, offset: int) -> tuple[list[MissingStudent], int]:
        rows, total = await self._page(_MISSING, limit, offset, key=homework_id)
        return [convert(row, MissingStudent, from_attributes=True) for row in rows], total

    async def tallies(self, homework_ids: Sequence[int]) -> list[HomeworkTally]:
        rows = await self.database.rows(_TALLIES, {"homework_ids": list(homework_ids)})
        return [convert(row, HomeworkTally, from_attributes=True) for row in rows]

    async def grade_changes(self, submission_id: int, *, limit: int, offset: int) -> tuple[list[GradeChangeView], int]:
        rows, total = await self._page(_CHANGES, limit, offset, key=submission_id)
        return [convert(row, GradeChangeView, from_attributes=True) for row in rows], total


def _filtered(select: sa.Select[Any], wanted: SubmissionFilter) -> sa.Select[Any]:
    columns = {
        "status": _submissions.status,
        "group_id": _homework.group_id,
        "homework_id": _submissions.homework_id,
        "student_id": _submissions.student_id,
        "late": _is_late,
    }
    for name, column in columns.items():
        if (value := getattr(wanted, name)) is not None:
            select = select.where(column == value)
    return select.where(search(users.c.full_name, users.c.username, words=escaped(wanted.q))) if wanted.q else select
