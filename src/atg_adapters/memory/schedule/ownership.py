"""The group that lessons and recurring lessons belong to."""

from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.schedule.queries import group_of
from atg_core.schedule.model import Group
from atg_core.schedule.ports import GroupNotFound


class MemoryGroupOwnership:
    """`group` of `Groups`, `Lessons` and `RecurringLessons`, within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def group(self, group_id: int, owner: UUID | None) -> Group:
        row = self.database.tables["study_groups"].get(group_id)
        if row is None or owner not in {None, row["teacher_id"]}:
            raise GroupNotFound
        return group_of(self.database, row)
