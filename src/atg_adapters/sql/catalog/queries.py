"""Queries of the catalog, on SQL; each is a fixed number of statements in one round trip."""

from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.catalog.columns import columns_of
from atg_adapters.sql.catalog.course_program import TREE, TREE_OF_COURSE, tree_of
from atg_adapters.sql.catalog.prerequisites import PREREQUISITES
from atg_adapters.sql.database import Database
from atg_adapters.sql.folding import escaped, search
from atg_adapters.sql.result import Result
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
    TopicFile,
)
from atg_core.catalog.ports import CourseNotFound, LessonNotFound, StationNotFound, TopicNotFound
from atg_core.catalog.prerequisites import Prerequisite

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_station: sa.BindParameter[int] = sa.bindparam("station_id")
_topic: sa.BindParameter[int] = sa.bindparam("topic_id")
_lesson: sa.BindParameter[int] = sa.bindparam("lesson_id")
_this_course: sa.ColumnElement[bool] = t.courses.c.id == sa.bindparam("course_id")


def _all(table: sa.Table, entity: "type[DataclassInstance]") -> sa.Select[Any]:
    return sa.select(*columns_of(table, entity))


def _ordered(table: sa.Table, entity: "type[DataclassInstance]") -> sa.Select[Any]:
    return _all(table, entity).order_by(table.c.order_index, table.c.id)


def _of_station(table: sa.Table, entity: "type[DataclassInstance]") -> sa.Select[Any]:
    return _ordered(table, entity).where(table.c.station_id == _station)


_STATIONS = _all(t.stations, Station).order_by(t.stations.c.id)
_STATION = _all(t.stations, Station).where(t.stations.c.id == _station)
_STATION_ID = sa.select(t.stations.c.id).where(t.stations.c.id == _station)
_EQUIPMENT = _of_station(t.station_equipment, Equipment)
_SPECIFICATIONS = _of_station(t.station_specifications, Specification)
_SAFETY_SYSTEMS = _of_station(t.station_safety_systems, SafetySystem)
_GAS_SOURCES = _of_station(t.station_gas_supply_sources, GasSource)
_PHOTOS = _of_station(t.station_photos, Photo)
_DOCUMENTS = _of_station(t.station_documents, Document)
_features = t.station_safety_system_features
_FEATURES = (
    _all(_features, SafetyFeature)
    .join_from(_features, t.station_safety_systems)
    .where(t.station_safety_systems.c.station_id == _station)
    .order_by(_features.c.safety_system_id, _features.c.order_index, _features.c.id)
)
_CARD = (_STATION, _EQUIPMENT, _SPECIFICATIONS, _SAFETY_SYSTEMS, _FEATURES, _GAS_SOURCES, _PHOTOS, _DOCUMENTS)

_NEWEST = (t.courses.c.created_at.desc(), t.courses.c.id)
_STATION_COURSES = (
    _all(t.courses, Course).where(t.courses.c.station_id == _station, t.courses.c.is_active).order_by(*_NEWEST)
)
_COURSE = _all(t.courses, Course).where(_this_course)
_COURSE_ID = sa.select(t.courses.c.id).where(_this_course)
_COURSE_PROGRAMS = (
    _ordered(t.course_programs, Program).join(t.courses, t.shows(t.courses, t.course_programs)).where(_this_course)
)

_active_topic = sa.and_(t.topics.c.is_active, t.lessons.c.is_active, t.course_programs.c.is_active)
_TOPIC = (
    _all(t.topics, Topic)
    .select_from(t.topics.join(t.lessons).join(t.course_programs))
    .where(t.topics.c.id == _topic, _active_topic)
)
_TOPIC_FILES = _ordered(t.topic_files, TopicFile).where(t.topic_files.c.topic_id == _topic, t.topic_files.c.is_active)

_LESSON = sa.select(t.lessons.c.id).where(t.lessons.c.id == _lesson, t.lessons.c.is_active)
_of_lesson = t.lesson_materials.c.lesson_id == _lesson
_MATERIALS = (
    _all(t.lesson_materials, Material)
    .where(_of_lesson)
    .order_by(t.lesson_materials.c.order_index, t.lesson_materials.c.id)
    .limit(sa.bindparam("limit"))
    .offset(sa.bindparam("offset"))
)
_COUNT_MATERIALS = sa.select(sa.func.count()).where(_of_lesson)


@cache
def _courses(*filters: str) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Counts the active courses that match, and reads a page of them, for the parameters that `filters` name."""
    each: dict[str, sa.ColumnElement[bool]] = {
        "words": search(t.courses.c.title, t.courses.c.description),
        "station_id": t.courses.c.station_id == _station,
        "level": t.courses.c.level == sa.bindparam("level"),
    }
    matching = sa.and_(t.courses.c.is_active, *(each[name] for name in filters))
    page = _all(t.courses, Course).where(matching).order_by(*_NEWEST)
    page = page.limit(sa.bindparam("limit")).offset(sa.bindparam("offset"))
    return sa.select(sa.func.count()).where(matching), page


class SqlCatalogQueries:
    """`CatalogQueries` on a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def stations(self) -> list[Station]:
        [found] = await self._read({}, _STATIONS)
        return found.entities(Station)

    async def station(self, station_id: int) -> StationCard:
        found, equipment, specifications, systems, features, sources, photos, documents = await self._read(
            {"station_id": station_id}, *_CARD
        )
        stations = found.entities(Station)
        if not stations:
            raise StationNotFound
        return StationCard(
            station=stations[0],
            equipment=equipment.entities(Equipment),
            specifications=specifications.entities(Specification),
            safety_systems=_safety_systems(systems, features),
            gas_sources=sources.entities(GasSource),
            photos=photos.entities(Photo),
            documents=documents.entities(Document),
        )

    async def equipment(self, station_id: int) -> list[Equipment]:
        [found] = await self._of_station(station_id, _EQUIPMENT)
        return found.entities(Equipment)

    async def specifications(self, station_id: int) -> list[Specification]:
        [found] = await self._of_station(station_id, _SPECIFICATIONS)
        return found.entities(Specification)

    async def safety_systems(self, station_id: int) -> list[SafetySystem]:
        systems, features = await self._of_station(station_id, _SAFETY_SYSTEMS, _FEATURES)
        return _safety_systems(systems, features)

    async def gas_sources(self, station_id: int) -> list[GasSource]:
        [found] = await self._of_station(station_id, _GAS_SOURCES)
        return found.entities(GasSource)

    async def program_tree(self, station_id: int) -> ProgramTree | None:
        return tree_of(await self._of_station(station_id, *TREE))

    async def course_program_tree(self, course_id: UUID) -> ProgramTree | None:
        found, *results = await self._read({"course_id": course_id}, _COURSE_ID, *TREE_OF_COURSE)
        if found.first() is None:
            raise CourseNotFound
        return tree_of(results)

    async def materials(self, lesson_id: int, *, limit: int, offset: int) -> tuple[list[Material], int]:
        values = {"lesson_id": lesson_id, "limit": limit, "offset": offset}
        lesson, total, page = await self._read(values, _LESSON, _COUNT_MATERIALS, _MATERIALS)
        if lesson.first() is None:
            raise LessonNotFound
        return page.entities(Material), total.scalar_one()

    async def topic(self, topic_id: int) -> Topic:
        topics, files = await self._read({"topic_id": topic_id}, _TOPIC, _TOPIC_FILES)
        if topics.first() is None:
            raise TopicNotFound
        return convert({**topics.mappings()[0], "files": files.mappings()}, Topic)

    async def courses(self, query: CourseQuery, *, limit: int, offset: int) -> tuple[list[Course], int]:
        wanted = {"words": escaped(query.q or "") or None, "station_id": query.station_id, "level": query.level}
        given = {name: value for name, value in wanted.items() if value is not None}
        total, page = await self._read({**given, "limit": limit, "offset": offset}, *_courses(*given))
        return page.entities(Course), total.scalar_one()

    async def station_courses(self, station_id: int) -> list[Course]:
        [found] = await self._read({"station_id": station_id}, _STATION_COURSES)
        return found.entities(Course)

    async def course(self, course_id: UUID) -> tuple[Course, list[Program], list[Prerequisite]]:
        given = {"course_id": course_id}
        found, programs, required = await self._read(given, _COURSE, _COURSE_PROGRAMS, PREREQUISITES)
        courses = found.entities(Course)
        if not courses:
            raise CourseNotFound
        return courses[0], programs.entities(Program), required.entities(Prerequisite)

    async def _of_station(self, station_id: int, *statements: sa.Select[Any]) -> list[Result]:
        """Raises StationNotFound."""
        found, *results = await self._read({"station_id": station_id}, _STATION_ID, *statements)
        if found.first() is None:
            raise StationNotFound
        return results

    async def _read(self, values: Mapping[str, Any], *statements: sa.Select[Any]) -> list[Result]:
        return await self.database.results(*((statement, values) for statement in statements))


def _safety_systems(systems: Result, features: Result) -> list[SafetySystem]:
    grouped = groupby(features.mappings(), lambda row: row["safety_system_id"])
    features_of = {system: list(rows) for system, rows in grouped}
    return convert(
        [{**row, "features": features_of.get(row["id"], ())} for row in systems.mappings()], list[SafetySystem]
    )
