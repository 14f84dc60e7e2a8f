"""Starting, ending and joining lessons over HTTP (spec: schedule, The pool)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.conferencing.lesson_start import StartLesson
from atg_core.conferencing.ports import (
    ConferencingQueries,
    CreateOccurrenceLesson,
    LessonNotFound,
    LessonNotLive,
    OccurrenceNotFound,
)
from atg_core.conferencing.release import EndLesson
from atg_core.identity.model import Caller
from atg_entrypoints.http.conferencing.live_lessons_wire import HostedLessonRow, JoinReply, StartedLesson
from atg_entrypoints.http.conferencing.ownership import owner_of
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.wire import serial_or

_TAGS = ["lessons, live"]

CallOf = Request[Caller, Any, Any]
Starts = NamedDependency[SkipValidation[StartLesson]]
Reads = NamedDependency[SkipValidation[ConferencingQueries]]


@post(
    "/schedule/lessons/{lesson_id:str}/start",
    status_code=200,
    policy=TEACHER,
    tags=_TAGS,
    summary="Start a lesson of one's own",
    also={409, 502},
)
async def start_lesson_now(request: CallOf, lesson_id: FromPath[str], start_lesson: Starts) -> StartedLesson:
    """Leases an account of the pool; 429 if all are busy. Idempotent: a live lesson replies with its meeting."""
    return StartedLesson.of(await start_lesson(serial_or(LessonNotFound, lesson_id), request.user.id))


@post(
    "/schedule/recurring-lessons/{rule_id:str}/occurrences/{day:str}/start",
    status_code=200,
    policy=TEACHER,
    tags=_TAGS,
    summary="Start the lesson of a day",
    also={409, 502},
)
async def start_occurrence(
    request: CallOf,
    rule_id: FromPath[str],
    day: FromPath[str],
    create_occurrence_lesson: NamedDependency[SkipValidation[CreateOccurrenceLesson]],
    start_lesson: Starts,
) -> StartedLesson:
    """Creates the lesson of the occurrence, once, and starts it."""
    try:
        occurrence_date = date.fromisoformat(day)
    except ValueError:
        raise OccurrenceNotFound from None
    lesson_id = await create_occurrence_lesson(serial_or(OccurrenceNotFound, rule_id), occurrence_date, request.user.id)
    return StartedLesson.of(await start_lesson(lesson_id, request.user.id))


@post(
    "/schedule/lessons/{lesson_id:str}/end",
    status_code=200,
    policy=TEACHER,
    tags=_TAGS,
    summary="End a lesson",
    also={409},
)
async def end_lesson_now(
    request: CallOf, lesson_id: FromPath[str], end_lesson: NamedDependency[SkipValidation[EndLesson]]
) -> HostedLessonRow:
    """Its account is free at once."""
    return HostedLessonRow.of(await end_lesson(serial_or(LessonNotFound, lesson_id), owner_of(request)))


@get(
    "/schedule/lessons/{lesson_id:str}/join",
    no_store=True,
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Join a lesson",
    also={409},
)
async def join_lesson(request: CallOf, lesson_id: FromPath[str], conferencing_queries: Reads) -> JoinReply:
    """For the students of its group while it is live, else 409 `lesson_not_live`."""
    lesson = await conferencing_queries.lesson(serial_or(LessonNotFound, lesson_id), owner_of(request))
    if lesson.zoom_join_url is None:
        raise LessonNotLive
    return JoinReply(lesson_id=lesson.id, zoom_join_url=lesson.zoom_join_url)


HANDLERS: Sequence[BaseRouteHandler] = (
    start_lesson_now,
    start_occurrence,
    end_lesson_now,
    join_lesson,
)
