"""The courses of the catalog, shown to learners or not, and a new one."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from atg_core.catalog.authoring import AuthoredCourses
from atg_core.catalog.curriculum_records import COURSES as COURSE
from atg_core.catalog.ports import CatalogQueries
from atg_entrypoints.console.catalog.asked import (
    COURSES,
    DONE,
    Asked,
    DoneQuery,
    Edits,
    Fields,
    Pages,
    Reads,
    ReadsCatalog,
    WordsQuery,
    body_of,
    shown,
    tabs_of,
)
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, number_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.catalog.curriculum_wire import NewCourse
from atg_entrypoints.http.policy import AUTHOR

_LIST, _NEW = "catalog/courses", "catalog/new_course"
_STATES = {"active": True, "hidden": False}


def course_body(data: Fields) -> dict[str, Any]:
    """The fields of a course as the API takes them."""
    body = body_of(
        data,
        texts=("title", "description", "level", "code"),
        numbers=("station_id", "duration_hours", "valid_months", "renew_days"),
        ticks=("renew_topics", "is_active"),
    )
    return {**body, "title": body["title"] or ""}


@get("/authoring/courses", policy=AUTHOR)
async def show_courses(
    *,
    request: Asked,
    authoring_queries: Reads,
    catalog_queries: ReadsCatalog,
    paging: Pages,
    q: WordsQuery = "",
    station: Annotated[str, QueryParameter(max_length=20)] = "",
    which: Annotated[str, QueryParameter(name="state", max_length=20)] = "",
    done: DoneQuery = "",
) -> Response[str]:
    """`which`: `active` or `hidden`."""
    chosen = number_of(station)
    chosen = chosen if isinstance(chosen, int) else None
    query = AuthoredCourses(q=q.strip() or None, station_id=chosen, is_active=_STATES.get(which))
    courses, total = await authoring_queries.courses(query, limit=paging.size, offset=paging.offset)
    stations = {each.id: each for each in await catalog_queries.stations()}
    asked = {"q": q, "station": chosen or "", "state": which if which in _STATES else ""}
    values = {**asked, "found": paging.of(courses, total), "stations": stations, "done": DONE.get(done), "asked": asked}
    return page(request, _LIST, {**values, **tabs_of(request)})


async def _values(request: Asked, catalog: CatalogQueries) -> dict[str, Any]:
    return {**tabs_of(request), "stations": await catalog.stations(), "back": f"{COURSES}/new"}


@get("/authoring/courses/new", policy=AUTHOR)
async def show_new_course(request: Asked, catalog_queries: ReadsCatalog) -> Response[str]:
    blank = shown({**course_body({}), "is_active": True, "renew_days": ""})
    return page(request, _NEW, {**await _values(request, catalog_queries), **CLEAN, "given": blank})


@post("/authoring/courses", policy=AUTHOR, status_code=HTTPStatus.OK)
async def add_course_here(
    request: Asked, data: Form, edit_curriculum: Edits, catalog_queries: ReadsCatalog
) -> Response[Any]:
    body = course_body(data)
    try:
        new = checked(NewCourse, {name: value for name, value in body.items() if value is not None})
        made = await edit_curriculum.add(COURSE, new.present_fields())
    except Refusals as error:
        return form_again(request, _NEW, {**await _values(request, catalog_queries), "given": shown(body)}, error)
    return led_to(f"{COURSES}/{made['id']}?done=added")


HANDLERS: Sequence[BaseRouteHandler] = (show_courses, show_new_course, add_course_here)
