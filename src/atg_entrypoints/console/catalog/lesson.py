"""A lesson: its fields and its materials."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from atg_core.catalog.authoring import AuthoringQueries
from atg_core.catalog.curriculum_records import LESSONS as LESSON
from atg_core.catalog.curriculum_records import MATERIALS
from atg_core.catalog.ports import LessonNotFound
from atg_core.errors import AtgError
from atg_entrypoints.console.catalog.asked import (
    DONE,
    LESSONS,
    Asked,
    DoneQuery,
    Edits,
    Reads,
    body_of,
    shown,
    tabs_of,
)
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.catalog.curriculum_wire import LessonChanges, MaterialChanges
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import serial_or

_PAGE = "catalog/lesson"
_FIELDS = ("title", "duration", "code", "is_active")


async def _values(request: Asked, key: int, authoring: AuthoringQueries) -> dict[str, Any]:
    """Raises LessonNotFound."""
    lesson = await authoring.lesson(key)
    return {
        **tabs_of(request),
        "lesson": lesson,
        "given": shown({name: getattr(lesson, name) for name in _FIELDS}),
        "material": "",
        "in_material": None,
        "done": None,
        "back": f"{LESSONS}/{key}",
    }


@get("/authoring/lessons/{record_id:str}", policy=AUTHOR)
async def show_lesson(
    request: Asked, record_id: FromPath[str], authoring_queries: Reads, done: DoneQuery = ""
) -> Response[str]:
    values = await _values(request, serial_or(LessonNotFound, record_id), authoring_queries)
    return page(request, _PAGE, {**values, **CLEAN, "done": DONE.get(done)})


@post("/authoring/lessons/{record_id:str}", policy=AUTHOR, status_code=HTTPStatus.OK)
async def change_lesson_here(
    request: Asked, record_id: FromPath[str], data: Form, edit_curriculum: Edits, authoring_queries: Reads
) -> Response[Any]:
    key = serial_or(LessonNotFound, record_id)
    body = body_of(data, texts=("title", "duration", "code"), ticks=("is_active",))
    body["title"] = body["title"] or ""
    try:
        await edit_curriculum.change(LESSON, key, checked(LessonChanges, body).present_fields())
    except Refusals as error:
        return form_again(
            request, _PAGE, {**await _values(request, key, authoring_queries), "given": shown(body)}, error
        )
    return led_to(f"{LESSONS}/{key}?done=saved")


@post("/authoring/lessons/{record_id:str}/materials", policy=AUTHOR, status_code=HTTPStatus.OK)
async def add_material_here(
    request: Asked, record_id: FromPath[str], data: Form, edit_curriculum: Edits, authoring_queries: Reads
) -> Response[Any]:
    key, name = serial_or(LessonNotFound, record_id), line_of(data, "material_name") or ""
    try:
        new = checked(MaterialChanges, {"material_name": name})
        await edit_curriculum.add(MATERIALS, {**new.present_fields(), "lesson_id": key})
    except Refusals as error:
        return await _again(request, key, authoring_queries, error, material=name)
    return led_to(f"{LESSONS}/{key}?done=added#materials")


@post("/authoring/lessons/{record_id:str}/materials/{material_id:str}", policy=AUTHOR, status_code=HTTPStatus.OK)
async def change_material_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    material_id: FromPath[str],
    data: Form,
    edit_curriculum: Edits,
    authoring_queries: Reads,
) -> Response[Any]:
    """Renames it or, with `delete`, deletes it."""
    key, material = serial_or(LessonNotFound, record_id), serial_or(MATERIALS.not_found, material_id)
    try:
        if text_of(data, "delete"):
            await edit_curriculum.remove(MATERIALS, material, key)
        else:
            given = checked(MaterialChanges, {"material_name": line_of(data, "material_name") or ""})
            await edit_curriculum.change(MATERIALS, material, given.present_fields(), key)
    except Refusals as error:
        return await _again(request, key, authoring_queries, error, in_material=material)
    return led_to(f"{LESSONS}/{key}?done=saved#materials")


async def _again(request: Asked, key: int, authoring: AuthoringQueries, error: AtgError, **more: Any) -> Response[str]:
    return form_again(request, _PAGE, {**await _values(request, key, authoring), **more}, error)


HANDLERS: Sequence[BaseRouteHandler] = (show_lesson, change_lesson_here, add_material_here, change_material_here)
