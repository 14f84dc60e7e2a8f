"""Free days in memory."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_core.identity.model import Role
from atg_core.schedule.model import FreeDays
from atg_core.schedule.ports import FreeDaysNotFound, FreeDaysThere, NewFreeDays, TeacherUnknown

_TABLE = "free_days"


class MemoryFreeDays:
    """`FreeDaysStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add(self, teacher_id: UUID | None, new: NewFreeDays, now: datetime) -> FreeDays:
        added = await self.add_missing(teacher_id, [new], now)
        if not added:
            raise FreeDaysThere
        return added[0]

    async def add_missing(self, teacher_id: UUID | None, new: Sequence[NewFreeDays], now: datetime) -> list[FreeDays]:
        teacher = self.database.tables["users"].get(teacher_id)
        may_teach = teacher and teacher["is_active"] and teacher["role"] in {Role.TEACHER, Role.ADMIN}
        if teacher_id and not may_teach:
            raise TeacherUnknown(field="teacher_id")
        added = []
        for each in dict.fromkeys(new):
            if not self._is_there(teacher_id, each):
                row = {**asdict(each), "teacher_id": teacher_id, "created_at": now, "updated_at": now}
                added.append(self._of(self.database.insert(_TABLE, row)))
        return sorted(added, key=lambda each: (each.start, each.end, each.id))

    def _is_there(self, teacher_id: UUID | None, new: NewFreeDays, but: int | None = None) -> bool:
        same = self.database.rows(_TABLE, teacher_id=teacher_id, **asdict(new))
        return any(row["id"] != but for row in same)

    def _of(self, free_days_id: int) -> FreeDays:
        return convert(self.database.tables[_TABLE][free_days_id], FreeDays)

    async def find(self, free_days_id: int, owner: UUID | None) -> FreeDays:
        row = self.database.tables[_TABLE].get(free_days_id)
        if row is None or owner not in {None, row["teacher_id"]}:
            raise FreeDaysNotFound
        return self._of(free_days_id)

    async def change(self, free_days_id: int, new: NewFreeDays, now: datetime) -> FreeDays:
        if self._is_there(self.database.tables[_TABLE][free_days_id]["teacher_id"], new, but=free_days_id):
            raise FreeDaysThere
        self.database.update(_TABLE, free_days_id, **asdict(new), updated_at=now)
        return self._of(free_days_id)

    async def delete(self, free_days_id: int) -> None:
        self.database.delete(_TABLE, id=free_days_id)
