"""Starting a lesson from the start page, also without JavaScript."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.conferencing.lesson_start import StartLesson
from atg_core.conferencing.ports import CreateOccurrenceLesson, LessonNotFound, OccurrenceNotFound
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_entrypoints.console.forms import Form, text_of
from atg_entrypoints.console.pages import led_to
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import serial_or


@post("/home/start", policy=TEACHER, status_code=HTTPStatus.OK)
async def start_from_home(
    *,
    request: Request[Caller, AccessClaims, Any],
    data: Form,
    create_occurrence_lesson: NamedDependency[SkipValidation[CreateOccurrenceLesson]],
    start_lesson: NamedDependency[SkipValidation[StartLesson]],
) -> Response[Any]:
    """Of an occurrence the form names rule and day."""
    if rule := text_of(data, "rule"):
        day, rule_id = _day_of(text_of(data, "day")), serial_or(OccurrenceNotFound, rule)
        lesson_id = await create_occurrence_lesson(rule_id, day, request.user.id)
    else:
        lesson_id = serial_or(LessonNotFound, text_of(data, "lesson"))
    await start_lesson(lesson_id, request.user.id)
    return led_to(f"{PREFIX}/")


def _day_of(text: str) -> date:
    """Raises OccurrenceNotFound."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise OccurrenceNotFound from None


HANDLERS: Sequence[BaseRouteHandler] = (start_from_home,)
