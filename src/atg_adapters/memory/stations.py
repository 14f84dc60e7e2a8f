"""Authoring stations and what belongs to them, in memory."""

from collections.abc import Mapping
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_core.catalog.authoring import (
    DOCUMENTS,
    EQUIPMENT,
    FEATURES,
    GAS_SOURCES,
    PHOTOS,
    SAFETY_SYSTEMS,
    SPECIFICATIONS,
    AlreadyThere,
    Child,
    ShortNameTaken,
    StationInUse,
)
from atg_core.catalog.model import Station, StationStatus
from atg_core.catalog.ports import StationNotFound

type Values = Mapping[str, Any]

_OF_STATIONS: tuple[Child[Any], ...] = (EQUIPMENT, SPECIFICATIONS, SAFETY_SYSTEMS, GAS_SOURCES, PHOTOS, DOCUMENTS)
_DEFAULTS: dict[type, Values] = {
    Station: {"courses_count": 0, "status": StationStatus.ACTIVE},
    EQUIPMENT.entity: {"quantity": 1},
}


class MemoryStations:
    """`StationStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add_station(self, values: Values) -> Station:
        try:
            station_id = self.database.insert("stations", _complete(Station, values))
        except DuplicateKey:
            raise ShortNameTaken from None
        return convert(self.database.tables["stations"][station_id], Station)

    async def change_station(self, station_id: int, values: Values) -> Station:
        if station_id not in self.database.tables["stations"]:
            raise StationNotFound
        try:
            self.database.update("stations", station_id, **values)
        except DuplicateKey:
            raise ShortNameTaken from None
        return convert(self.database.tables["stations"][station_id], Station)

    async def delete_station(self, station_id: int) -> None:
        tables = self.database.tables
        programs = {row["id"] for row in self.database.rows("course_programs", station_id=station_id)}
        taught = {row["id"] for row in tables["lessons"].values() if row["course_program_id"] in programs}
        if any(
            tables["topics"][row["topic_id"]]["lesson_id"] in taught for row in tables["user_topic_progress"].values()
        ):
            raise StationInUse
        if tables["stations"].pop(station_id, None) is None:
            raise StationNotFound
        for child in _OF_STATIONS:
            for row in list(self.database.rows(child.table, station_id=station_id)):
                await self.delete_child(child, station_id, row["id"])
        for course in list(self.database.rows("courses", station_id=station_id)):
            self.database.update("courses", course["id"], station_id=None)
        for program in programs:
            del tables["course_programs"][program]

    async def require_child(self, child: Child[Any], parent_id: int, child_id: int) -> None:
        self._row(child, parent_id, child_id)

    async def add_child[Entity](self, child: Child[Entity], parent_id: int, values: Values) -> Entity:
        if parent_id not in self.database.tables[child.parent_table]:
            raise child.parent_absent
        if child.one_for:
            unique = {child.parent: parent_id, child.one_for: values[child.one_for]}
            if former := next(self.database.rows(child.table, **unique), None):
                return await self.change_child(child, parent_id, former["id"], values)
        try:
            child_id = self.database.insert(child.table, _complete(child.entity, {child.parent: parent_id, **values}))
        except DuplicateKey:
            raise AlreadyThere from None
        return self._entity(child, child_id)

    async def change_child[Entity](self, child: Child[Entity], parent_id: int, child_id: int, values: Values) -> Entity:
        self._row(child, parent_id, child_id)
        try:
            self.database.update(child.table, child_id, **values)
        except DuplicateKey:
            raise AlreadyThere from None
        return self._entity(child, child_id)

    async def delete_child(self, child: Child[Any], parent_id: int, child_id: int) -> None:
        self._row(child, parent_id, child_id)
        del self.database.tables[child.table][child_id]
        if child is SAFETY_SYSTEMS:
            self.database.delete(FEATURES.table, safety_system_id=child_id)

    def _row(self, child: Child[Any], parent_id: int, child_id: int) -> Row:
        row = self.database.tables[child.table].get(child_id)
        if row is None or row[child.parent] != parent_id:
            raise child.absent
        return row

    def _entity[Entity](self, child: Child[Entity], child_id: int) -> Entity:
        row = self.database.tables[child.table][child_id]
        if child is SAFETY_SYSTEMS:
            features = sorted(
                self.database.rows(FEATURES.table, safety_system_id=child_id),
                key=lambda feature: (feature["order_index"], feature["id"]),
            )
            row = {**row, "features": features}
        return convert(row, child.entity)


def _complete(entity: type, values: Values) -> Row:
    """The row with what a database would fill in."""
    fields = {name: None for name in entity.__dataclass_fields__ if name not in {"id", "features"}}  # type: ignore[attr-defined]
    if "order_index" in fields:
        fields["order_index"] = 0  # type: ignore[assignment]
    return {**fields, **_DEFAULTS.get(entity, {}), **values}
