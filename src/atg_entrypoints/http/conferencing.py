"""Lessons while they run: start, end, join, recordings, and what Zoom tells (spec: schedule, The pool)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from html import escape
from typing import Annotated, Any
from uuid import UUID

import structlog
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.clock import Clock
from atg_core.conferencing.ending import EndLesson, NoteEvents
from atg_core.conferencing.links import AddRecordingLink
from atg_core.conferencing.ports import (
    Conferences,
    LessonNotFound,
    LessonNotLive,
    MakeLesson,
    OccurrenceNotFound,
)
from atg_core.conferencing.rooms import LocalRooms
from atg_core.conferencing.starting import StartLesson
from atg_core.conferencing.webhooks import EventKind, challenge, parse, signer
from atg_core.identity.model import Caller, Role
from atg_entrypoints.http.conferencing_wire import (
    HostedLessonRow,
    JoinReply,
    RecordingCreation,
    RecordingRow,
    StartedLesson,
    WebhookReply,
)
from atg_entrypoints.http.policy import PUBLIC, SIGNED_IN, TEACHER
from atg_entrypoints.http.wire import Page, Paging, serial_or
from atg_entrypoints.settings import Settings

_TAGS, _ZOOM = ["lessons, live"], ["lessons, Zoom"]
_NO_SECRET_LEAVES = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body {{ font: 1.1rem/1.5 sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }}</style>
<h1>{title}</h1>
<p>{state}</p>
<p>{role}</p>
</html>
"""
_log = structlog.get_logger("atg.conferencing")

CallOf = Request[Caller, Any, Any]
Starts = NamedDependency[SkipValidation[StartLesson]]
Reads = NamedDependency[SkipValidation[Conferences]]
SignUrls = Callable[[Caller | None, Sequence[str]], Awaitable[dict[str, str]]]


def _owner(request: CallOf) -> UUID | None:
    """Whose lesson it must be; None: whoever's."""
    return None if request.user.role is Role.ADMIN else request.user.id


@post(
    "/schedule/lessons/{lesson_id:str}/start",
    status_code=200,
    policy=TEACHER,
    tags=_TAGS,
    summary="Start a lesson of one's own",
    also={409, 502},
)
async def start_lesson_now(request: CallOf, lesson_id: FromPath[str], start_lesson: Starts) -> StartedLesson:
    """Takes an account of the pool; 429 where all are busy. A lesson that is live answers with its meeting again."""
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
    make_lesson: NamedDependency[SkipValidation[MakeLesson]],
    start_lesson: Starts,
) -> StartedLesson:
    """The occurrence becomes a lesson, once, and is then started as any other."""
    try:
        named = date.fromisoformat(day)
    except ValueError:
        raise OccurrenceNotFound from None
    lesson_id = await make_lesson(serial_or(OccurrenceNotFound, rule_id), named, request.user.id)
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
    """Its account is free for others at once."""
    return HostedLessonRow.of(await end_lesson(serial_or(LessonNotFound, lesson_id), _owner(request)))


@get("/schedule/lessons/{lesson_id:str}/join", policy=SIGNED_IN, tags=_TAGS, summary="Join a lesson", also={409})
async def join_lesson(request: CallOf, lesson_id: FromPath[str], conferences: Reads) -> JoinReply:
    """For the students of its group while it is live, else 409 `lesson_not_live`."""
    lesson = await conferences.lesson(serial_or(LessonNotFound, lesson_id), _owner(request))
    if lesson.zoom_join_url is None:
        raise LessonNotLive
    return JoinReply(lesson_id=lesson.id, zoom_join_url=lesson.zoom_join_url)


@get("/schedule/lessons/{lesson_id:str}/recordings", policy=SIGNED_IN, tags=_TAGS, summary="Recordings of a lesson")
async def list_recordings(
    request: CallOf,
    lesson_id: FromPath[str],
    conferences: Reads,
    sign_urls: NamedDependency[SkipValidation[SignUrls]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[RecordingRow]:
    """For its teacher and the students of its group."""
    lesson = await conferences.lesson(serial_or(LessonNotFound, lesson_id), _owner(request))
    found, total = await conferences.recordings(lesson.id, limit=paging.size, offset=paging.offset)
    keys = [each.storage_key for each in found if each.storage_key is not None]
    urls = await sign_urls(request.user, keys) if keys else {}
    return paging.of([RecordingRow.of(each, urls) for each in found], total)


@post("/schedule/lessons/{lesson_id:str}/recordings", policy=TEACHER, tags=_TAGS, summary="Add a recording")
async def add_recording(
    request: CallOf,
    lesson_id: FromPath[str],
    data: JSONBody[RecordingCreation],
    add_recording_link: NamedDependency[SkipValidation[AddRecordingLink]],
) -> RecordingRow:
    """One that is kept elsewhere."""
    key = serial_or(LessonNotFound, lesson_id)
    return RecordingRow.of(await add_recording_link(key, _owner(request), data.url), {})


@post(
    "/zoom",
    status_code=200,
    policy=PUBLIC,
    tags=_ZOOM,
    summary="Zoom's events",
    also={401},
)
async def take_event(
    request: Request[Any, Any, Any],
    settings: NamedDependency[SkipValidation[Settings]],
    note_events: NamedDependency[SkipValidation[NoteEvents]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> WebhookReply:
    """Signed by Zoom. An account is free before the reply; what comes twice, or late, changes nothing."""
    headers, body = request.headers, await request.body()
    signed = headers.get("x-zm-request-timestamp"), headers.get("x-zm-signature")
    secret = signer(settings.zoom_webhook_secrets, *signed, body, clock())
    event = parse(body)
    if event.kind is EventKind.URL_VALIDATION and event.plain_token is not None:
        return WebhookReply(plain_token=event.plain_token, encrypted_token=challenge(secret, event.plain_token))
    heard = True
    if event.kind is EventKind.MEETING_ENDED:
        heard = await note_events.meeting_ended(event.meeting_id, event.meeting_uuid)
    if event.kind is EventKind.RECORDING_COMPLETED:
        heard = await note_events.recording_completed(event.meeting_id, event.meeting_uuid)
    if not heard:
        _log.info("an event of Zoom changes nothing", kind=event.kind, meeting=event.meeting_id)
    return WebhookReply()


@get("/meet", policy=PUBLIC, tags=_TAGS, summary="A room on this server", media_type="text/html", also={400, 404})
async def show_room(
    local_rooms: NamedDependency[SkipValidation[LocalRooms]],
    conferences: Reads,
    token: Annotated[str, QueryParameter(name="token", max_length=200)] = "",
) -> Response[str]:
    """Where the links of the provider `local` lead."""
    meeting_id, is_host = local_rooms.opened(token)
    lesson, is_on = await conferences.meeting_lesson(meeting_id)
    page = _PAGE.format(
        title=escape(lesson.title),
        state="This lesson is live." if is_on else "This lesson is over.",
        role="You are its host." if is_host else "You are its guest.",
    )
    return Response(page, media_type="text/html", headers=_NO_SECRET_LEAVES)


HANDLERS: Sequence[BaseRouteHandler] = (
    start_lesson_now,
    start_occurrence,
    end_lesson_now,
    join_lesson,
    list_recordings,
    add_recording,
    show_room,
)
WEBHOOKS: Sequence[BaseRouteHandler] = (take_event,)
