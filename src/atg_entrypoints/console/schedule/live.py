"""Starting, entering and ending a lesson."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.conferencing.external_recordings import AddExternalRecording
from atg_core.conferencing.lesson_start import StartLesson
from atg_core.conferencing.ports import ConferenceProviderFailed, CreateOccurrenceLesson, LessonNotFound
from atg_core.conferencing.release import EndLesson
from atg_core.schedule.ports import ScheduleQueries
from atg_entrypoints.console.forms import Form, Refusals, checked, line_of
from atg_entrypoints.console.pages import is_part, led_to, page
from atg_entrypoints.console.schedule.asked import Asked, QueriesSchedule, Recurs
from atg_entrypoints.console.schedule.days import rule_and_day, seen_day
from atg_entrypoints.console.schedule.lesson_page import lesson_page, live_values
from atg_entrypoints.console.schedule.lessons import changed, seen_lesson
from atg_entrypoints.console.schedule.shown import ShownLesson
from atg_entrypoints.http.conferencing.recordings_wire import RecordingCreation
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.wire import serial_or

Starts = NamedDependency[SkipValidation[StartLesson]]
_REFUSALS = (*Refusals, ConferenceProviderFailed)


@get("/lessons/{lesson_id:str}/live", policy=SIGNED_IN)
async def show_live(request: Asked, lesson_id: FromPath[str], schedule_queries: QueriesSchedule) -> Response[Any]:
    """The part of a lesson's page about starting and joining; what is typed beside it stays as it is."""
    lesson = await seen_lesson(request, lesson_id, schedule_queries)
    return await _live(request, lesson)


@get("/rules/{rule_id:str}/days/{day:str}/live", policy=SIGNED_IN)
async def show_live_of_day(
    request: Asked, rule_id: FromPath[str], day: FromPath[str], schedule_queries: QueriesSchedule, recurrence: Recurs
) -> Response[Any]:
    return await _live(request, await seen_day(request, rule_id, day, schedule_queries, recurrence))


async def _live(request: Asked, lesson: ShownLesson) -> Response[Any]:
    if not is_part(request):
        return led_to(lesson.address)
    return page(request, "schedule/lesson#live", await live_values(request, lesson))


@post("/lessons/{lesson_id:str}/start", policy=TEACHER, status_code=HTTPStatus.OK)
async def start_lesson_here(
    request: Asked, lesson_id: FromPath[str], start_lesson: Starts, schedule_queries: QueriesSchedule
) -> Response[Any]:
    try:
        await start_lesson(serial_or(LessonNotFound, lesson_id), request.user.id)
    except _REFUSALS as error:
        return await lesson_page(request, await seen_lesson(request, lesson_id, schedule_queries), error=error)
    return await _started(request, lesson_id, schedule_queries)


async def _started(request: Asked, lesson_id: str | int, schedule_queries: ScheduleQueries) -> Response[Any]:
    """With an event for the page to open the room, which no form may lead to (`form-action`)."""
    lesson = await seen_lesson(request, str(lesson_id), schedule_queries)
    if not is_part(request):
        return led_to(lesson.address)
    url = (lesson.start_url or "").removeprefix(request.app.state["container"].settings().base_url)
    return await lesson_page(request, lesson, headers=_events({"lesson-changed": {}, "room-ready": {"url": url}}))


def _events(told: Mapping[str, Any]) -> dict[str, str]:
    return {"HX-Trigger": json.dumps(told)}


@post("/rules/{rule_id:str}/days/{day:str}/start", policy=TEACHER, status_code=HTTPStatus.OK)
async def start_lesson_of_day(
    *,
    request: Asked,
    rule_id: FromPath[str],
    day: FromPath[str],
    create_occurrence_lesson: NamedDependency[SkipValidation[CreateOccurrenceLesson]],
    start_lesson: Starts,
    schedule_queries: QueriesSchedule,
    recurrence: Recurs,
) -> Response[Any]:
    """Makes a lesson of it, once."""
    rule, on = rule_and_day(rule_id, day)
    lesson = await seen_day(request, rule_id, day, schedule_queries, recurrence)
    try:
        lesson_id = lesson.lesson_id or await create_occurrence_lesson(rule, on, request.user.id)
        await start_lesson(lesson_id, request.user.id)
    except _REFUSALS as error:
        lesson = await seen_day(request, rule_id, day, schedule_queries, recurrence)
        return await lesson_page(request, lesson, error=error)
    return await _started(request, lesson_id, schedule_queries)


@post("/lessons/{lesson_id:str}/end", policy=TEACHER, status_code=HTTPStatus.OK)
async def end_lesson_here(
    request: Asked,
    lesson_id: FromPath[str],
    end_lesson: NamedDependency[SkipValidation[EndLesson]],
    schedule_queries: QueriesSchedule,
) -> Response[Any]:
    try:
        await end_lesson(serial_or(LessonNotFound, lesson_id), viewer_of(request).owner)
    except _REFUSALS as error:
        return await lesson_page(request, await seen_lesson(request, lesson_id, schedule_queries), error=error)
    return await changed(request, lesson_id, schedule_queries)


@post("/lessons/{lesson_id:str}/recordings", policy=TEACHER, status_code=HTTPStatus.OK)
async def add_recording_here(
    *,
    request: Asked,
    lesson_id: FromPath[str],
    data: Form,
    add_external_recording: NamedDependency[SkipValidation[AddExternalRecording]],
    schedule_queries: QueriesSchedule,
) -> Response[Any]:
    """The address of one that is kept elsewhere."""
    key, url = serial_or(LessonNotFound, lesson_id), line_of(data, "url")
    try:
        recording = checked(RecordingCreation, {"url": url} if url else {})
        await add_external_recording(key, viewer_of(request).owner, recording.url)
    except Refusals as error:
        return await lesson_page(request, await seen_lesson(request, lesson_id, schedule_queries), error=error)
    return await changed(request, lesson_id, schedule_queries)


HANDLERS: Sequence[BaseRouteHandler] = (
    show_live,
    show_live_of_day,
    start_lesson_here,
    start_lesson_of_day,
    end_lesson_here,
    add_recording_here,
)
