"""Reading the catalogue: stations, courses, programs. Everybody may."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.catalog.model import CourseQuery
from atg_core.catalog.ports import Catalog, CourseNotFound, StationNotFound
from atg_entrypoints.http.catalog_wire import (
    CourseDetails,
    CourseProgram,
    CourseProgramReply,
    CourseReply,
    CourseRow,
    EquipmentRow,
    GasSourceRow,
    ProgramRow,
    SafetySystemRow,
    SpecificationRow,
    StationReply,
    StationRow,
)
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.http.wire import NO_NUL, Data, Page, Paging, serial_or, to_wire, uuid_or

_STATIONS, _COURSES = ["stations"], ["courses"]


@get("/stations", policy=PUBLIC, tags=_STATIONS, summary="All stations")
async def list_stations(catalog: NamedDependency[SkipValidation[Catalog]]) -> Data[StationRow]:
    return Data(to_wire(await catalog.stations(), list[StationRow]))


@get("/stations/{station_id:str}", policy=PUBLIC, tags=_STATIONS, summary="A station with all its parts")
async def show_station(station_id: FromPath[str], catalog: NamedDependency[SkipValidation[Catalog]]) -> StationReply:
    return StationReply.of(await catalog.station(serial_or(StationNotFound, station_id)))


@get("/stations/{station_id:str}/equipment", policy=PUBLIC, tags=_STATIONS, summary="A station's equipment")
async def list_equipment(
    station_id: FromPath[str], catalog: NamedDependency[SkipValidation[Catalog]]
) -> Data[EquipmentRow]:
    return Data(to_wire(await catalog.equipment(serial_or(StationNotFound, station_id)), list[EquipmentRow]))


@get("/stations/{station_id:str}/specs", policy=PUBLIC, tags=_STATIONS, summary="A station's specifications")
async def list_specifications(
    station_id: FromPath[str], catalog: NamedDependency[SkipValidation[Catalog]]
) -> Data[SpecificationRow]:
    found = await catalog.specifications(serial_or(StationNotFound, station_id))
    return Data(to_wire(found, list[SpecificationRow]))


@get("/stations/{station_id:str}/safety", policy=PUBLIC, tags=_STATIONS, summary="A station's safety systems")
async def list_safety_systems(
    station_id: FromPath[str], catalog: NamedDependency[SkipValidation[Catalog]]
) -> Data[SafetySystemRow]:
    found = await catalog.safety_systems(serial_or(StationNotFound, station_id))
    return Data(to_wire(found, list[SafetySystemRow]))


@get(
    "/stations/{station_id:str}/gas-sources", policy=PUBLIC, tags=_STATIONS, summary="Where a station's gas comes from"
)
async def list_gas_sources(
    station_id: FromPath[str], catalog: NamedDependency[SkipValidation[Catalog]]
) -> Data[GasSourceRow]:
    return Data(to_wire(await catalog.gas_sources(serial_or(StationNotFound, station_id)), list[GasSourceRow]))


@get("/stations/{station_id:str}/course-program", policy=PUBLIC, tags=_STATIONS, summary="A station's program, whole")
async def show_course_program(
    station_id: FromPath[str], catalog: NamedDependency[SkipValidation[Catalog]]
) -> CourseProgramReply:
    tree = await catalog.program_tree(serial_or(StationNotFound, station_id))
    return CourseProgramReply(course_program=CourseProgram.of(tree) if tree else None)


@get("/courses", policy=PUBLIC, tags=_COURSES, summary="The active courses, newest first", also={400})
async def list_courses(
    catalog: NamedDependency[SkipValidation[Catalog]],
    paging: NamedDependency[SkipValidation[Paging]],
    q: Annotated[
        str | None,
        QueryParameter(name="q", max_length=200, pattern=NO_NUL, description="Words in title or description"),
    ] = None,
    station_id: Annotated[int | None, QueryParameter(name="station_id", ge=1, le=2**31 - 1)] = None,
    level: Annotated[str | None, QueryParameter(name="level", max_length=50, pattern=NO_NUL)] = None,
) -> Page[CourseRow]:
    query = CourseQuery(q=q, station_id=station_id, level=level)
    courses, total = await catalog.courses(query, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(courses, list[CourseRow]), total)


@get("/courses/stations/{station_id:str}", policy=PUBLIC, tags=_COURSES, summary="A station's active courses")
async def list_station_courses(
    station_id: FromPath[str], catalog: NamedDependency[SkipValidation[Catalog]]
) -> Data[CourseRow]:
    try:
        courses = await catalog.station_courses(serial_or(StationNotFound, station_id))
    except StationNotFound:  # an unknown station has no courses, says the spec
        courses = []
    return Data(to_wire(courses, list[CourseRow]))


@get("/courses/{course_id:str}", policy=PUBLIC, tags=_COURSES, summary="A course with the programs of its station")
async def show_course(course_id: FromPath[str], catalog: NamedDependency[SkipValidation[Catalog]]) -> CourseReply:
    course, programs = await catalog.course(uuid_or(CourseNotFound, course_id))
    return CourseReply(course=to_wire(course, CourseDetails), programs=to_wire(programs, list[ProgramRow]))


@get("/courses/{course_id:str}/programs", policy=PUBLIC, tags=_COURSES, summary="The programs of a course")
async def list_course_programs(
    course_id: FromPath[str], catalog: NamedDependency[SkipValidation[Catalog]]
) -> Data[ProgramRow]:
    _, programs = await catalog.course(uuid_or(CourseNotFound, course_id))
    return Data(to_wire(programs, list[ProgramRow]))


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
)
