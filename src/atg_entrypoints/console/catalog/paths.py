"""Learning paths as authors have them: the list, a new one, and one with its courses in their order.

They are there where learning is served, to which paths belong; they are assigned by the training department.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.catalog.authoring import AuthoredCourses, AuthoringQueries
from atg_core.learning.path_assignments import EditLearningPaths, LearningPathQueries
from atg_core.learning.paths import LearningPath, LearningPathNotFound, Opening, PathCourse
from atg_entrypoints.console.catalog.asked import (
    AUTHORING,
    DONE,
    Asked,
    DoneQuery,
    Fields,
    Pages,
    Reads,
    WordsQuery,
    body_of,
    shown,
    tabs_of,
)
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, number_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.learning.paths_wire import LearningPathChanges, NewLearningPath
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import uuid_or

PATHS = f"{AUTHORING}/paths"
_LIST, _PAGE = "catalog/paths", "catalog/path"
_MOST_OFFERED = 100
_FIELDS = ("title", "description", "code", "opening", "due_days", "is_active")
_BLANK: Mapping[str, Any] = {**dict.fromkeys(_FIELDS, ""), "opening": Opening.IN_ORDER, "is_active": True}

ReadsPaths = NamedDependency[SkipValidation[LearningPathQueries]]
EditsPaths = NamedDependency[SkipValidation[EditLearningPaths]]


def _body(data: Fields) -> dict[str, Any]:
    """The fields of a path as the API takes them."""
    body = body_of(data, texts=("title", "description", "code"), numbers=("due_days",), ticks=("is_active",))
    return {**body, "title": body["title"] or "", "opening": text_of(data, "opening")}


@get("/authoring/paths", policy=AUTHOR)
async def show_paths(
    request: Asked, learning_path_queries: ReadsPaths, paging: Pages, done: DoneQuery = ""
) -> Response[str]:
    found, total = await learning_path_queries.paths(
        request.user.id, mine=False, inactive=True, limit=paging.size, offset=paging.offset
    )
    values = {"found": paging.of([path for path, _ in found], total), "done": DONE.get(done)}
    return page(request, _LIST, {**tabs_of(request), **values})


@get("/authoring/paths/new", policy=AUTHOR)
async def show_new_path(request: Asked) -> Response[str]:
    return page(request, _PAGE, {**_new(request), **CLEAN, "given": _BLANK})


def _new(request: Asked) -> dict[str, Any]:
    return {**tabs_of(request), "learning_path": None, "done": None, "back": f"{PATHS}/new"}


@post("/authoring/paths", policy=AUTHOR, status_code=HTTPStatus.OK)
async def add_path_here(request: Asked, data: Form, edit_learning_paths: EditsPaths) -> Response[Any]:
    body = _body(data)
    try:
        made = await edit_learning_paths.add(checked(NewLearningPath, body).values(), [])
    except Refusals as error:
        return form_again(request, _PAGE, {**_new(request), "given": shown(body)}, error)
    return led_to(f"{PATHS}/{made.id}?done=added")


async def _found(request: Asked, record_id: str, queries: LearningPathQueries) -> LearningPath:
    """Raises LearningPathNotFound."""
    found, _ = await queries.path(request.user.id, uuid_or(LearningPathNotFound, record_id))
    return found


async def _values(request: Asked, path: LearningPath, authoring: AuthoringQueries, q: str = "") -> dict[str, Any]:
    """`offered`: courses that match and are not on the path yet; `has_more`: not all of them are listed."""
    query = AuthoredCourses(q=q.strip() or None, is_active=True)
    courses, total = await authoring.courses(query, limit=_MOST_OFFERED, offset=0)
    own = {each.course_id for each in path.courses}
    return {
        **tabs_of(request),
        "learning_path": path,
        "offered": [each for each in courses if each.id not in own],
        "has_more": total > _MOST_OFFERED,
        "q": q,
        "given": shown({name: getattr(path, name) for name in _FIELDS}),
        "done": None,
        "back": f"{PATHS}/{path.id}",
    }


@get("/authoring/paths/{record_id:str}", policy=AUTHOR)
async def show_path_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    learning_path_queries: ReadsPaths,
    authoring_queries: Reads,
    q: WordsQuery = "",
    done: DoneQuery = "",
) -> Response[str]:
    values = await _values(request, await _found(request, record_id, learning_path_queries), authoring_queries, q)
    return page(request, _PAGE, {**values, **CLEAN, "done": DONE.get(done)})


@post("/authoring/paths/{record_id:str}", policy=AUTHOR, status_code=HTTPStatus.OK)
async def change_path_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    data: Form,
    edit_learning_paths: EditsPaths,
    learning_path_queries: ReadsPaths,
    authoring_queries: Reads,
) -> Response[Any]:
    key, body = uuid_or(LearningPathNotFound, record_id), _body(data)
    try:
        await edit_learning_paths.change(key, checked(LearningPathChanges, body).values(), None)
    except Refusals as error:
        values = await _values(request, await _found(request, record_id, learning_path_queries), authoring_queries)
        return form_again(request, _PAGE, {**values, "given": shown(body)}, error)
    return led_to(f"{PATHS}/{key}?done=saved")


@post("/authoring/paths/{record_id:str}/courses", policy=AUTHOR, status_code=HTTPStatus.OK)
async def arrange_courses_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    data: Form,
    edit_learning_paths: EditsPaths,
    learning_path_queries: ReadsPaths,
    authoring_queries: Reads,
) -> Response[Any]:
    """Adds, moves, takes out one course, or changes until when it is due, as `how` says.

    A course that is on the path already is not added again, and one that is not there is not taken out.
    """
    path = await _found(request, record_id, learning_path_queries)
    try:
        courses = _arranged(path.courses, uuid_or(LearningPathNotFound, text_of(data, "course")), data)
        wanted = checked(LearningPathChanges, {"courses": [_as_body(each) for each in courses]})
        await edit_learning_paths.change(path.id, {}, wanted.path_courses())
    except Refusals as error:
        return form_again(request, _PAGE, await _values(request, path, authoring_queries), error)
    return led_to(f"{PATHS}/{path.id}?done=saved#courses")


def _as_body(course: PathCourse) -> dict[str, Any]:
    """As the API takes it."""
    return {"course_id": str(course.course_id), "due_days": course.due_days, "due_from": course.due_from}


def _arranged(courses: Sequence[PathCourse], course_id: UUID, data: Fields) -> list[PathCourse]:
    how, arranged = text_of(data, "how"), list(courses)
    at = next((index for index, each in enumerate(courses) if each.course_id == course_id), None)
    if at is None:
        return [*arranged, PathCourse(course_id=course_id, title="")] if how == "add" else arranged
    if how == "remove":
        del arranged[at]
    elif how in {"up", "down"}:
        arranged.insert(max(0, at - 1 if how == "up" else at + 1), arranged.pop(at))
    elif how == "due":
        rule: Any = {"due_days": number_of(text_of(data, "due_days")), "due_from": text_of(data, "due_from")}
        arranged[at] = replace(arranged[at], **rule)
    return arranged


@post("/authoring/paths/{record_id:str}/delete", policy=AUTHOR, status_code=HTTPStatus.OK)
async def remove_path_here(
    request: Asked, record_id: FromPath[str], edit_learning_paths: EditsPaths, learning_path_queries: ReadsPaths
) -> Response[Any]:
    """One that somebody has is hidden instead."""
    key = uuid_or(LearningPathNotFound, record_id)
    await edit_learning_paths.remove(key)
    try:
        await _found(request, record_id, learning_path_queries)
    except LearningPathNotFound:
        return led_to(f"{PATHS}?done=deleted")
    return led_to(f"{PATHS}/{key}?done=hidden")


HANDLERS: Sequence[BaseRouteHandler] = (
    show_paths,
    show_new_path,
    add_path_here,
    show_path_here,
    change_path_here,
    arrange_courses_here,
    remove_path_here,
)
