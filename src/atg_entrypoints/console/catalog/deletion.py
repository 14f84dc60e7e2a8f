"""Deleting a course, a program, a lesson or a topic; where people have progress it can only be hidden."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from atg_core.catalog import curriculum_records as records
from atg_core.catalog.authoring import AuthoringQueries
from atg_core.catalog.curriculum_records import Id, RecordKind
from atg_core.catalog.ports import CatalogQueries, CourseNotFound
from atg_core.errors import Conflict
from atg_core.words import phrase
from atg_entrypoints.console.catalog.asked import (
    AUTHORING,
    COURSES,
    PROGRAMS,
    Asked,
    Edits,
    Reads,
    ReadsCatalog,
    tabs_of,
)
from atg_entrypoints.console.catalog.program import place_of
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, form_again, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import serial_or, uuid_or

_PAGE = "catalog/delete"


class HasLearners(Conflict):
    """People have begun this, so it can not be deleted. You can hide it from learners."""


class _Kind(NamedTuple):
    kind: RecordKind
    key: Callable[[str], Id]
    title: str
    text: str


def _serial(kind: RecordKind) -> Callable[[str], Id]:
    return lambda text: serial_or(kind.not_found, text)


_KINDS = {
    "courses": _Kind(
        records.COURSES,
        lambda text: uuid_or(CourseNotFound, text),
        phrase("Delete the course?"),
        phrase("Programs of this course alone are deleted with it, with all their lessons, topics and tests."),
    ),
    "programs": _Kind(
        records.PROGRAMS,
        _serial(records.PROGRAMS),
        phrase("Delete the program?"),
        phrase("All its lessons, topics and tests are deleted with it."),
    ),
    "lessons": _Kind(
        records.LESSONS,
        _serial(records.LESSONS),
        phrase("Delete the lesson?"),
        phrase("Its topics, its materials and its test are deleted with it."),
    ),
    "topics": _Kind(
        records.TOPICS,
        _serial(records.TOPICS),
        phrase("Delete the topic?"),
        phrase("Its text is deleted with it; files stay in the store."),
    ),
}
_ASKED = [f"/authoring/{name}/{{record_id:str}}/delete" for name in _KINDS]


class _Found(NamedTuple):
    """A record: its title, its own page, and the page that it is listed on."""

    title: str
    here: str
    above: str


async def _found(name: str, key: Any, authoring: AuthoringQueries, catalog: CatalogQueries) -> _Found:
    """Raises what the queries raise."""
    here = f"{AUTHORING}/{name}/{key}"
    if name == "courses":
        course, _, _ = await catalog.course(key)
        return _Found(course.title, here, COURSES)
    if name == "topics":
        topic = await authoring.topic(key)
        return _Found(topic.title, here, f"{PROGRAMS}/{topic.program_id}")
    if name == "lessons":
        lesson = await authoring.lesson(key)
        return _Found(lesson.title, here, f"{PROGRAMS}/{lesson.program_id}")
    outline = await authoring.outline(key)
    return _Found(outline.program.title, here, place_of(outline)[0])


async def _values(
    request: Asked, record_id: str, authoring: AuthoringQueries, catalog: CatalogQueries
) -> tuple[str, Any, dict[str, Any]]:
    name = request.url.path.split("/")[3]
    kind = _KINDS[name]
    key: Any = kind.key(record_id)
    found = await _found(name, key, authoring, catalog)
    learners = await authoring.learners(kind.kind, key)
    values = {
        "found": found,
        "learners": learners,
        "title": kind.title,
        "text": kind.text,
        "back": f"{found.here}/delete",
    }
    return name, key, {**tabs_of(request), **values}


@get(_ASKED, policy=AUTHOR)
async def ask_to_delete(
    request: Asked, record_id: FromPath[str], authoring_queries: Reads, catalog_queries: ReadsCatalog
) -> Response[str]:
    _, _, values = await _values(request, record_id, authoring_queries, catalog_queries)
    return page(request, _PAGE, {**values, **CLEAN})


@post(_ASKED, policy=AUTHOR, status_code=HTTPStatus.OK)
async def delete_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    data: Form,
    edit_curriculum: Edits,
    authoring_queries: Reads,
    catalog_queries: ReadsCatalog,
) -> Response[Any]:
    """With `hide` it is hidden from learners instead, and also where somebody has begun it this moment."""
    name, key, values = await _values(request, record_id, authoring_queries, catalog_queries)
    found, kind = values["found"], _KINDS[name].kind
    try:
        if text_of(data, "hide"):
            await edit_curriculum.change(kind, key, {"is_active": False})
            return led_to(f"{found.here}?done=hidden")
        if values["learners"]:
            raise HasLearners
        is_gone = await edit_curriculum.remove(kind, key)
    except Refusals as error:
        return form_again(request, _PAGE, values, error)
    if not is_gone:
        return led_to(f"{found.here}?done=hidden")
    return led_to(found.above + ("&" if "?" in found.above else "?") + "done=deleted")


HANDLERS: Sequence[BaseRouteHandler] = (ask_to_delete, delete_here)
