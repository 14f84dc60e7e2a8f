"""A program as a tree of lessons and topics: its fields, its order, and what is added to it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from atg_core.catalog.authoring import AuthoringQueries, Outline, OutlineLesson, OutlineTopic
from atg_core.catalog.curriculum_records import LESSONS as LESSON
from atg_core.catalog.curriculum_records import PROGRAMS as PROGRAM
from atg_core.catalog.curriculum_records import TOPICS as TOPIC
from atg_core.catalog.curriculum_records import ProgramNotFound
from atg_core.catalog.ports import LessonNotFound
from atg_entrypoints.console.catalog.asked import (
    COURSES,
    DONE,
    PROGRAMS,
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
from atg_entrypoints.http.catalog.curriculum_wire import NewLesson, NewTopic, ProgramChanges
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import serial_or

_PAGE, _SETTINGS = "catalog/program", "catalog/program_settings"
_FIELDS = ("title", "description", "duration", "format", "is_active")


def place_of(outline: Outline) -> tuple[str, str]:
    """Where a program belongs: the address and the name of its course, or of the courses of its station."""
    program = outline.program
    path = f"{COURSES}/{program.course_id}" if program.course_id else f"{COURSES}?station={program.station_id}"
    return path, outline.place


async def _values(request: Asked, key: int, authoring: AuthoringQueries) -> dict[str, Any]:
    """Raises ProgramNotFound."""
    outline = await authoring.outline(key)
    return {
        **tabs_of(request),
        "outline": outline,
        "program": outline.program,
        "place": place_of(outline),
        "lesson_title": "",
        "topic_title": "",
        "in_lesson": None,
        "done": None,
        "back": f"{PROGRAMS}/{key}",
    }


@get("/authoring/programs/{record_id:str}", policy=AUTHOR)
async def show_program(
    request: Asked, record_id: FromPath[str], authoring_queries: Reads, done: DoneQuery = ""
) -> Response[str]:
    values = await _values(request, serial_or(ProgramNotFound, record_id), authoring_queries)
    return page(request, _PAGE, {**values, **CLEAN, "done": DONE.get(done)})


@get("/authoring/programs/{record_id:str}/settings", policy=AUTHOR)
async def show_program_settings(request: Asked, record_id: FromPath[str], authoring_queries: Reads) -> Response[str]:
    values = await _values(request, serial_or(ProgramNotFound, record_id), authoring_queries)
    given = shown({name: getattr(values["program"], name) for name in _FIELDS})
    return page(request, _SETTINGS, {**values, **CLEAN, "given": given})


@post("/authoring/programs/{record_id:str}/settings", policy=AUTHOR, status_code=HTTPStatus.OK)
async def change_program_here(
    request: Asked, record_id: FromPath[str], data: Form, edit_curriculum: Edits, authoring_queries: Reads
) -> Response[Any]:
    key = serial_or(ProgramNotFound, record_id)
    body = body_of(data, texts=("title", "description", "duration", "format"), ticks=("is_active",))
    body |= {name: body[name] or "" for name in ("title", "format")}
    try:
        await edit_curriculum.change(PROGRAM, key, checked(ProgramChanges, body).present_fields())
    except Refusals as error:
        values = {**await _values(request, key, authoring_queries), "given": shown(body)}
        return form_again(request, _SETTINGS, {**values, "back": f"{PROGRAMS}/{key}/settings"}, error)
    return led_to(f"{PROGRAMS}/{key}?done=saved")


@post("/authoring/programs/{record_id:str}/lessons", policy=AUTHOR, status_code=HTTPStatus.OK)
async def add_lesson_here(
    request: Asked, record_id: FromPath[str], data: Form, edit_curriculum: Edits, authoring_queries: Reads
) -> Response[Any]:
    key, title = serial_or(ProgramNotFound, record_id), line_of(data, "lesson_title") or ""
    try:
        new = checked(NewLesson, {"title": title, "course_program_id": key})
        made = await edit_curriculum.add(LESSON, new.present_fields())
    except Refusals as error:
        values = {**await _values(request, key, authoring_queries), "lesson_title": title}
        return form_again(request, _PAGE, values, error, prefix="lesson_")
    return led_to(f"{PROGRAMS}/{key}?done=added#lesson-{made['id']}")


@post("/authoring/lessons/{record_id:str}/topics", policy=AUTHOR, status_code=HTTPStatus.OK)
async def add_topic_here(
    request: Asked, record_id: FromPath[str], data: Form, edit_curriculum: Edits, authoring_queries: Reads
) -> Response[Any]:
    lesson, title = serial_or(LessonNotFound, record_id), line_of(data, "topic_title") or ""
    key = (await authoring_queries.lesson(lesson)).program_id
    try:
        new = checked(NewTopic, {"title": title, "lesson_id": lesson})
        made = await edit_curriculum.add(TOPIC, new.present_fields())
    except Refusals as error:
        values = {**await _values(request, key, authoring_queries), "topic_title": title, "in_lesson": lesson}
        return form_again(request, _PAGE, values, error, prefix="topic_")
    return led_to(f"{PROGRAMS}/{key}?done=added#topic-{made['id']}")


@post("/authoring/programs/{record_id:str}/order", policy=AUTHOR, status_code=HTTPStatus.OK)
async def move_here(
    request: Asked, record_id: FromPath[str], data: Form, edit_curriculum: Edits, authoring_queries: Reads
) -> Response[Any]:
    """One place up or down, as `move` names it: `lesson-7:up`, `topic-12:down`."""
    key = serial_or(ProgramNotFound, record_id)
    name, _, where = text_of(data, "move").partition(":")
    moved = _moved(await authoring_queries.outline(key), name, is_up=where == "up")
    try:
        if moved:
            await edit_curriculum.order(TOPIC if name.startswith("topic-") else LESSON, moved)
    except Refusals as error:
        return form_again(request, _PAGE, await _values(request, key, authoring_queries), error)
    return led_to(f"{PROGRAMS}/{key}?done=moved#{name}" if moved else f"{PROGRAMS}/{key}")


def _moved(outline: Outline, name: str, *, is_up: bool) -> list[int]:
    """The ids of the siblings in their new order; none if there is nothing of this name."""
    rows: Sequence[Sequence[OutlineLesson | OutlineTopic]]
    kind, _, number = name.partition("-")
    rows = [outline.lessons] if kind == "lesson" else [lesson.topics for lesson in outline.lessons]
    for siblings in rows:
        ids = [each.id for each in siblings]
        at = next((index for index, each in enumerate(ids) if str(each) == number), None)
        if at is not None:
            ids.insert(max(0, at - 1 if is_up else at + 1), ids.pop(at))
            return ids
    return []


HANDLERS: Sequence[BaseRouteHandler] = (
    show_program,
    show_program_settings,
    change_program_here,
    add_lesson_here,
    add_topic_here,
    move_here,
)
