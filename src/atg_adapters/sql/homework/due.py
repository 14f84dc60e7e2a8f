"""Homework that is due, on SQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.homework import homework, homework_submissions
from atg_adapters.sql.tables.schedule import group_students, study_groups
from atg_adapters.sql.types import UtcDateTime
from atg_core.homework.due import DueHomework
from atg_core.homework.model import SubmissionStatus

_user: sa.BindParameter[UUID] = sa.bindparam("user", type_=sa.Uuid)
_start, _end = (sa.bindparam(name, type_=UtcDateTime) for name in ("starts", "ends"))
_homework, _submissions, _groups = homework.c, homework_submissions.c, study_groups.c
_is_handed_in = sa.and_(_submissions.homework_id == _homework.id, _submissions.status != SubmissionStatus.DRAFT)
_DUE: sa.Select[Any] = (
    sa.select(
        _homework.id,
        _homework.title,
        _homework.group_id,
        _groups.name.label("group_name"),
        _homework.due_at,
        sa.select(sa.func.count(sa.distinct(_submissions.student_id)))
        .where(_is_handed_in)
        .correlate(homework)
        .scalar_subquery()
        .label("handed_in"),
        sa.select(sa.func.count())
        .select_from(group_students)
        .where(group_students.c.group_id == _groups.id)
        .correlate(study_groups)
        .scalar_subquery()
        .label("students"),
    )
    .select_from(homework.join(study_groups))
    .where(_homework.published_at.is_not(None))
    .order_by(_homework.due_at.is_(None), _homework.due_at, _homework.id)
    .limit(sa.bindparam("most"))
)
_OF_STUDENT = _DUE.where(
    sa.exists().where(group_students.c.group_id == _groups.id, group_students.c.student_id == _user),
    sa.or_(_homework.due_at.is_(None), _homework.due_at > _start, _homework.allow_late),
    ~sa.exists().where(_is_handed_in, _submissions.student_id == _user),
)
_OF_TEACHER = _DUE.where(_groups.teacher_id == _user, _homework.due_at > _start, _homework.due_at <= _end)


class SqlDueHomeworkQueries:
    """`DueHomeworkQueries` on any connection."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def of_student(self, student_id: UUID, now: datetime, *, limit: int) -> list[DueHomework]:
        return await self._found(_OF_STUDENT, user=student_id, starts=now, most=limit)

    async def of_teacher(self, teacher_id: UUID, start: datetime, end: datetime, *, limit: int) -> list[DueHomework]:
        return await self._found(_OF_TEACHER, user=teacher_id, starts=start, ends=end, most=limit)

    async def _found(self, select: sa.Select[Any], **values: Any) -> list[DueHomework]:
        return [convert(row, DueHomework, from_attributes=True) for row in await self.database.rows(select, values)]
