"""Public queries of the catalog: stations, courses, programs. All but a search by words come from the cache."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.catalog.model import Course, CourseQuery, Program, ProgramTree
from atg_core.catalog.ports import CatalogQueries, CourseNotFound, StationNotFound
from atg_core.catalog.prerequisites import Prerequisite
from atg_entrypoints.http.catalog.course_program_wire import CourseProgram, CourseProgramReply
from atg_entrypoints.http.catalog.queries_wire import (
    CourseDetails,
    CourseReply,
    CourseRow,
    EquipmentRow,
    GasSourceRow,
    PrerequisiteRow,
    ProgramRow,
    SafetySystemRow,
    SpecificationRow,
    StationReply,
    StationRow,
)
from atg_entrypoints.http.catalog.replies import CatalogReply, Replies, catalog_reply
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.http.wire import NO_NUL, Data, Page, Paging, serial_or, to_wire, uuid_or

Asked = Request[Any, Any, Any]
Queries = NamedDependency[SkipValidation[CatalogQueries]]
Cache = NamedDependency[SkipValidation[Replies]]

_STATIONS, _COURSES = ["stations"], ["courses"]


def _list_of[Row](row: type[Row]) -> Callable[[Any], Data[Row]]:
    return lambda found: Data(to_wire(found, list[row]))  # type: ignore[valid-type]


_stations, _equipment, _specifications = _list_of(StationRow), _list_of(EquipmentRow), _list_of(SpecificationRow)
_safety_systems, _gas_sources, _courses = _list_of(SafetySystemRow), _list_of(GasSourceRow), _list_of(CourseRow)


def _program(tree: ProgramTree | None) -> CourseProgramReply:
    return CourseProgramReply(course_program=CourseProgram.of(tree) if tree else None)


def _course(found: tuple[Course, list[Program], list[Prerequisite]]) -> CourseReply:
    course, programs, required = found
    return CourseReply(
        course=to_wire(course, CourseDetails),
        programs=to_wire(programs, list[ProgramRow]),
        prerequisites=to_wire(required, list[PrerequisiteRow]),
    )


def _course_programs(found: tuple[Course, list[Program], list[Prerequisite]]) -> Data[ProgramRow]:
    return Data(to_wire(found[1], list[ProgramRow]))


async def _reply[*Ids, Found, Body](
    request: Asked,
    cache: Replies,
    body: Callable[[Found], Body],
    query: Callable[[*Ids], Awaitable[Found]],
    *ids: *Ids,
) -> CatalogReply[Body]:
    """`body` makes it of what the query finds."""

    async def make() -> Body:
        return body(await query(*ids))

    return await catalog_reply(request, cache, (body, *ids), make)


@get("/stations", policy=PUBLIC, tags=_STATIONS, summary="All stations")
async def list_stations(
    request: Asked, catalog_queries: Queries, catalog_cache: Cache
) -> CatalogReply[Data[StationRow]]:
    return await _reply(request, catalog_cache, _stations, catalog_queries.stations)


@get("/stations/{station_id:str}", policy=PUBLIC, tags=_STATIONS, summary="A station with all its parts")
async def show_station(
    request: Asked, station_id: FromPath[str], catalog_queries: Queries, catalog_cache: Cache
) -> CatalogReply[StationReply]:
    station = serial_or(StationNotFound, station_id)
    return await _reply(request, catalog_cache, StationReply.of, catalog_queries.station, station)


@get("/stations/{station_id:str}/equipment", policy=PUBLIC, tags=_STATIONS, summary="A station's equipment")
async def list_equipment(
    request: Asked, station_id: FromPath[str], catalog_queries: Queries, catalog_cache: Cache
) -> CatalogReply[Data[EquipmentRow]]:
    station = serial_or(StationNotFound, station_id)
    return await _reply(request, catalog_cache, _equipment, catalog_queries.equipment, station)


@get("/stations/{station_id:str}/specs", policy=PUBLIC, tags=_STATIONS, summary="A station's specifications")
async def list_specifications(
    request: Asked, station_id: FromPath[str], catalog_queries: Queries, catalog_cache: Cache
) -> CatalogReply[Data[SpecificationRow]]:
    station = serial_or(StationNotFound, station_id)
    return await _reply(request, catalog_cache, _specifications, catalog_queries.specifications, station)


@get("/stations/{station_id:str}/safety", policy=PUBLIC, tags=_STATIONS, summary="A station's safety systems")
async def list_safety_systems(
    request: Asked, station_id: FromPath[str], catalog_queries: Queries, catalog_cache: Cache
) -> CatalogReply[Data[SafetySystemRow]]:
    station = serial_or(StationNotFound, station_id)
    return await _reply(request, catalog_cache, _safety_systems, catalog_queries.safety_systems, station)


@get("/stations/{station_id:str}/gas-sources", policy=PUBLIC, tags=_STATIONS, summary="A station's gas sources")
async def list_gas_sources(
    request: Asked, station_id: FromPath[str], catalog_queries: Queries, catalog_cache: Cache
) -> CatalogReply[Data[GasSourceRow]]:
    station = serial_or(StationNotFound, station_id)
    return await _reply(request, catalog_cache, _gas_sources, catalog_queries.gas_sources, station)


@get(
    "/stations/{station_id:str}/course-program",
    policy=PUBLIC,
    tags=_STATIONS,
    summary="A station's course program",
)
async def show_course_program(
    request: Asked, station_id: FromPath[str], catalog_queries: Queries, catalog_cache: Cache
) -> CatalogReply[CourseProgramReply]:
    station = serial_or(StationNotFound, station_id)
    return await _reply(request, catalog_cache, _program, catalog_queries.program_tree, station)


@get("/courses", policy=PUBLIC, tags=_COURSES, summary="The active courses, newest first", also={400})
async def list_courses(
    *,
    request: Asked,
    catalog_queries: Queries,
    catalog_cache: Cache,
    paging: NamedDependency[SkipValidation[Paging]],
    q: Annotated[
        str | None,
        QueryParameter(name="q", max_length=200, pattern=NO_NUL, description="Words in title or description"),
    ] = None,
    station_id: Annotated[int | None, QueryParameter(name="station_id", ge=1, le=2**31 - 1)] = None,
    level: Annotated[str | None, QueryParameter(name="level", max_length=50, pattern=NO_NUL)] = None,
) -> CatalogReply[Page[CourseRow]]:
    query = CourseQuery(q=q, station_id=station_id, level=level)

    async def page() -> Page[CourseRow]:
        courses, total = await catalog_queries.courses(query, limit=paging.size, offset=paging.offset)
        return paging.of(to_wire(courses, list[CourseRow]), total)

    return await catalog_reply(request, catalog_cache, None if q else (query, paging.page, paging.size), page)


@get("/courses/stations/{station_id:str}", policy=PUBLIC, tags=_COURSES, summary="A station's active courses")
async def list_station_courses(
    request: Asked, station_id: FromPath[str], catalog_queries: Queries, catalog_cache: Cache
) -> CatalogReply[Data[CourseRow]]:
    try:
        station = serial_or(StationNotFound, station_id)
    except StationNotFound:  # an unknown station has no courses, says the spec
        station = 0
    return await _reply(request, catalog_cache, _courses, catalog_queries.station_courses, station)


@get("/courses/{course_id:str}", policy=PUBLIC, tags=_COURSES, summary="A course with its programs")
async def show_course(
    request: Asked, course_id: FromPath[str], catalog_queries: Queries, catalog_cache: Cache
) -> CatalogReply[CourseReply]:
    course = uuid_or(CourseNotFound, course_id)
    return await _reply(request, catalog_cache, _course, catalog_queries.course, course)


@get("/courses/{course_id:str}/course-program", policy=PUBLIC, tags=_COURSES, summary="A course's first program, whole")
async def show_program_of_course(
    request: Asked, course_id: FromPath[str], catalog_queries: Queries, catalog_cache: Cache
) -> CatalogReply[CourseProgramReply]:
    """As `GET /stations/{id}/course-program`, of the active programs that the course shows."""
    course = uuid_or(CourseNotFound, course_id)
    return await _reply(request, catalog_cache, _program, catalog_queries.course_program_tree, course)


@get("/courses/{course_id:str}/programs", policy=PUBLIC, tags=_COURSES, summary="The programs of a course")
async def list_course_programs(
    request: Asked, course_id: FromPath[str], catalog_queries: Queries, catalog_cache: Cache
) -> CatalogReply[Data[ProgramRow]]:
    course = uuid_or(CourseNotFound, course_id)
    return await _reply(request, catalog_cache, _course_programs, catalog_queries.course, course)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_stations,
    show_station,
    list_equipment,
    list_specifications,
    list_safety_systems,
    list_gas_sources,
    show_course_program,
    list_courses,
    list_station_courses,
    show_course,
    list_course_programs,
    show_program_of_course,
)
