"""Station authoring, on SQL."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import fields_of
from atg_adapters.sql.tables.catalog import (
    ONE_PHOTO_OF_A_VIEW,
    course_programs,
    lessons,
    station_documents,
    station_photos,
    station_promo_videos,
    station_safety_system_features,
    stations,
    topic_files,
    topics,
)
from atg_adapters.sql.tables.every import metadata
from atg_core.catalog.model import Station
from atg_core.catalog.ports import StationNotFound
from atg_core.catalog.stations import SAFETY_SYSTEMS, AlreadyThere, ChildKind, ShortNameTaken, StationInUse

type Values = Mapping[str, Any]

_id: sa.BindParameter[int] = sa.bindparam("id_")
_DELETE_STATION = sa.delete(stations).where(stations.c.id == _id).returning(stations.c.id)
_of_its_programs = (
    sa.select(topics.c.id)
    .join(lessons, lessons.c.id == topics.c.lesson_id)
    .join(course_programs, course_programs.c.id == lessons.c.course_program_id)
    .where(course_programs.c.station_id == _id)
)
_NAMED_KEYS = sa.union_all(
    sa.select(stations.c.image).where(stations.c.id == _id, stations.c.image.is_not(None)),
    sa.select(stations.c.tech_map_image).where(stations.c.id == _id, stations.c.tech_map_image.is_not(None)),
    sa.select(station_photos.c.image_url).where(station_photos.c.station_id == _id),
    sa.select(station_documents.c.file_url).where(station_documents.c.station_id == _id),
    sa.select(station_promo_videos.c.object_key).where(station_promo_videos.c.station_id == _id),
    sa.select(topic_files.c.minio_object_name).where(topic_files.c.topic_id.in_(_of_its_programs)),
)
_FEATURES = (
    sa.select(station_safety_system_features)
    .where(station_safety_system_features.c.safety_system_id == _id)
    .order_by(station_safety_system_features.c.order_index, station_safety_system_features.c.id)
)


class SqlStations:
    """`StationStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add_station(self, values: Values) -> Station:
        row = await self._written(sa.insert(stations).values(values).returning(stations), ShortNameTaken)
        return convert(row, Station)

    async def change_station(self, station_id: int, values: Values) -> Station:
        change = sa.update(stations).where(stations.c.id == station_id).values(values).returning(stations)
        row = await self._written(change, ShortNameTaken)
        if row is None:
            raise StationNotFound
        return convert(row, Station)

    async def delete_station(self, station_id: int) -> list[str]:
        keys = await self.connection.scalars(_NAMED_KEYS, {"id_": station_id})
        try:
            deleted = (await self.connection.execute(_DELETE_STATION, {"id_": station_id})).first()
        except IntegrityError as error:  # learners' progress refers to it
            raise StationInUse from error
        if deleted is None:
            raise StationNotFound
        return keys

    async def require_child(self, child: ChildKind[Any], parent_id: int, child_id: int) -> None:
        table = metadata.tables[child.table]
        found = sa.select(table.c.id).where(table.c.id == child_id, table.c[child.parent] == parent_id)
        if (await self.connection.execute(found)).first() is None:
            raise child.not_found

    async def add_child[Entity](self, child: ChildKind[Entity], parent_id: int, values: Values) -> Entity:
        table, parent = metadata.tables[child.table], metadata.tables[child.parent_table]
        locked = sa.select(parent.c.id).where(parent.c.id == parent_id).with_for_update(read=True, key_share=True)
        if (await self.connection.execute(locked)).first() is None:
            raise child.parent_not_found
        add = insert(table).values({child.parent: parent_id, **values})
        if child.unique_by and child.is_once(values):
            changed: dict[str, Any] = {name: add.excluded[name] for name in values}
            add = add.on_conflict_do_update(
                index_elements=[child.parent, child.unique_by], index_where=ONE_PHOTO_OF_A_VIEW, set_=changed
            )
        return await self._entity(child, await self._written(add.returning(table), AlreadyThere))

    async def change_child[Entity](
        self, child: ChildKind[Entity], parent_id: int, child_id: int, values: Values
    ) -> Entity:
        table = metadata.tables[child.table]
        mine = (table.c.id == child_id) & (table.c[child.parent] == parent_id)
        change = sa.update(table).where(mine).values(values or {child.parent: parent_id}).returning(table)
        row = await self._written(change, AlreadyThere)
        if row is None:
            raise child.not_found
        return await self._entity(child, row)

    async def delete_child(self, child: ChildKind[Any], parent_id: int, child_id: int) -> None:
        table = metadata.tables[child.table]
        mine = (table.c.id == child_id) & (table.c[child.parent] == parent_id)
        if (await self.connection.execute(sa.delete(table).where(mine).returning(table.c.id))).first() is None:
            raise child.not_found

    async def _written(self, statement: Any, taken: type[Exception]) -> dict[str, Any] | None:
        try:
            row = (await self.connection.execute(statement)).first()
        except IntegrityError as error:
            raise taken from error
        return fields_of(row) if row else None

    async def _entity[Entity](self, child: ChildKind[Entity], row: dict[str, Any] | None) -> Entity:
        if child is SAFETY_SYSTEMS and row:
            features = await self.connection.execute(_FEATURES, {"id_": row["id"]})
            row["features"] = [fields_of(feature) for feature in features]
        return convert(row, child.entity)
