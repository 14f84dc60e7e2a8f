"""Managers, in memory."""

from collections.abc import Collection, Mapping
from uuid import UUID, uuid4

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.people import managers_of
from atg_core.learning.managers import Manager, UnknownManagedStation
from atg_core.learning.ports import LearnerNotFound


class MemoryManagers:
    """`ManagerStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def lead(self, user_id: UUID, departments: Collection[str], station_ids: Collection[int]) -> None:
        if not self.database.tables["users"].get(user_id, {}).get("is_active"):
            raise LearnerNotFound
        if set(station_ids) - set(self.database.tables["stations"]):
            raise UnknownManagedStation
        self.database.delete("managers", user_id=user_id)
        led: list[Row] = [{"department": each, "station_id": None} for each in departments]
        led += [{"department": None, "station_id": each} for each in station_ids]
        for each in led:
            self.database.insert("managers", {"id": uuid4(), "user_id": user_id, **each})


class MemoryManagerQueries:
    """`ManagerQueries`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def managers(self, *, limit: int, offset: int) -> tuple[list[Manager], int]:
        leading = {row["user_id"] for row in self.database.rows("managers")}
        users = [row for row in self.database.rows("users", is_active=True) if row["id"] in leading]
        users.sort(key=lambda row: row["username"])
        return [self._manager(row) for row in users[offset : offset + limit]], len(users)

    async def find_manager(self, user_id: UUID) -> Manager | None:
        user = self.tables["users"].get(user_id)
        leads = any(self.database.rows("managers", user_id=user_id))
        return self._manager(user) if user and user["is_active"] and leads else None

    def _manager(self, user: Row) -> Manager:
        led = list(self.database.rows("managers", user_id=user["id"]))
        names = {row["id"]: row["name"] for row in self.database.rows("stations")}
        stations = [{"id": row["station_id"], "name": names[row["station_id"]]} for row in led if row["station_id"]]
        manager = {
            **{name: user[name] for name in ("username", "full_name")},
            "user_id": user["id"],
            "departments": sorted(row["department"] for row in led if row["department"]),
            "stations": sorted(stations, key=lambda station: str(station["name"])),
        }
        return convert(manager, Manager)

    async def managers_of(self, user_ids: Collection[UUID]) -> Mapping[UUID, list[UUID]]:
        found = {user_id: managers_of(self.database, user_id) for user_id in user_ids}
        return {user_id: managers for user_id, managers in found.items() if managers}
