"""Obligations, on SQL."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.learning.completion import SqlCompletion
from atg_adapters.sql.learning.obligation_statements import (
    BEGIN,
    PEOPLE,
    PEOPLE_OF,
    SETTLING,
    SETTLING_COURSE,
    Settling,
)
from atg_core.learning.audiences import DueRule
from atg_core.learning.obligations import Settled

_SETTLING = 0x4154474F  # "ATGO": any number that no other advisory lock of the database uses
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(_SETTLING))
_FIRST = UUID(int=0)


class SqlObligations(SqlCompletion):
    """`ObligationStore` within the transaction of `connection`."""

    async def lock_obligations(self) -> None:
        if self.connection.dialect.name == "postgresql":  # SQLite has one writer anyway
            await self.connection.execute(_LOCK)

    async def people(self, after: UUID | None, limit: int, *, assignment_id: UUID | None = None) -> list[UUID]:
        values = {"after": after or _FIRST, "limit": limit}
        if assignment_id is None:
            return await self.connection.scalars(PEOPLE, values)
        return await self.connection.scalars(PEOPLE_OF, {**values, "assignment": assignment_id})

    async def unsettled(self, scope: Settled) -> list[UUID]:
        return await self.connection.scalars(_statements(scope).unsettled, _values(scope))

    async def missing(self, scope: Settled) -> list[tuple[UUID, DueRule]]:
        rows = await self.connection.execute(_statements(scope).missing, _values(scope))
        return [(row.id, convert(row, DueRule, from_attributes=True)) for row in rows]

    async def begin(
        self, assignment_id: UUID, user_ids: Collection[UUID], since: datetime, due_at: datetime | None
    ) -> None:
        values = {"assignment": assignment_id, "users": user_ids, "now": since, "due_at": due_at}
        await self.connection.execute(BEGIN, values)

    async def end(self, scope: Settled, now: datetime) -> None:
        await self.connection.execute(_statements(scope).end, {**_values(scope), "now": now})

    async def follow(self, scope: Settled, now: datetime) -> None:
        statements = _statements(scope)
        for statement in (statements.enroll, statements.set_due, statements.cancel):
            await self.connection.execute(statement, {**_values(scope), "now": now})


def _statements(scope: Settled) -> Settling:
    return SETTLING if scope.course_ids is None else SETTLING_COURSE


def _values(scope: Settled) -> dict[str, Any]:
    courses = {} if scope.course_ids is None else {"courses": scope.course_ids}
    return {"users": scope.user_ids, **courses}
