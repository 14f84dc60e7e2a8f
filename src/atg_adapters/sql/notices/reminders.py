"""What people were told of courses, on SQL: plain reads."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.tables.notices import notices
from atg_core.notices.model import COURSE_KINDS
from atg_core.notices.reminders import ToldOfCourse, course_of, subject_of

_TOLD = (
    sa.select(
        *(notices.c[name] for name in ("user_id", "kind", "subject", "occasion", "created_at", "read_at")),
        sa.func.coalesce(notices.c.mailed_at, notices.c.messaged_at).label("sent_at"),
    )
    .where(
        is_among(notices.c.user_id, "users"),
        is_among(notices.c.subject, "subjects"),
        notices.c.kind.in_(sorted(COURSE_KINDS)),
    )
    .order_by(notices.c.id)
)


class SqlReminderQueries:
    """`ReminderQueries` on a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def told(self, user_ids: Collection[UUID], course_ids: Collection[UUID]) -> list[ToldOfCourse]:
        subjects = [subject_of(course_id) for course_id in course_ids]
        rows = await self.database.rows(_TOLD, {"users": list(user_ids), "subjects": subjects})
        return [convert({**fields_of(row), "course_id": course_of(row.subject)}, ToldOfCourse) for row in rows]
