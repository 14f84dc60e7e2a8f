"""Managers: who leads which departments and stations, and so sees and assigns to their people (decision 0053)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from atg_core.errors import Invalid, NotFound
from atg_core.nearest import RequireKnown
from atg_core.unit_of_work import UnitOfWork


class NotManaged(NotFound):
    """There is nobody of yours here"""


class UnknownManagedStation(Invalid):
    """There is no such station"""

    code = "unknown_station"

    def __init__(self) -> None:
        super().__init__(field="station_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedStation:
    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    """An active user who leads departments or stations."""

    user_id: UUID
    username: str
    full_name: str | None
    departments: tuple[str, ...]
    stations: tuple[ManagedStation, ...]


class ManagerStore(Protocol):
    """Who leads what, within a transaction."""

    async def lead(self, user_id: UUID, departments: Collection[str], station_ids: Collection[int]) -> None:
        """These and no others. Raises LearnerNotFound for one who is no active user, UnknownManagedStation."""


class ManagerQueries(Protocol):
    """Queries of managers; each is a fixed number of statements."""

    async def managers(self, *, limit: int, offset: int) -> tuple[list[Manager], int]:
        """A page of managers by username, and the total."""

    async def find_manager(self, user_id: UUID) -> Manager | None:
        """None for who leads nothing, or is not active."""

    async def managers_of(self, user_ids: Collection[UUID]) -> Mapping[UUID, list[UUID]]:
        """The active managers of each of these users, but not themselves; users without one are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointManager:
    """Says which departments and stations somebody leads; nothing ends it.

    Raises LearnerNotFound, UnknownName, UnknownManagedStation.
    """

    open_managers: UnitOfWork[ManagerStore]
    manager_queries: ManagerQueries
    require_known: RequireKnown

    async def __call__(
        self, user_id: UUID, departments: Collection[str], station_ids: Collection[int]
    ) -> Manager | None:
        known = {await self.require_known.department(each, field="departments") for each in departments}
        async with self.open_managers() as store:
            await store.lead(user_id, sorted(each for each in known if each), sorted(set(station_ids)))
        return await self.manager_queries.find_manager(user_id)
