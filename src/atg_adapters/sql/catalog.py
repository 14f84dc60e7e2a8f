"""The catalogue on SQL: plain reads, each a fixed number of statements."""

from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.database import Database, Row, fields_of
from atg_adapters.sql.programs import read_program_tree
from atg_adapters.sql.tables import catalog as t
from atg_core.catalog.model import (
    Course,
    CourseQuery,
    Document,
    Equipment,
    GasSource,
    Material,
    Photo,
    Program,
    ProgramTree,
    SafetyFeature,
    SafetySystem,
    Specification,
    Station,
    StationCard,
    Topic,
)
from atg_core.catalog.ports import CourseNotFound, LessonNotFound, StationNotFound, TopicNotFound

_station: sa.BindParameter[int] = sa.bindparam("station_id")
_course: sa.BindParameter[UUID] = sa.bindparam("course_id")


def _of_station(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).where(table.c.station_id == _station).order_by(table.c.order_index, table.c.id)


_STATIONS = sa.select(t.stations).order_by(t.stations.c.id)
_STATION = sa.select(t.stations).where(t.stations.c.id == _station)
_EQUIPMENT = _of_station(t.station_equipment)
_SPECIFICATIONS = _of_station(t.station_specifications)
_SAFETY_SYSTEMS = _of_station(t.station_safety_systems)
_GAS_SOURCES = _of_station(t.station_gas_supply_sources)
_PHOTOS = _of_station(t.station_photos)
_DOCUMENTS = _of_station(t.station_documents)
_features = t.station_safety_system_features
_FEATURES = (
    sa.select(_features)
    .join(t.station_safety_systems)
    .where(t.station_safety_systems.c.station_id == _station)
    .order_by(_features.c.safety_system_id, _features.c.order_index, _features.c.id)
)
_NEWEST = (t.courses.c.created_at.desc(), t.courses.c.id)
_STATION_COURSES = (
    sa.select(t.courses).where(t.courses.c.station_id == _station, t.courses.c.is_active).order_by(*_NEWEST)
)
_COURSE = sa.select(t.courses).where(t.courses.c.id == _course)
_PROGRAMS = _of_station(t.course_programs)

_active_topic = sa.and_(t.topics.c.is_active, t.lessons.c.is_active, t.course_programs.c.is_active)
_TOPIC = (
    sa.select(t.topics)
    .select_from(t.topics.join(t.lessons).join(t.course_programs))
    .where(t.topics.c.id == sa.bindparam("topic"), _active_topic)
)
_TOPIC_FILES = (
    sa.select(t.topic_files)
    .where(t.topic_files.c.topic_id == sa.bindparam("topic"), t.topic_files.c.is_active)
    .order_by(t.topic_files.c.order_index, t.topic_files.c.id)
)

_LESSON = sa.select(t.lessons.c.id).where(t.lessons.c.id == sa.bindparam("lesson"), t.lessons.c.is_active)
_materials = t.lesson_materials.c.lesson_id == sa.bindparam("lesson")
_MATERIALS = (
    sa.select(t.lesson_materials)
    .where(_materials)
    .order_by(t.lesson_materials.c.id)
    .limit(sa.bindparam("limit"))
    .offset(sa.bindparam("offset"))
)
_COUNT_MATERIALS = sa.select(sa.func.count()).where(_materials)


class SqlCatalog:
    """`Catalog` on a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def stations(self) -> list[Station]:
        return [_as(Station, row) for row in await self.database.rows(_STATIONS)]

    async def station(self, station_id: int) -> StationCard:
        async with self.database.reader() as connection:
            row = (await connection.execute(_STATION, {"station_id": station_id})).first()
            if row is None:
                raise StationNotFound
            return StationCard(
                station=_as(Station, row),
                equipment=await _children(connection, _EQUIPMENT, Equipment, station_id),
                specifications=await _children(connection, _SPECIFICATIONS, Specification, station_id),
                safety_systems=await _safety_systems(connection, station_id),
                gas_sources=await _children(connection, _GAS_SOURCES, GasSource, station_id),
                photos=await _children(connection, _PHOTOS, Photo, station_id),
                documents=await _children(connection, _DOCUMENTS, Document, station_id),
            )

    async def equipment(self, station_id: int) -> list[Equipment]:
        return await self._of_station(_EQUIPMENT, Equipment, station_id)

    async def specifications(self, station_id: int) -> list[Specification]:
        return await self._of_station(_SPECIFICATIONS, Specification, station_id)

    async def safety_systems(self, station_id: int) -> list[SafetySystem]:
        async with self.database.reader() as connection:
            await _require_station(connection, station_id)
            return await _safety_systems(connection, station_id)

    async def gas_sources(self, station_id: int) -> list[GasSource]:
        return await self._of_station(_GAS_SOURCES, GasSource, station_id)

    async def program_tree(self, station_id: int) -> ProgramTree | None:
        async with self.database.reader() as connection:
            await _require_station(connection, station_id)
            return await read_program_tree(connection, station_id)

    async def materials(self, lesson_id: int, *, limit: int, offset: int) -> tuple[list[Material], int]:
        async with self.database.reader() as connection:
            if (await connection.execute(_LESSON, {"lesson": lesson_id})).first() is None:
                raise LessonNotFound
            total = (await connection.execute(_COUNT_MATERIALS, {"lesson": lesson_id})).scalar_one()
            page = {"lesson": lesson_id, "limit": limit, "offset": offset}
            return [_as(Material, row) for row in await connection.execute(_MATERIALS, page)], total

    async def topic(self, topic_id: int) -> Topic:
        async with self.database.reader() as connection:
            row = (await connection.execute(_TOPIC, {"topic": topic_id})).first()
            if row is None:
                raise TopicNotFound
            files = await connection.execute(_TOPIC_FILES, {"topic": topic_id})
            return _as(Topic, row, files=[fields_of(file) for file in files])

    async def courses(self, query: CourseQuery, *, limit: int, offset: int) -> tuple[list[Course], int]:
        matching: sa.ColumnElement[bool] = t.courses.c.is_active
        if query.q:
            words = t.courses.c.title.icontains(query.q, autoescape=True)
            matching &= words | t.courses.c.description.icontains(query.q, autoescape=True)
        if query.station_id is not None:
            matching &= t.courses.c.station_id == query.station_id
        if query.level is not None:
            matching &= t.courses.c.level == query.level
        page = sa.select(t.courses).where(matching).order_by(*_NEWEST).limit(limit).offset(offset)
        async with self.database.reader() as connection:
            total = (await connection.execute(sa.select(sa.func.count()).where(matching))).scalar_one()
            return [_as(Course, row) for row in await connection.execute(page)], total

    async def station_courses(self, station_id: int) -> list[Course]:
        rows = await self.database.rows(_STATION_COURSES, {"station_id": station_id})
        return [_as(Course, row) for row in rows]

    async def course(self, course_id: UUID) -> tuple[Course, list[Program]]:
        async with self.database.reader() as connection:
            row = (await connection.execute(_COURSE, {"course_id": course_id})).first()
            if row is None:
                raise CourseNotFound
            return _as(Course, row), await _children(connection, _PROGRAMS, Program, row.station_id)

    async def _of_station[Child](self, statement: sa.Select[Any], child: type[Child], station_id: int) -> list[Child]:
        async with self.database.reader() as connection:
            await _require_station(connection, station_id)
            return await _children(connection, statement, child, station_id)


def _as[Entity](entity: type[Entity], row: Row, **parts: Any) -> Entity:
    """The row as an entity; `parts` are what other tables hold of it."""
    if parts:
        return convert({**fields_of(row), **parts}, entity)
    return convert(row, entity, from_attributes=True)


async def _children[Child](
    connection: AsyncConnection,
    statement: sa.Select[Any],
    child: type[Child],
    station_id: int | None,
) -> list[Child]:
    rows = await connection.execute(statement, {"station_id": station_id})
    return [_as(child, row) for row in rows]


async def _safety_systems(connection: AsyncConnection, station_id: int) -> list[SafetySystem]:
    rows = await connection.execute(_FEATURES, {"station_id": station_id})
    features = {
        system: tuple(_as(SafetyFeature, row) for row in group)
        for system, group in groupby(rows, attrgetter("safety_system_id"))
    }
    systems = await connection.execute(_SAFETY_SYSTEMS, {"station_id": station_id})
    return [_as(SafetySystem, row, features=features.get(row.id, ())) for row in systems]


async def _require_station(connection: AsyncConnection, station_id: int) -> None:
    if (await connection.execute(_STATION, {"station_id": station_id})).first() is None:
        raise StationNotFound
