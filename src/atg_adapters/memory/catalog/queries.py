"""Queries of the catalog, in memory."""

from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.catalog.course_program import ordered, read_program_tree
from atg_adapters.memory.catalog.prerequisites import prerequisites_of
from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.shown_programs import shows
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
    SafetySystem,
    Specification,
    Station,
    StationCard,
    Topic,
)
from atg_core.catalog.ports import CourseNotFound, LessonNotFound, StationNotFound, TopicNotFound
from atg_core.catalog.prerequisites import Prerequisite
from atg_core.text import holds


class MemoryCatalogQueries:
    """`CatalogQueries` on tables in memory."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def stations(self) -> list[Station]:
        return convert(sorted(self.database.rows("stations"), key=lambda row: row["id"]), list[Station])

    async def station(self, station_id: int) -> StationCard:
        return StationCard(
            station=convert(self._station(station_id), Station),
            equipment=await self.equipment(station_id),
            specifications=await self.specifications(station_id),
            safety_systems=await self.safety_systems(station_id),
            gas_sources=await self.gas_sources(station_id),
            photos=self._of_station("station_photos", Photo, station_id),
            documents=self._of_station("station_documents", Document, station_id),
        )

    async def equipment(self, station_id: int) -> list[Equipment]:
        return self._of_station("station_equipment", Equipment, station_id)

    async def specifications(self, station_id: int) -> list[Specification]:
        return self._of_station("station_specifications", Specification, station_id)

    async def safety_systems(self, station_id: int) -> list[SafetySystem]:
        self._station(station_id)
        systems = self._ordered("station_safety_systems", station_id=station_id)
        features = "station_safety_system_features"
        return convert(
            [{**row, "features": self._ordered(features, safety_system_id=row["id"])} for row in systems],
            list[SafetySystem],
        )

    async def gas_sources(self, station_id: int) -> list[GasSource]:
        return self._of_station("station_gas_supply_sources", GasSource, station_id)

    async def program_tree(self, station_id: int) -> ProgramTree | None:
        self._station(station_id)
        return read_program_tree(self.database, self._ordered("course_programs", station_id=station_id, is_active=True))

    async def course_program_tree(self, course_id: UUID) -> ProgramTree | None:
        programs = self._programs(self._course(course_id))
        return read_program_tree(self.database, [row for row in programs if row["is_active"]])

    async def materials(self, lesson_id: int, *, limit: int, offset: int) -> tuple[list[Material], int]:
        lesson = self.database.tables["lessons"].get(lesson_id)
        if lesson is None or not lesson["is_active"]:
            raise LessonNotFound
        found = sorted(self.database.rows("lesson_materials", lesson_id=lesson_id), key=lambda row: row["id"])
        return convert(found[offset : offset + limit], list[Material]), len(found)

    async def topic(self, topic_id: int) -> Topic:
        tables = self.database.tables
        topic = tables["topics"].get(topic_id, {})
        lesson = tables["lessons"].get(topic.get("lesson_id"), {})
        program = tables["course_programs"].get(lesson.get("course_program_id"), {})
        if not all(row.get("is_active") for row in (topic, lesson, program)):
            raise TopicNotFound
        return convert({**topic, "files": self._ordered("topic_files", topic_id=topic_id, is_active=True)}, Topic)

    async def courses(self, query: CourseQuery, *, limit: int, offset: int) -> tuple[list[Course], int]:
        wanted = {"station_id": query.station_id, "level": query.level}
        given = {name: value for name, value in wanted.items() if value is not None}
        found = [
            row
            for row in _newest_first(self.database.rows("courses", is_active=True, **given))
            if holds(query.q, row["title"], row["description"])
        ]
        return convert(found[offset : offset + limit], list[Course]), len(found)

    async def station_courses(self, station_id: int) -> list[Course]:
        rows = self.database.rows("courses", station_id=station_id, is_active=True)
        return convert(_newest_first(rows), list[Course])

    async def course(self, course_id: UUID) -> tuple[Course, list[Program], list[Prerequisite]]:
        row = self._course(course_id)
        programs = convert(self._programs(row), list[Program])
        return convert(row, Course), programs, prerequisites_of(self.database, course_id)

    def _course(self, course_id: UUID) -> Row:
        try:
            return self.database.tables["courses"][course_id]
        except KeyError:
            raise CourseNotFound from None

    def _programs(self, course: Row) -> list[Row]:
        return [row for row in self._ordered("course_programs") if shows(course, row)]

    def _station(self, station_id: int) -> Row:
        try:
            return self.database.tables["stations"][station_id]
        except KeyError:
            raise StationNotFound from None

    def _of_station[Child](self, table: str, child: type[Child], station_id: int) -> list[Child]:
        self._station(station_id)
        return convert(self._ordered(table, station_id=station_id), list[child])  # type: ignore[valid-type]

    def _ordered(self, table: str, **values: Any) -> list[Row]:
        return ordered(self.database, table, **values)


def _newest_first(rows: Any) -> list[Row]:
    return sorted(sorted(rows, key=lambda row: row["id"]), key=lambda row: row["created_at"], reverse=True)
