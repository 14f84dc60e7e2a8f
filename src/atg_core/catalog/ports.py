"""Queries of the catalog; each is a fixed number of statements, whatever the size of the result."""

from typing import Protocol
from uuid import UUID

from atg_core.catalog.model import (
    Course,
    CourseQuery,
    Equipment,
    GasSource,
    Material,
    Program,
    ProgramTree,
    SafetySystem,
    Specification,
    Station,
    StationCard,
    Topic,
)
from atg_core.catalog.prerequisites import Prerequisite
from atg_core.errors import NotFound


class StationNotFound(NotFound):
    """Station not found"""


class CourseNotFound(NotFound):
    """Course not found"""


class LessonNotFound(NotFound):
    """Lesson not found"""


class TopicNotFound(NotFound):
    """Topic not found"""


class CatalogQueries(Protocol):
    """Children of a station come by `order_index`; an unknown station raises StationNotFound."""

    async def stations(self) -> list[Station]:
        """All stations by id."""

    async def station(self, station_id: int) -> StationCard: ...

    async def equipment(self, station_id: int) -> list[Equipment]: ...

    async def specifications(self, station_id: int) -> list[Specification]: ...

    async def safety_systems(self, station_id: int) -> list[SafetySystem]: ...

    async def gas_sources(self, station_id: int) -> list[GasSource]: ...

    async def program_tree(self, station_id: int) -> ProgramTree | None:
        """The first active program of the station, None where it has none."""

    async def course_program_tree(self, course_id: UUID) -> ProgramTree | None:
        """The first active program that the course shows, None where it shows none. Raises CourseNotFound."""

    async def materials(self, lesson_id: int, *, limit: int, offset: int) -> tuple[list[Material], int]:
        """A page of the materials of a lesson, and their total number. Raises LessonNotFound."""

    async def topic(self, topic_id: int) -> Topic:
        """An active topic, of an active lesson and program, with its active files. Raises TopicNotFound."""

    async def courses(self, query: CourseQuery, *, limit: int, offset: int) -> tuple[list[Course], int]:
        """A page of the active courses, newest first, and their total number."""

    async def station_courses(self, station_id: int) -> list[Course]:
        """The active courses of a station, newest first; none for an unknown station."""

    async def course(self, course_id: UUID) -> tuple[Course, list[Program], list[Prerequisite]]:
        """A course, the programs of its station and its own by `order_index`, and what it requires.

        Raises CourseNotFound.
        """


class CatalogVersion(Protocol):
    async def current(self) -> str | None:
        """A text that each committed write of `SHOWN_TABLES` replaces by a new one; None if it is not there."""
