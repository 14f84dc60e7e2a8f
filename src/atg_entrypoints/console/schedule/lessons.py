"""A lesson: what it is, and moving, cancelling and deleting it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter

from atg_core.errors import ChangedMeanwhile
from atg_core.schedule.lessons import EditLessons
from atg_core.schedule.model import LessonStatus
from atg_core.schedule.ports import LessonNotFound, ScheduleQueries
from atg_entrypoints.console.forms import Form, Refusals, text_of
from atg_entrypoints.console.pages import is_part, led_to
from atg_entrypoints.console.schedule.asked import (
    CHANGED,
    Asked,
    EditsLessons,
    QueriesSchedule,
    led_away,
)
from atg_entrypoints.console.schedule.forms import as_given, lesson_of, was_of
from atg_entrypoints.console.schedule.lesson_page import lesson_page
from atg_entrypoints.console.schedule.shown import ShownLesson, shown
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.time_zone import zone_of_reader
from atg_entrypoints.http.wire import serial_or

FIELDS = ("title", "group_id", "start_date", "start_time", "end_time")


@get("/lessons/{lesson_id:str}", policy=SIGNED_IN)
async def show_lesson_page(
    request: Asked,
    lesson_id: FromPath[str],
    schedule_queries: QueriesSchedule,
    done: Annotated[str, QueryParameter(max_length=20)] = "",
) -> Response[str]:
    """As a part of a page: its details."""
    lesson = await seen_lesson(request, lesson_id, schedule_queries)
    return await lesson_page(request, lesson, is_about_marks=done == "marked")


async def seen_lesson(request: Asked, lesson_id: str, schedule_queries: ScheduleQueries) -> ShownLesson:
    """Raises LessonNotFound."""
    viewer = viewer_of(request)
    lesson = await schedule_queries.lesson(viewer, serial_or(LessonNotFound, lesson_id))
    return shown(lesson, viewer, zone_of_reader(request))


@post("/lessons/{lesson_id:str}/move", policy=TEACHER, status_code=HTTPStatus.OK)
async def move_lesson(
    *,
    request: Asked,
    lesson_id: FromPath[str],
    data: Form,
    edit_lessons: EditsLessons,
    schedule_queries: QueriesSchedule,
) -> Response[Any]:
    """Its time, its title and its group."""
    viewer, key = viewer_of(request), serial_or(LessonNotFound, lesson_id)
    try:
        form = lesson_of(data)
        start, end = form.span(zone_of_reader(request))
        values: dict[str, Any] = {"title": form.title, "group_id": form.group_id, "start_time": start, "end_time": end}
        if "link" in data:
            values["link"] = form.link
        allow_overlap = text_of(data, "allow_overlap") == "true"
        await edit_lessons.change(viewer, key, values, allow_overlap=allow_overlap, was=was_of(data))
    except Refusals as error:
        lesson = await seen_lesson(request, lesson_id, schedule_queries)
        given = as_given(data, *FIELDS, "link", "was")
        if isinstance(error, ChangedMeanwhile):
            given["was"] = lesson.was  # who sends it again has seen what is there
        return await lesson_page(request, lesson, given=given, error=error)
    return await changed(request, lesson_id, schedule_queries)


async def changed(request: Asked, lesson_id: str, schedule_queries: ScheduleQueries) -> Response[Any]:
    """The details as they are now, or the way to the page."""
    if not is_part(request):
        return led_to(f"{PREFIX}/lessons/{lesson_id}")
    return await lesson_page(request, await seen_lesson(request, lesson_id, schedule_queries), headers=CHANGED)


@post("/lessons/{lesson_id:str}/cancel", policy=TEACHER, status_code=HTTPStatus.OK)
async def cancel_lesson(
    request: Asked,
    lesson_id: FromPath[str],
    data: Form,
    edit_lessons: EditsLessons,
    schedule_queries: QueriesSchedule,
) -> Response[Any]:
    status = LessonStatus.CANCELLED
    return await _set_status(status, request, lesson_id, data, edit_lessons=edit_lessons, queries=schedule_queries)


@post("/lessons/{lesson_id:str}/restore", policy=TEACHER, status_code=HTTPStatus.OK)
async def restore_lesson(
    request: Asked,
    lesson_id: FromPath[str],
    data: Form,
    edit_lessons: EditsLessons,
    schedule_queries: QueriesSchedule,
) -> Response[Any]:
    status = LessonStatus.PLANNED
    return await _set_status(status, request, lesson_id, data, edit_lessons=edit_lessons, queries=schedule_queries)


async def _set_status(
    status: LessonStatus,
    request: Asked,
    lesson_id: str,
    data: Form,
    *,
    edit_lessons: EditLessons,
    queries: ScheduleQueries,
) -> Response[Any]:
    key = serial_or(LessonNotFound, lesson_id)
    try:
        await edit_lessons.change(viewer_of(request), key, {"status": status}, was=was_of(data))
    except Refusals as error:
        return await lesson_page(request, await seen_lesson(request, lesson_id, queries), error=error)
    return await changed(request, lesson_id, queries)


@post("/lessons/{lesson_id:str}/delete", policy=TEACHER, status_code=HTTPStatus.OK)
async def delete_lesson(
    request: Asked, lesson_id: FromPath[str], edit_lessons: EditsLessons, schedule_queries: QueriesSchedule
) -> Response[Any]:
    lesson = await seen_lesson(request, lesson_id, schedule_queries)
    try:
        await edit_lessons.delete(viewer_of(request), serial_or(LessonNotFound, lesson_id))
    except Refusals as error:
        return await lesson_page(request, lesson, error=error)
    return led_away(request, f"{PREFIX}/calendar?day={lesson.start.date().isoformat()}")


HANDLERS: Sequence[BaseRouteHandler] = (show_lesson_page, move_lesson, cancel_lesson, restore_lesson, delete_lesson)
