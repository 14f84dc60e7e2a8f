"""A course: its fields, what it requires, and the programs that it shows."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.catalog.authoring import AuthoringQueries
from atg_core.catalog.curriculum_records import COURSES as COURSE
from atg_core.catalog.curriculum_records import PROGRAMS as PROGRAM
from atg_core.catalog.ports import CatalogQueries, CourseNotFound
from atg_core.catalog.prerequisites import EditPrerequisites, Prerequisite
from atg_entrypoints.console.catalog.asked import (
    COURSES,
    DONE,
    PROGRAMS,
    Asked,
    DoneQuery,
    Edits,
    Reads,
    ReadsCatalog,
    shown,
    tabs_of,
)
from atg_entrypoints.console.catalog.courses import course_body
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, number_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.catalog.curriculum_wire import CourseChanges, NewProgram
from atg_entrypoints.http.catalog.prerequisites import PrerequisiteChanges
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import uuid_or

_PAGE = "catalog/course"
_MOST_CHOICES = 500

Requires = NamedDependency[SkipValidation[EditPrerequisites]]
_FIELDS = (
    *("title", "description", "station_id", "duration_hours", "level", "code", "is_active"),
    *("valid_months", "renew_days", "renew_topics"),
)


async def _values(request: Asked, key: UUID, catalog: CatalogQueries, authoring: AuthoringQueries) -> dict[str, Any]:
    """Raises CourseNotFound."""
    course, programs, required = await catalog.course(key)
    chosen = {_key_of(each) for each in required}
    choices = await authoring.requirable(key, limit=_MOST_CHOICES)
    return {
        **tabs_of(request),
        "course": course,
        "programs": programs,
        "required": {_key_of(each): each for each in required},
        "choices": {_key_of(each): each for each in choices if _key_of(each) not in chosen},
        "stations": await catalog.stations(),
        "given": shown({name: getattr(course, name) for name in _FIELDS}),
        "program_title": "",
        "done": None,
        "back": f"{COURSES}/{key}",
    }


def _key_of(each: Prerequisite) -> str:
    """As the form of prerequisites names them."""
    return f"course:{each.course_id}" if each.course_id else f"final_test:{each.final_test_id}"


@get("/authoring/courses/{record_id:str}", policy=AUTHOR)
async def show_course(
    request: Asked,
    record_id: FromPath[str],
    authoring_queries: Reads,
    catalog_queries: ReadsCatalog,
    done: DoneQuery = "",
) -> Response[str]:
    values = await _values(request, uuid_or(CourseNotFound, record_id), catalog_queries, authoring_queries)
    return page(request, _PAGE, {**values, **CLEAN, "done": DONE.get(done)})


@post("/authoring/courses/{record_id:str}", policy=AUTHOR, status_code=HTTPStatus.OK)
async def change_course_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    data: Form,
    edit_curriculum: Edits,
    authoring_queries: Reads,
    catalog_queries: ReadsCatalog,
) -> Response[Any]:
    key, body = uuid_or(CourseNotFound, record_id), course_body(data)
    try:
        changes = checked(
            CourseChanges, {name: each for name, each in body.items() if (name, each) != ("renew_days", None)}
        )
        await edit_curriculum.change(COURSE, key, changes.present_fields())
    except Refusals as error:
        values = await _values(request, key, catalog_queries, authoring_queries)
        return form_again(request, _PAGE, {**values, "given": shown(body)}, error)
    return led_to(f"{COURSES}/{key}?done=saved")


@post("/authoring/courses/{record_id:str}/prerequisites", policy=AUTHOR, status_code=HTTPStatus.OK)
async def change_prerequisites_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    data: Form,
    edit_prerequisites: Requires,
    authoring_queries: Reads,
    catalog_queries: ReadsCatalog,
) -> Response[Any]:
    """Adds what `add` names, or drops what `remove` names."""
    key = uuid_or(CourseNotFound, record_id)
    _, _, required = await catalog_queries.course(key)
    wanted = {_key_of(each) for each in required} - {text_of(data, "remove")} | {text_of(data, "add")}
    try:
        given = checked(PrerequisiteChanges, _body_of(wanted))
        await edit_prerequisites(key, given.course_ids, given.final_test_ids)
    except Refusals as error:
        return form_again(request, _PAGE, await _values(request, key, catalog_queries, authoring_queries), error)
    return led_to(f"{COURSES}/{key}?done=saved#prerequisites")


def _body_of(wanted: set[str]) -> dict[str, Any]:
    named = [each.partition(":")[::2] for each in sorted(wanted)]
    return {
        "course_ids": [key for kind, key in named if kind == "course"],
        "final_test_ids": [number_of(key) for kind, key in named if kind == "final_test"],
    }


@post("/authoring/courses/{record_id:str}/programs", policy=AUTHOR, status_code=HTTPStatus.OK)
async def add_program_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    data: Form,
    edit_curriculum: Edits,
    authoring_queries: Reads,
    catalog_queries: ReadsCatalog,
) -> Response[Any]:
    """Of the station of the course, or of this course alone."""
    key, title = uuid_or(CourseNotFound, record_id), line_of(data, "program_title") or ""
    course, _, _ = await catalog_queries.course(key)
    is_of_station = text_of(data, "of") == "station" and course.station_id is not None
    place = {"station_id": course.station_id} if is_of_station else {"course_id": str(key)}
    try:
        new = checked(NewProgram, {"title": title, **place})
        made = await edit_curriculum.add(PROGRAM, new.present_fields())
    except Refusals as error:
        values = await _values(request, key, catalog_queries, authoring_queries)
        return form_again(request, _PAGE, {**values, "program_title": title}, error, prefix="program_")
    return led_to(f"{PROGRAMS}/{made['id']}?done=added")


HANDLERS: Sequence[BaseRouteHandler] = (
    show_course,
    change_course_here,
    change_prerequisites_here,
    add_program_here,
)
