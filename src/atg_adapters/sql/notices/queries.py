"""A person's notices, and what is true now of what they were told, on SQL."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.notices.delivery import NOTICE
from atg_adapters.sql.notices.overdue import OVERDUE_OF_TEAM
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.homework import homework, homework_submissions
from atg_adapters.sql.tables.learning import user_courses
from atg_adapters.sql.tables.notices import notices
from atg_adapters.sql.tables.schedule import group_students
from atg_adapters.sql.types import UtcDateTime
from atg_core.homework.model import SubmissionStatus
from atg_core.learning.model import EnrollmentStatus
from atg_core.notices.model import Notice
from atg_core.notices.ports import OpenCourse
from atg_core.notifier import NoticeKind

_user: sa.BindParameter[UUID] = sa.bindparam("user", type_=sa.Uuid)
_LISTED = sa.and_(notices.c.user_id == _user, notices.c.kind != NoticeKind.WEEKLY_REPORT)
_UNREAD = sa.and_(_LISTED, notices.c.read_at.is_(None))


def _page(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    limit, offset = sa.bindparam("most", type_=sa.Integer), sa.bindparam("before", type_=sa.Integer)
    return sa.select(*NOTICE).where(which).order_by(notices.c.id.desc()).limit(limit).offset(offset)


def _count(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(sa.func.count()).select_from(notices).where(which)


_PAGES = {False: (_page(_LISTED), _count(_LISTED)), True: (_page(_UNREAD), _count(_UNREAD))}
_now = sa.bindparam("now", type_=UtcDateTime)
_READ_ALL = sa.update(notices).where(_UNREAD).values(read_at=_now)
_READ = _READ_ALL.where(is_among(notices.c.id, "ids"))

_OPEN_COURSES = (
    sa.select(user_courses.c.course_id, courses.c.title, user_courses.c.due_at, user_courses.c.progress_percent)
    .join(courses, courses.c.id == user_courses.c.course_id)
    .where(
        user_courses.c.user_id == _user,
        user_courses.c.cancelled_at.is_(None),
        user_courses.c.status != EnrollmentStatus.COMPLETED,
    )
    .order_by(user_courses.c.due_at.is_(None), user_courses.c.due_at, courses.c.title, user_courses.c.course_id)
)
_OPEN_HOMEWORK = (
    sa.select(homework.c.id)
    .join(group_students, group_students.c.group_id == homework.c.group_id)
    .where(
        group_students.c.student_id == _user,
        homework.c.published_at.is_not(None),
        is_among(homework.c.id, "ids"),
    )
)
_WAITING = sa.select(homework_submissions.c.id).where(
    homework_submissions.c.status == SubmissionStatus.SUBMITTED, is_among(homework_submissions.c.id, "ids")
)


class SqlNoticeQueries:
    """`NoticeQueries` and `FactQueries` on any connection."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def listed(self, user_id: UUID, *, unread: bool, limit: int, offset: int) -> tuple[list[Notice], int]:
        page, count = _PAGES[unread]
        asked = {"user": user_id, "most": limit, "before": offset}
        rows, total = await self.database.results((page, asked), (count, {"user": user_id}))
        return [convert(row, Notice, from_attributes=True) for row in rows], total.scalar_one()

    async def unread_count(self, user_id: UUID) -> int:
        async with self.database.reader() as connection:
            return int(await connection.scalar(_PAGES[True][1], {"user": user_id}))

    async def open_courses(self, user_id: UUID) -> list[OpenCourse]:
        rows = await self.database.rows(_OPEN_COURSES, {"user": user_id})
        return [convert(row, OpenCourse, from_attributes=True) for row in rows]

    async def overdue_of_team(self, manager_id: UUID, now: datetime) -> set[str]:
        rows = await self.database.rows(OVERDUE_OF_TEAM, {"user": manager_id, "now": now})
        return {row.subject for row in rows}

    async def open_homework(self, user_id: UUID, homework_ids: Collection[int]) -> set[int]:
        return {row.id for row in await self.database.rows(_OPEN_HOMEWORK, {"user": user_id, "ids": homework_ids})}

    async def waiting_submissions(self, submission_ids: Collection[int]) -> set[int]:
        return {row.id for row in await self.database.rows(_WAITING, {"ids": submission_ids})}


class SqlReading:
    """`ReadingStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def mark_read(self, user_id: UUID, notice_ids: Collection[int] | None, now: datetime) -> None:
        if notice_ids is None:
            await self.connection.execute(_READ_ALL, {"user": user_id, "now": now})
        else:
            await self.connection.execute(_READ, {"user": user_id, "now": now, "ids": notice_ids})
