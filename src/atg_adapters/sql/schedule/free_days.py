"""Free days on SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.schedule.queries import free_days_of
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.schedule import free_days
from atg_core.identity.model import Role
from atg_core.schedule.model import FreeDays
from atg_core.schedule.ports import FreeDaysNotFound, FreeDaysThere, NewFreeDays, TeacherUnknown

_id: sa.BindParameter[Any] = sa.bindparam("key")
_free = free_days.c
_FIND = sa.select(free_days).where(_free.id == _id).with_for_update()
_DELETE = sa.delete(free_days).where(_free.id == _id)
_ADD_MISSING = insert(free_days).on_conflict_do_nothing().returning(free_days)
_TEACHER = (
    sa.select(users.c.id)
    .where(users.c.id == _id, users.c.is_active, users.c.role.in_([Role.TEACHER, Role.ADMIN]))
    .with_for_update(key_share=True, read=True)
)


class SqlFreeDays:
    """`FreeDaysStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add(self, teacher_id: UUID | None, new: NewFreeDays, now: datetime) -> FreeDays:
        added = await self.add_missing(teacher_id, [new], now)
        if not added:
            raise FreeDaysThere
        return added[0]

    async def add_missing(self, teacher_id: UUID | None, new: Sequence[NewFreeDays], now: datetime) -> list[FreeDays]:
        await self._require_teacher(teacher_id)
        if not new:
            return []
        same = {"teacher_id": teacher_id, "created_at": now, "updated_at": now}
        rows = [{**asdict(each), **same} for each in dict.fromkeys(new)]
        added = await self.connection.execute(_ADD_MISSING.values(rows))
        return sorted((free_days_of(row) for row in added), key=lambda each: (each.start, each.end, each.id))

    async def _require_teacher(self, teacher_id: UUID | None) -> None:
        if teacher_id and (await self.connection.execute(_TEACHER, {"key": teacher_id})).first() is None:
            raise TeacherUnknown(field="teacher_id")

    async def find(self, free_days_id: int, owner: UUID | None) -> FreeDays:
        row = (await self.connection.execute(_FIND, {"key": free_days_id})).first()
        if row is None or owner not in {None, row.teacher_id}:
            raise FreeDaysNotFound
        return free_days_of(row)

    async def change(self, free_days_id: int, new: NewFreeDays, now: datetime) -> FreeDays:
        changing = sa.update(free_days).where(_free.id == _id).values(**asdict(new), updated_at=now)
        try:
            async with self.connection.begin_nested():
                row = (await self.connection.execute(changing.returning(free_days), {"key": free_days_id})).one()
        except IntegrityError:
            raise FreeDaysThere from None
        return free_days_of(row)

    async def delete(self, free_days_id: int) -> None:
        await self.connection.execute(_DELETE, {"key": free_days_id})
