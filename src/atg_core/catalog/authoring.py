"""Authoring stations and what belongs to them (spec: catalog-learning, the admin pages)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from atg_core.catalog.model import (
    Document,
    Equipment,
    GasSource,
    Photo,
    SafetyFeature,
    SafetySystem,
    Specification,
    Station,
)
from atg_core.catalog.ports import StationNotFound
from atg_core.clock import Clock
from atg_core.errors import Conflict, NotFound
from atg_core.opening import Open

type Values = Mapping[str, Any]
"""Columns by name; those that are not named keep what they have, or their default."""


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
class Child[Entity]:
    """A kind of record that belongs to another: its table, the column of its parent, and how its absence is told.

    `one_for`: a column of which a parent has each value once, so that adding it again changes the first.
    """

    entity: type[Entity]
    table: str
    parent: str
    absent: type[NotFound]
    parent_table: str = "stations"
    parent_absent: type[NotFound] = StationNotFound
    one_for: str | None = None


EQUIPMENT = Child(entity=Equipment, table="station_equipment", parent="station_id", absent=EquipmentNotFound)
SPECIFICATIONS = Child(
    entity=Specification, table="station_specifications", parent="station_id", absent=SpecificationNotFound
)
SAFETY_SYSTEMS = Child(
    entity=SafetySystem, table="station_safety_systems", parent="station_id", absent=SafetySystemNotFound
)
GAS_SOURCES = Child(entity=GasSource, table="station_gas_supply_sources", parent="station_id", absent=GasSourceNotFound)
PHOTOS = Child(entity=Photo, table="station_photos", parent="station_id", absent=PhotoNotFound, one_for="view")
DOCUMENTS = Child(entity=Document, table="station_documents", parent="station_id", absent=DocumentNotFound)
FEATURES = Child(
    entity=SafetyFeature,
    table="station_safety_system_features",
    parent="safety_system_id",
    absent=FeatureNotFound,
    parent_table="station_safety_systems",
    parent_absent=SafetySystemNotFound,
)


class StationStore(Protocol):
    """Within a transaction."""

    async def add_station(self, values: Values) -> Station:
        """Raises ShortNameTaken."""

    async def change_station(self, station_id: int, values: Values) -> Station:
        """Raises StationNotFound, ShortNameTaken."""

    async def delete_station(self, station_id: int) -> None:
        """With all its parts; its courses stay, without a station. Raises StationNotFound, StationInUse."""

    async def require_child(self, child: Child[Any], parent_id: int, child_id: int) -> None:
        """Raises the child's `absent` if it is not the parent's."""

    async def add_child[Entity](self, child: Child[Entity], parent_id: int, values: Values) -> Entity:
        """Raises the child's `parent_absent`, AlreadyThere."""

    async def change_child[Entity](self, child: Child[Entity], parent_id: int, child_id: int, values: Values) -> Entity:
        """Raises the child's `absent`, also for another parent's, and AlreadyThere."""

    async def delete_child(self, child: Child[Any], parent_id: int, child_id: int) -> None:
        """Raises the child's `absent`, also for another parent's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditStations:
    """Each verb is one transaction; it raises what the store's verb of that name raises."""

    open: Open[StationStore]
    clock: Clock

    async def add(self, values: Values) -> Station:
        now = self.clock()
        async with self.open() as store:
            return await store.add_station({**values, "created_at": now, "updated_at": now})

    async def change(self, station_id: int, values: Values) -> Station:
        async with self.open() as store:
            return await store.change_station(station_id, {**values, "updated_at": self.clock()})

    async def delete(self, station_id: int) -> None:
        async with self.open() as store:
            await store.delete_station(station_id)

    async def add_child[Entity](self, child: Child[Entity], path: tuple[int, ...], values: Values) -> Entity:
        """`path`: the ids of the station and, for a feature, of its safety system, which must be the station's."""
        async with self.open() as store:
            await self._require_path(store, path)
            return await store.add_child(child, path[-1], values)

    async def change_child[Entity](
        self, child: Child[Entity], path: tuple[int, ...], child_id: int, values: Values
    ) -> Entity:
        async with self.open() as store:
            await self._require_path(store, path)
            return await store.change_child(child, path[-1], child_id, values)

    async def delete_child(self, child: Child[Any], path: tuple[int, ...], child_id: int) -> None:
        async with self.open() as store:
            await self._require_path(store, path)
            await store.delete_child(child, path[-1], child_id)

    async def _require_path(self, store: StationStore, path: tuple[int, ...]) -> None:
        if len(path) > 1:
            await store.require_child(SAFETY_SYSTEMS, path[0], path[1])
