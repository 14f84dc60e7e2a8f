"""Renewals of courses whose certificates end, on SQL."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.learning.completion import SqlCompletion
from atg_adapters.sql.tables.learning import user_courses
from atg_adapters.sql.types import UtcDateTime

_DUE_AGAIN = (
    sa.select(user_courses.c.user_id)
    .where(
        user_courses.c.renews_at <= sa.bindparam("now", type_=UtcDateTime),
        user_courses.c.cancelled_at.is_(None),
        user_courses.c.user_id > sa.bindparam("after", type_=sa.Uuid()),
    )
    .distinct()
    .order_by(user_courses.c.user_id)
    .limit(sa.bindparam("limit"))
)


class SqlRenewals(SqlCompletion):
    """`RenewalStore` within the transaction of `connection`."""

    async def due_again(self, now: datetime, *, after: UUID | None, limit: int) -> list[UUID]:
        given = {"now": now, "after": after or UUID(int=0), "limit": limit}
        rows = await self.connection.execute(_DUE_AGAIN, given)
        return [row.user_id for row in rows]
