"""Homework that was not handed in, on SQL."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.homework import homework, homework_submissions
from atg_adapters.sql.tables.schedule import group_students
from atg_adapters.sql.types import UtcDateTime
from atg_core.homework.model import SubmissionStatus

_members, _homework, _submissions = group_students.c, homework.c, homework_submissions.c
_MISSING = (
    sa.select(_members.student_id, sa.func.count().label("missing"))
    .select_from(group_students.join(homework, _homework.group_id == _members.group_id))
    .where(
        _members.group_id == sa.bindparam("group", type_=sa.Integer),
        _homework.published_at.is_not(None),
        _homework.due_at < sa.bindparam("now", type_=UtcDateTime),
        ~sa.exists().where(
            _submissions.homework_id == _homework.id,
            _submissions.student_id == _members.student_id,
            _submissions.status != SubmissionStatus.DRAFT,
        ),
    )
    .group_by(_members.student_id)
)


class SqlMissingHomeworkQueries:
    """`MissingHomeworkQueries` on any connection."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def missing(self, group_id: int, now: datetime) -> Mapping[UUID, int]:
        rows = await self.database.rows(_MISSING, {"group": group_id, "now": now})
        return {row.student_id: row.missing for row in rows}
