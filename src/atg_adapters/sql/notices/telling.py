"""Notices that a change tells, on SQL."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.identity import display_name, users
from atg_adapters.sql.tables.learning import obligations, user_courses
from atg_adapters.sql.tables.notices import notices
from atg_adapters.sql.tables.schedule import group_students, study_groups
from atg_adapters.sql.types import UtcDateTime
from atg_core.learning.model import EnrollmentStatus
from atg_core.notices.telling import row_of
from atg_core.notifier import NO_DUE_DATE, NewNotice, NoticeKind

_ADD = insert(notices).on_conflict_do_nothing()
_GROUPS = (
    sa.select(study_groups.c.id, study_groups.c.name.label("group"), display_name(users).label("teacher"))
    .join(users, users.c.id == study_groups.c.teacher_id)
    .where(is_among(study_groups.c.id, "groups"))
)
_STUDENTS = (
    sa.select(group_students.c.group_id, group_students.c.student_id)
    .where(is_among(group_students.c.group_id, "groups"))
    .order_by(group_students.c.student_id)
)
_PEOPLE = sa.select(users.c.id, display_name(users).label("person")).where(is_among(users.c.id, "people"))


def digits(key: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The hexadecimal digits of an id, which is how SQLite stores it."""
    return sa.func.replace(sa.cast(key, sa.Text), "-", "")


def subject_of(course_id: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return sa.literal_column("'course:'", sa.Text) + digits(course_id)


_courses, _now = user_courses.c, sa.bindparam("now", type_=UtcDateTime)
_never = sa.bindparam("never", type_=UtcDateTime)
_is_asked_for = sa.exists().where(
    obligations.c.user_id == _courses.user_id,
    obligations.c.course_id == _courses.course_id,
    obligations.c.ended_at.is_(None),
)


def _add_those(which: sa.ColumnElement[bool]) -> Any:
    """Tells that these courses are assigned to whom of the parameter `people` has them open."""
    return _ADD.from_select(
        ["user_id", "kind", "subject", "occasion", "title", "created_at", "deliver_at"],
        sa.select(
            _courses.user_id,
            sa.literal_column(f"'{NoticeKind.COURSE_ASSIGNED}'", sa.String),
            subject_of(_courses.course_id),
            sa.func.coalesce(_courses.due_at, _never),
            courses.c.title,
            _now,
            _now,
        )
        .join(courses, courses.c.id == _courses.course_id)
        .where(
            is_among(_courses.user_id, "people"),
            _courses.cancelled_at.is_(None),
            _courses.status != EnrollmentStatus.COMPLETED,
            which,
        )
        .order_by(_courses.user_id, _courses.course_id),
        include_defaults=False,
    )


_ADD_ASSIGNED = _add_those(_is_asked_for)
_ADD_OPENED = _add_those(_courses.course_id == sa.bindparam("course", type_=sa.Uuid))


class SqlTelling:
    """`TellingStore` within the transaction of `connection`: one insert after at most three reads."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add(self, notices: Sequence[NewNotice], now: datetime) -> int:
        wanted = (
            (_GROUPS, {"groups": {each.group_id for each in notices} - {None}}),
            (_STUDENTS, {"groups": {each.group_id for each in notices if each.user_ids is None} - {None}}),
            (_PEOPLE, {"people": {each.about_id for each in notices} - {None}}),
        )
        asked = [(statement, values) for statement, values in wanted if any(values.values())]
        found = iter(await self.connection.results(*asked)) if asked else iter(())
        groups, students, people = (next(found) if any(values.values()) else () for _, values in wanted)
        of_group = {row.id: {"group": row.group, "teacher": row.teacher} for row in groups}
        of_person = {row.id: {"person": row.person} for row in people}
        members: dict[int, list[UUID]] = {}
        for row in students:
            members.setdefault(row.group_id, []).append(row.student_id)
        rows = []
        for notice in notices:
            facts = {**of_group.get(notice.group_id, {}), **of_person.get(notice.about_id, {})}
            told = members.get(notice.group_id or 0, []) if notice.user_ids is None else sorted(set(notice.user_ids))
            rows += [{**row_of(notice, facts, now), "user_id": user_id} for user_id in told]
        return (await self.connection.execute(_ADD, rows)).rowcount

    async def add_assigned(self, user_ids: Collection[UUID], now: datetime) -> bool:
        values = {"people": user_ids, "now": now, "never": NO_DUE_DATE}
        return (await self.connection.execute(_ADD_ASSIGNED, values)).rowcount > 0

    async def add_opened(self, opened: Collection[tuple[UUID, UUID]], now: datetime) -> bool:
        """A statement for each course: those of a learning path are few, its people may be thousands."""
        people: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for user_id, course_id in opened:
            people[course_id].append(user_id)
        new = 0
        for course_id in sorted(people):
            values = {"people": people[course_id], "course": course_id, "now": now, "never": NO_DUE_DATE}
            new += (await self.connection.execute(_ADD_OPENED, values)).rowcount
        return new > 0
