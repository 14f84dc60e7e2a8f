"""Who is told of homework, on SQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.homework_reading import name_of
from atg_adapters.sql.tables.homework import homework, homework_submissions
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.tables.schedule import group_students, study_groups
from atg_adapters.sql.types import UtcDateTime
from atg_core.homework.model import SubmissionStatus
from atg_core.homework.ports import About, Notice

_id: sa.BindParameter[Any] = sa.bindparam("key")
_student, _teacher = users.alias("student"), users.alias("teacher")
_now = sa.bindparam("now", type_=UtcDateTime)
_homework, _handed_in = homework.c, homework_submissions.c

_ANNOUNCE = (
    sa.update(homework)
    .where(_homework.id == _id, _homework.published_at.is_not(None), _homework.announced_at.is_(None))
    .values(announced_at=_now)
    .returning(_homework.group_id)
)


def _wants_mail(person: sa.FromClause) -> sa.ColumnElement[bool]:
    """Beside the person's profile."""
    return sa.and_(person.c.is_active, person.c.email.is_not(None), user_profiles.c.email_notifications)


_STUDENTS = (
    sa.select(group_students.c.student_id)
    .select_from(group_students.join(users).join(user_profiles))
    .where(group_students.c.group_id == _id, _wants_mail(users))
    .order_by(group_students.c.student_id)
)


def _notice(of: sa.FromClause, recipient: sa.FromClause, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """`of`: joins the homework, its group and the student."""
    told = (
        recipient.c.email.label("to"),
        user_profiles.c.language,
        _homework.title,
        study_groups.c.name.label("group_name"),
        name_of(_teacher).label("teacher_name"),
        _homework.due_at,
        name_of(_student).label("student_name"),
    )
    path = of.join(_teacher, _teacher.c.id == study_groups.c.teacher_id)
    path = path.join(user_profiles, user_profiles.c.id == recipient.c.id)
    return sa.select(*told, *columns).select_from(path).where(_wants_mail(recipient))


_in_group = (
    homework.join(study_groups)
    .join(group_students, group_students.c.group_id == study_groups.c.id)
    .join(_student, _student.c.id == group_students.c.student_id)
)
_handed_in_by = homework_submissions.join(homework).join(study_groups)
_handed_in_by = _handed_in_by.join(_student, _student.c.id == _handed_in.student_id)
_NOTICE = {
    About.PUBLISHED: _notice(_in_group, _student).where(_homework.id == _id, _student.c.id == sa.bindparam("student")),
    About.WAITING: _notice(_handed_in_by, _teacher).where(
        _handed_in.id == _id, _handed_in.status == SubmissionStatus.SUBMITTED
    ),
    About.GRADED: _notice(_handed_in_by, _student, _handed_in.grade, _handed_in.max_grade).where(
        _handed_in.id == _id, _handed_in.status == SubmissionStatus.GRADED
    ),
}


class SqlNotices:
    """`Notices` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def announce(self, homework_id: int, now: datetime) -> list[UUID]:
        row = (await self.connection.execute(_ANNOUNCE, {"key": homework_id, "now": now})).first()
        if row is None:
            return []
        return list((await self.connection.execute(_STUDENTS, {"key": row.group_id})).scalars())

    async def find_notice(self, about: About, key: int, student_id: UUID | None) -> Notice | None:
        of = {"key": key} if student_id is None else {"key": key, "student": student_id}
        row = (await self.connection.execute(_NOTICE[about], of)).first()
        return convert(row, Notice, from_attributes=True) if row else None
