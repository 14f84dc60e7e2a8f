"""Station authoring: stations and their parts (spec: catalog-learning, admin pages)."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from atg_core.catalog.model import (
    Document,
    Equipment,
    GasSource,
    Photo,
    PhotoView,
    SafetyFeature,
    SafetySystem,
    Specification,
    Station,
)
from atg_core.catalog.ports import StationNotFound
from atg_core.catalog.station_files import DELETE_STATION_FILES, LATE_UPLOADS, DeleteStationFiles
from atg_core.clock import Clock
from atg_core.errors import Conflict, NotFound, Unavailable
from atg_core.jobs.ports import JobQueue
from atg_core.unit_of_work import UnitOfWork

type Values = Mapping[str, Any]
"""Values by column; other columns keep theirs, or get the default."""


class EquipmentNotFound(NotFound):
    """Equipment not found"""


class SpecificationNotFound(NotFound):
    """Specification not found"""


class SafetySystemNotFound(NotFound):
    """Safety system not found"""


class FeatureNotFound(NotFound):
    """Feature not found"""


class GasSourceNotFound(NotFound):
    """Gas source not found"""


class PhotoNotFound(NotFound):
    """Photo not found"""


class DocumentNotFound(NotFound):
    """Document not found"""


class ShortNameTaken(Conflict):
    """There is a station of this short name"""


class AlreadyThere(Conflict):
    """There is such a record already"""


class StationInUse(Conflict):
    """Learners have progress in the programs of this station"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildKind[Entity]:
    """A kind of record with a parent: its table, its parent's column and table, and the errors for absence.

    `unique_by`: a column of which each of `unique_values` is there once for a parent; adding a record with the same
    value changes the stored one.
    """

    entity: type[Entity]
    table: str
    parent: str
    not_found: type[NotFound]
    parent_table: str = "stations"
    parent_not_found: type[NotFound] = StationNotFound
    unique_by: str | None = None
    unique_values: Collection[str] = ()

    def is_once(self, values: Values) -> bool:
        """Whether a parent has at most one record of these values."""
        return self.unique_by is not None and values.get(self.unique_by) in self.unique_values


EQUIPMENT = ChildKind(entity=Equipment, table="station_equipment", parent="station_id", not_found=EquipmentNotFound)
SPECIFICATIONS = ChildKind(
    entity=Specification, table="station_specifications", parent="station_id", not_found=SpecificationNotFound
)
SAFETY_SYSTEMS = ChildKind(
    entity=SafetySystem, table="station_safety_systems", parent="station_id", not_found=SafetySystemNotFound
)
GAS_SOURCES = ChildKind(
    entity=GasSource, table="station_gas_supply_sources", parent="station_id", not_found=GasSourceNotFound
)
PHOTOS = ChildKind(
    entity=Photo,
    table="station_photos",
    parent="station_id",
    not_found=PhotoNotFound,
    unique_by="view",
    unique_values=frozenset(PhotoView),
)
DOCUMENTS = ChildKind(entity=Document, table="station_documents", parent="station_id", not_found=DocumentNotFound)
FEATURES = ChildKind(
    entity=SafetyFeature,
    table="station_safety_system_features",
    parent="safety_system_id",
    not_found=FeatureNotFound,
    parent_table="station_safety_systems",
    parent_not_found=SafetySystemNotFound,
)


class StationStore(Protocol):
    """Stations within a transaction."""

    async def add_station(self, values: Values) -> Station:
        """Raises ShortNameTaken."""

    async def change_station(self, station_id: int, values: Values) -> Station:
        """Raises StationNotFound, ShortNameTaken."""

    async def delete_station(self, station_id: int) -> list[str]:
        """Deletes its parts and programs, too; its courses stay, without a station.

        Returns the object keys and addresses that its records named. Raises StationNotFound, StationInUse.
        """

    async def require_child(self, child: ChildKind[Any], parent_id: int, child_id: int) -> None:
        """Raises the child's `not_found` if it is not the parent's."""

    async def add_child[Entity](self, child: ChildKind[Entity], parent_id: int, values: Values) -> Entity:
        """Raises the child's `parent_not_found`, AlreadyThere."""

    async def change_child[Entity](
        self, child: ChildKind[Entity], parent_id: int, child_id: int, values: Values
    ) -> Entity:
        """Raises the child's `not_found`, also for another parent's, and AlreadyThere."""

    async def delete_child(self, child: ChildKind[Any], parent_id: int, child_id: int) -> None:
        """Raises the child's `not_found`, also for another parent's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditStations:
    """Each method is one transaction and raises what the store raises."""

    open: UnitOfWork[StationStore]
    jobs: JobQueue
    delete_station_files: DeleteStationFiles
    clock: Clock

    async def add(self, values: Values) -> Station:
        now = self.clock()
        async with self.open() as store:
            return await store.add_station({**values, "created_at": now, "updated_at": now})

    async def change(self, station_id: int, values: Values) -> Station:
        async with self.open() as store:
            return await store.change_station(station_id, {**values, "updated_at": self.clock()})

    async def delete(self, station_id: int) -> None:
        """Its files go at once; if the store is away, or this process ends, by the job."""
        async with self.open() as store:
            keys = await store.delete_station(station_id)
            arguments = self.delete_station_files.arguments(station_id, keys)
            await self.jobs.enqueue(DELETE_STATION_FILES, arguments)
            await self.jobs.enqueue(DELETE_STATION_FILES, arguments, not_before=self.clock() + LATE_UPLOADS)
        with suppress(Unavailable):
            await self.delete_station_files(arguments)

    async def add_child[Entity](self, child: ChildKind[Entity], path: tuple[int, ...], values: Values) -> Entity:
        """`path`: ids of the station and, for a feature, of its safety system, which must be the station's."""
        async with self.open() as store:
            await self._require_path(store, path)
            return await store.add_child(child, path[-1], values)

    async def change_child[Entity](
        self, child: ChildKind[Entity], path: tuple[int, ...], child_id: int, values: Values
    ) -> Entity:
        async with self.open() as store:
            await self._require_path(store, path)
            return await store.change_child(child, path[-1], child_id, values)

    async def delete_child(self, child: ChildKind[Any], path: tuple[int, ...], child_id: int) -> None:
        async with self.open() as store:
            await self._require_path(store, path)
            await store.delete_child(child, path[-1], child_id)

    async def _require_path(self, store: StationStore, path: tuple[int, ...]) -> None:
        if len(path) > 1:
            await store.require_child(SAFETY_SYSTEMS, path[0], path[1])
