"""Authoring stations and what belongs to them, on SQL."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.database import fields_of
from atg_adapters.sql.tables import metadata
from atg_adapters.sql.tables.catalog import station_safety_system_features, stations
from atg_core.catalog.authoring import SAFETY_SYSTEMS, AlreadyThere, Child, ShortNameTaken, StationInUse
from atg_core.catalog.model import Station
from atg_core.catalog.ports import StationNotFound

type Values = Mapping[str, Any]

_id: sa.BindParameter[int] = sa.bindparam("id_")
_DELETE_STATION = sa.delete(stations).where(stations.c.id == _id).returning(stations.c.id)
_FEATURES = (
    sa.select(station_safety_system_features)
    .where(station_safety_system_features.c.safety_system_id == _id)
    .order_by(station_safety_system_features.c.order_index, station_safety_system_features.c.id)
)


class SqlStations:
    """`StationStore` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
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

    async def delete_station(self, station_id: int) -> None:
        try:
            deleted = (await self.connection.execute(_DELETE_STATION, {"id_": station_id})).first()
        except IntegrityError as error:  # what learners did refers to something in it
            raise StationInUse from error
        if deleted is None:
            raise StationNotFound

    async def require_child(self, child: Child[Any], parent_id: int, child_id: int) -> None:
        table = metadata.tables[child.table]
        found = sa.select(table.c.id).where(table.c.id == child_id, table.c[child.parent] == parent_id)
        if (await self.connection.execute(found)).first() is None:
            raise child.absent

    async def add_child[Entity](self, child: Child[Entity], parent_id: int, values: Values) -> Entity:
        table, parent = metadata.tables[child.table], metadata.tables[child.parent_table]
        locked = sa.select(parent.c.id).where(parent.c.id == parent_id).with_for_update(read=True, key_share=True)
        if (await self.connection.execute(locked)).first() is None:
            raise child.parent_absent
        add = insert(table).values({child.parent: parent_id, **values})
        if child.one_for:
            changed: dict[str, Any] = {name: add.excluded[name] for name in values}
            add = add.on_conflict_do_update(index_elements=[child.parent, child.one_for], set_=changed)
        return await self._entity(child, await self._written(add.returning(table), AlreadyThere))

    async def change_child[Entity](self, child: Child[Entity], parent_id: int, child_id: int, values: Values) -> Entity:
        table = metadata.tables[child.table]
        mine = (table.c.id == child_id) & (table.c[child.parent] == parent_id)
        change = sa.update(table).where(mine).values(values or {child.parent: parent_id}).returning(table)
        row = await self._written(change, AlreadyThere)
        if row is None:
            raise child.absent
        return await self._entity(child, row)

    async def delete_child(self, child: Child[Any], parent_id: int, child_id: int) -> None:
        table = metadata.tables[child.table]
        mine = (table.c.id == child_id) & (table.c[child.parent] == parent_id)
        if (await self.connection.execute(sa.delete(table).where(mine).returning(table.c.id))).first() is None:
            raise child.absent

    async def _written(self, statement: Any, taken: type[Exception]) -> dict[str, Any] | None:
        try:
            row = (await self.connection.execute(statement)).first()
        except IntegrityError as error:
            raise taken from error
        return fields_of(row) if row else None

    async def _entity[Entity](self, child: Child[Entity], row: dict[str, Any] | None) -> Entity:
        if child is SAFETY_SYSTEMS and row:
            features = await self.connection.execute(_FEATURES, {"id_": row["id"]})
            row["features"] = [fields_of(feature) for feature in features]
        return convert(row, child.entity)
