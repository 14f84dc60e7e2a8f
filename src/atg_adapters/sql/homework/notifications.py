"""Recipients and content of mails about homework, on SQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.homework import homework, homework_submissions
from atg_adapters.sql.tables.identity import display_name, user_profiles, users
from atg_adapters.sql.tables.schedule import group_students, study_groups
from atg_adapters.sql.types import UtcDateTime
from atg_core.homework.model import SubmissionStatus
from atg_core.homework.ports import Notification, NotificationKind

_id: sa.BindParameter[Any] = sa.bindparam("key")
_student, _teacher = users.alias("student"), users.alias("teacher")
_now = sa.bindparam("now", type_=UtcDateTime)
_homework, _submissions = homework.c, homework_submissions.c

_CLAIM = (
    sa.update(homework)
    .where(_homework.id == _id, _homework.published_at.is_not(None), _homework.announced_at.is_(None))
    .values(announced_at=_now)
    .returning(_homework.group_id)
)


def _wants_mail(person: sa.FromClause) -> sa.ColumnElement[bool]:
    """Expects a join with the profile of the person."""
    return sa.and_(person.c.is_active, person.c.email.is_not(None), user_profiles.c.email_notifications)


_STUDENTS = (
    sa.select(group_students.c.student_id)
    .select_from(group_students.join(users).join(user_profiles))
    .where(group_students.c.group_id == _id, _wants_mail(users))
    .order_by(group_students.c.student_id)
)


def _notification(of: sa.FromClause, recipient: sa.FromClause, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """`of`: a join of the homework, its group and the student."""
    fields = (
        recipient.c.email.label("to"),
        user_profiles.c.language,
        _homework.title,
        study_groups.c.name.label("group_name"),
        display_name(_teacher).label("teacher_name"),
        _homework.due_at,
        display_name(_student).label("student_name"),
    )
    path = of.join(_teacher, _teacher.c.id == study_groups.c.teacher_id)
    path = path.join(user_profiles, user_profiles.c.id == recipient.c.id)
    return sa.select(*fields, *columns).select_from(path).where(_wants_mail(recipient))


_in_group = (
    homework.join(study_groups)
    .join(group_students, group_students.c.group_id == study_groups.c.id)
    .join(_student, _student.c.id == group_students.c.student_id)
)
_of_submission = homework_submissions.join(homework).join(study_groups)
_of_submission = _of_submission.join(_student, _student.c.id == _submissions.student_id)
_NOTIFICATION = {
    NotificationKind.PUBLISHED: _notification(_in_group, _student).where(
        _homework.id == _id, _student.c.id == sa.bindparam("student")
    ),
    NotificationKind.WAITING: _notification(_of_submission, _teacher).where(
        _submissions.id == _id, _submissions.status == SubmissionStatus.SUBMITTED
    ),
    NotificationKind.GRADED: _notification(_of_submission, _student, _submissions.grade, _submissions.max_grade).where(
        _submissions.id == _id, _submissions.status == SubmissionStatus.GRADED
    ),
}


class SqlNotifications:
    """`NotificationStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def claim_recipients(self, homework_id: int, now: datetime) -> list[UUID]:
        row = (await self.connection.execute(_CLAIM, {"key": homework_id, "now": now})).first()
        if row is None:
            return []
        return list((await self.connection.execute(_STUDENTS, {"key": row.group_id})).scalars())

    async def find_notification(self, kind: NotificationKind, key: int, student_id: UUID | None) -> Notification | None:
        of = {"key": key} if student_id is None else {"key": key, "student": student_id}
        row = (await self.connection.execute(_NOTIFICATION[kind], of)).first()
        return convert(row, Notification, from_attributes=True) if row else None
