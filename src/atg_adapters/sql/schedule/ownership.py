"""The group that lessons and recurring lessons belong to, locked for its owner."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.schedule.queries import GROUP, group_of
from atg_adapters.sql.tables.schedule import study_groups
from atg_core.schedule.model import Group
from atg_core.schedule.ports import GroupNotFound

_id: sa.BindParameter[Any] = sa.bindparam("key")
_GROUP = GROUP.where(study_groups.c.id == _id).with_for_update(of=study_groups)


class SqlGroupOwnership:
    """`group` of `Groups`, `Lessons` and `RecurringLessons`, within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def group(self, group_id: int, owner: UUID | None) -> Group:
        row = await self._first(_GROUP, key=group_id)
        if row is None or (owner is not None and row.teacher_id != owner):
            raise GroupNotFound
        return group_of(row)
