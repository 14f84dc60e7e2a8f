"""Station authoring, in memory."""

from collections.abc import Mapping
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_core.catalog.model import Station, StationStatus
from atg_core.catalog.ports import StationNotFound
from atg_core.catalog.stations import (
    DOCUMENTS,
    EQUIPMENT,
    FEATURES,
    GAS_SOURCES,
    PHOTOS,
    SAFETY_SYSTEMS,
    SPECIFICATIONS,
    AlreadyThere,
    ChildKind,
    ShortNameTaken,
    StationInUse,
)

type Values = Mapping[str, Any]

_OF_STATIONS: tuple[ChildKind[Any], ...] = (EQUIPMENT, SPECIFICATIONS, SAFETY_SYSTEMS, GAS_SOURCES, PHOTOS, DOCUMENTS)
_NAMING = (("station_photos", "image_url"), ("station_documents", "file_url"), ("station_promo_videos", "object_key"))
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

    async def delete_station(self, station_id: int) -> list[str]:
        tables = self.database.tables
        programs = {row["id"] for row in self.database.rows("course_programs", station_id=station_id)}
        lessons = {row["id"] for row in tables["lessons"].values() if row["course_program_id"] in programs}
        if any(
            tables["topics"][row["topic_id"]]["lesson_id"] in lessons for row in tables["user_topic_progress"].values()
        ):
            raise StationInUse
        station = tables["stations"].pop(station_id, None)
        if station is None:
            raise StationNotFound
        keys = self._named_keys(station, lessons)
        self.database.delete("station_promo_videos", station_id=station_id)
        for child in _OF_STATIONS:
            for row in list(self.database.rows(child.table, station_id=station_id)):
                await self.delete_child(child, station_id, row["id"])
        for course in list(self.database.rows("courses", station_id=station_id)):
            self.database.update("courses", course["id"], station_id=None)
        for lesson_id in lessons:
            for topic in list(self.database.rows("topics", lesson_id=lesson_id)):
                self.database.delete("topic_files", topic_id=topic["id"])
            self.database.delete("topics", lesson_id=lesson_id)
            del tables["lessons"][lesson_id]
        for program in programs:
            del tables["course_programs"][program]
        return keys

    def _named_keys(self, station: Row, lessons: set[int]) -> list[str]:
        topics = {row["id"] for row in self.database.tables["topics"].values() if row["lesson_id"] in lessons}
        values = [station.get("image"), station.get("tech_map_image")]
        for table, column in _NAMING:
            values += [row[column] for row in self.database.rows(table, station_id=station["id"])]
        files = self.database.tables["topic_files"].values()
        values += [row["minio_object_name"] for row in files if row["topic_id"] in topics]
        return [value for value in values if value]

    async def require_child(self, child: ChildKind[Any], parent_id: int, child_id: int) -> None:
        self._row(child, parent_id, child_id)

    async def add_child[Entity](self, child: ChildKind[Entity], parent_id: int, values: Values) -> Entity:
        if parent_id not in self.database.tables[child.parent_table]:
            raise child.parent_not_found
        if child.unique_by and child.is_once(values):
            unique = {child.parent: parent_id, child.unique_by: values[child.unique_by]}
            if former := next(self.database.rows(child.table, **unique), None):
                return await self.change_child(child, parent_id, former["id"], values)
        try:
            child_id = self.database.insert(child.table, _complete(child.entity, {child.parent: parent_id, **values}))
        except DuplicateKey:
            raise AlreadyThere from None
        return self._entity(child, child_id)

    async def change_child[Entity](
        self, child: ChildKind[Entity], parent_id: int, child_id: int, values: Values
    ) -> Entity:
        self._row(child, parent_id, child_id)
        if child.unique_by and child.is_once(values):
            unique = {child.parent: parent_id, child.unique_by: values[child.unique_by]}
            if any(row["id"] != child_id for row in self.database.rows(child.table, **unique)):
                raise AlreadyThere
        try:
            self.database.update(child.table, child_id, **values)
        except DuplicateKey:
            raise AlreadyThere from None
        return self._entity(child, child_id)

    async def delete_child(self, child: ChildKind[Any], parent_id: int, child_id: int) -> None:
        self._row(child, parent_id, child_id)
        del self.database.tables[child.table][child_id]
        if child is SAFETY_SYSTEMS:
            self.database.delete(FEATURES.table, safety_system_id=child_id)

    def _row(self, child: ChildKind[Any], parent_id: int, child_id: int) -> Row:
        row = self.database.tables[child.table].get(child_id)
        if row is None or row[child.parent] != parent_id:
            raise child.not_found
        return row

    def _entity[Entity](self, child: ChildKind[Entity], child_id: int) -> Entity:
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
