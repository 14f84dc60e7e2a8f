"""Courses before enrolling, and stations."""

from collections.abc import Sequence
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.catalog.model import CourseQuery
from atg_core.catalog.ports import CourseNotFound, StationNotFound
from atg_core.catalog.topic_files import EditTopicFiles
from atg_core.learning.prerequisites import PrerequisiteQueries
from atg_entrypoints.console.learning.asked import Asked, QueriesCatalog, QueriesLearners, SignsUrls
from atg_entrypoints.console.pages import page
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Paging, serial_or, uuid_or

_LONGEST_SERIAL = 9


@get("/catalog", policy=SIGNED_IN)
async def show_catalog(
    *,
    request: Asked,
    catalog_queries: QueriesCatalog,
    learner_queries: QueriesLearners,
    paging: NamedDependency[SkipValidation[Paging]],
    q: Annotated[str, QueryParameter(max_length=200)] = "",
    station: Annotated[str, QueryParameter(max_length=20)] = "",
) -> Response[str]:
    chosen = int(station) if station.isascii() and station.isdigit() and len(station) <= _LONGEST_SERIAL else None
    query = CourseQuery(q=q.strip() or None, station_id=chosen)
    courses, total = await catalog_queries.courses(query, limit=paging.size, offset=paging.offset)
    mine = {each.course_id for each in await learner_queries.enrolled_courses(request.user.id)}
    stations = {each.id: each for each in await catalog_queries.stations()}
    found = paging.of(courses, total)
    values = {"found": found, "mine": mine, "stations": stations, "q": q, "station": chosen}
    return page(request, "learning/catalog", values)


@get("/catalog/{course_id:str}", policy=SIGNED_IN)
async def show_offer(
    request: Asked,
    course_id: FromPath[str],
    catalog_queries: QueriesCatalog,
    prerequisite_queries: NamedDependency[SkipValidation[PrerequisiteQueries]],
) -> Response[str]:
    """A course before enrolling, with what has to be passed before."""
    course, programs, _ = await catalog_queries.course(uuid_or(CourseNotFound, course_id))
    access = (await prerequisite_queries.of_courses(request.user.id, [course.id])).get(course.id)
    values = {
        "course": course,
        "programs": programs,
        "is_mine": access is not None and access.is_enrolled,
        "missing": access.missing if access else [],
    }
    return page(request, "learning/offer", values)


@get("/stations", policy=SIGNED_IN)
async def show_stations(request: Asked, catalog_queries: QueriesCatalog, sign_urls: SignsUrls) -> Response[str]:
    stations = await catalog_queries.stations()
    urls = await sign_urls(request.user, [each.image for each in stations if each.image])
    return page(request, "learning/stations", {"stations": stations, "urls": urls})


@get("/stations/{station_id:str}", policy=SIGNED_IN)
async def show_station(
    request: Asked,
    station_id: FromPath[str],
    catalog_queries: QueriesCatalog,
    edit_topic_files: NamedDependency[SkipValidation[EditTopicFiles]],
    sign_urls: SignsUrls,
) -> Response[str]:
    number = serial_or(StationNotFound, station_id)
    card = await catalog_queries.station(number)
    courses = await catalog_queries.station_courses(number)
    keys = [*(each.image_url for each in card.photos), *(each.file_url for each in card.documents)]
    video = await edit_topic_files.video(number)
    shown = (card.station.image, card.station.tech_map_image, video.object_key if video else None)
    keys += [key for key in shown if key]
    urls = await sign_urls(request.user, keys)
    return page(request, "learning/station", {"card": card, "courses": courses, "video": video, "urls": urls})


HANDLERS: Sequence[BaseRouteHandler] = (show_catalog, show_offer, show_stations, show_station)
