"""Recordings of lessons over HTTP (spec: schedule, The pool)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation

from atg_core.conferencing.external_recordings import AddExternalRecording
from atg_core.conferencing.ports import (
    ConferencingQueries,
    LessonNotFound,
)
from atg_core.identity.model import Caller
from atg_entrypoints.http.conferencing.ownership import owner_of
from atg_entrypoints.http.conferencing.recordings_wire import RecordingCreation, RecordingRow
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.wire import Page, Paging, serial_or

_TAGS = ["lessons, live"]

CallOf = Request[Caller, Any, Any]
Reads = NamedDependency[SkipValidation[ConferencingQueries]]
SignUrls = Callable[[Caller | None, Sequence[str]], Awaitable[dict[str, str]]]


@get(
    "/schedule/lessons/{lesson_id:str}/recordings",
    no_store=True,
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Recordings of a lesson",
)
async def list_recordings(
    request: CallOf,
    lesson_id: FromPath[str],
    conferencing_queries: Reads,
    sign_urls: NamedDependency[SkipValidation[SignUrls]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[RecordingRow]:
    """For its teacher and the students of its group."""
    lesson = await conferencing_queries.lesson(serial_or(LessonNotFound, lesson_id), owner_of(request))
    found, total = await conferencing_queries.recordings(lesson.id, limit=paging.size, offset=paging.offset)
    keys = [each.storage_key for each in found if each.storage_key is not None]
    urls = await sign_urls(request.user, keys) if keys else {}
    return paging.of([RecordingRow.of(each, urls) for each in found], total)


@post("/schedule/lessons/{lesson_id:str}/recordings", policy=TEACHER, tags=_TAGS, summary="Add a recording")
async def add_recording(
    request: CallOf,
    lesson_id: FromPath[str],
    data: JSONBody[RecordingCreation],
    add_external_recording: NamedDependency[SkipValidation[AddExternalRecording]],
) -> RecordingRow:
    """A link to an external recording."""
    key = serial_or(LessonNotFound, lesson_id)
    return RecordingRow.of(await add_external_recording(key, owner_of(request), data.url), {})


HANDLERS: Sequence[BaseRouteHandler] = (
    list_recordings,
    add_recording,
)
