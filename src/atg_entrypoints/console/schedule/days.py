"""One lesson of a rule, by its day: before it is started it is no record of its own."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from atg_core.errors import ChangedMeanwhile
from atg_core.schedule.model import ExceptionAction, LessonStatus, Occurrence
from atg_core.schedule.ports import ExceptionNotFound, OccurrenceNotFound, ScheduleQueries
from atg_core.schedule.recurrence import RecurrenceExpansion
from atg_entrypoints.console.forms import Form, Refusals
from atg_entrypoints.console.pages import is_part, led_to
from atg_entrypoints.console.schedule.asked import CHANGED, Asked, EditsRules, QueriesSchedule, Recurs
from atg_entrypoints.console.schedule.forms import as_given, move_of, was_of
from atg_entrypoints.console.schedule.lesson_page import lesson_page
from atg_entrypoints.console.schedule.lessons import FIELDS
from atg_entrypoints.console.schedule.shown import ShownLesson, day_address, of_occurrence, shown
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.time_zone import zone_of_reader
from atg_entrypoints.http.wire import serial_or

_PATH = "/rules/{rule_id:str}/days/{day:str}"
_A_DAY = timedelta(days=1)


@get(_PATH, policy=SIGNED_IN)
async def show_day(
    request: Asked, rule_id: FromPath[str], day: FromPath[str], schedule_queries: QueriesSchedule, recurrence: Recurs
) -> Response[Any]:
    """The page of the lesson, once there is one."""
    lesson = await seen_day(request, rule_id, day, schedule_queries, recurrence)
    return led_to(lesson.address) if lesson.lesson_id and not is_part(request) else await lesson_page(request, lesson)


def rule_and_day(rule_id: str, day: str) -> tuple[int, date]:
    """Raises OccurrenceNotFound."""
    try:
        return serial_or(OccurrenceNotFound, rule_id), date.fromisoformat(day)
    except ValueError:
        raise OccurrenceNotFound from None


async def seen_day(
    request: Asked, rule_id: str, day: str, schedule_queries: ScheduleQueries, recurrence: RecurrenceExpansion
) -> ShownLesson:
    """The lesson that was made of it, else as the rule or an exception has it. Raises OccurrenceNotFound."""
    (key, on), viewer = rule_and_day(rule_id, day), viewer_of(request)
    zone = zone_of_reader(request)
    rule = await schedule_queries.rule(viewer, key)
    if not recurrence.has_date(rule, on):
        raise OccurrenceNotFound
    midnight = datetime.combine(on, time(), UTC)
    window = await schedule_queries.window(viewer, midnight, midnight + _A_DAY)
    for lesson in window.lessons:
        if (lesson.recurring_lesson_id, lesson.occurrence_date) == (key, on):
            return shown(lesson, viewer, zone)
    exception = next((each for each in rule.exceptions if each.date == on), None)
    if (exception and exception.action is ExceptionAction.CANCEL) or rule.free_on(on):
        start, end = rule.span(on)
        left_out = Occurrence(rule=rule, date=on, start=start, end=end)
        return of_occurrence(left_out, viewer, zone, LessonStatus.CANCELLED)
    return of_occurrence(recurrence.occurrence(rule, on), viewer, zone)


@post(f"{_PATH}/move", policy=TEACHER, status_code=HTTPStatus.OK)
async def move_day(
    *,
    request: Asked,
    rule_id: FromPath[str],
    day: FromPath[str],
    data: Form,
    edit_recurring_lessons: EditsRules,
    schedule_queries: QueriesSchedule,
    recurrence: Recurs,
) -> Response[Any]:
    """It alone; the rule stays."""
    key, on = rule_and_day(rule_id, day)
    try:
        start, end = move_of(data).span(zone_of_reader(request))
        await edit_recurring_lessons.move(viewer_of(request), key, on, start, end, was=was_of(data))
    except Refusals as error:
        lesson = await seen_day(request, rule_id, day, schedule_queries, recurrence)
        given = {
            "title": lesson.title,
            "group_id": str(lesson.group_id),
            **as_given(data, *FIELDS[2:], "was"),
            "link": lesson.link or "",
        }
        if isinstance(error, ChangedMeanwhile):
            given["was"] = lesson.was
        return await lesson_page(request, lesson, given=given, error=error)
    return await _changed(request, rule_id, day, schedule_queries, recurrence)


async def _changed(
    request: Asked, rule_id: str, day: str, schedule_queries: ScheduleQueries, recurrence: RecurrenceExpansion
) -> Response[Any]:
    if not is_part(request):
        return led_to(day_address(*rule_and_day(rule_id, day)))
    lesson = await seen_day(request, rule_id, day, schedule_queries, recurrence)
    return await lesson_page(request, lesson, headers=CHANGED)


@post(f"{_PATH}/cancel", policy=TEACHER, status_code=HTTPStatus.OK)
async def cancel_day(
    *,
    request: Asked,
    rule_id: FromPath[str],
    day: FromPath[str],
    data: Form,
    edit_recurring_lessons: EditsRules,
    schedule_queries: QueriesSchedule,
    recurrence: Recurs,
) -> Response[Any]:
    key, on = rule_and_day(rule_id, day)
    try:
        await edit_recurring_lessons.cancel(viewer_of(request), key, on, was=was_of(data))
    except Refusals as error:
        lesson = await seen_day(request, rule_id, day, schedule_queries, recurrence)
        return await lesson_page(request, lesson, error=error)
    return await _changed(request, rule_id, day, schedule_queries, recurrence)


@post(f"{_PATH}/restore", policy=TEACHER, status_code=HTTPStatus.OK)
async def restore_day(
    *,
    request: Asked,
    rule_id: FromPath[str],
    day: FromPath[str],
    edit_recurring_lessons: EditsRules,
    schedule_queries: QueriesSchedule,
    recurrence: Recurs,
) -> Response[Any]:
    """As the rule has it; also where it is so already."""
    key, on = rule_and_day(rule_id, day)
    try:
        await edit_recurring_lessons.restore(viewer_of(request), key, on)
    except ExceptionNotFound:
        pass
    except Refusals as error:
        lesson = await seen_day(request, rule_id, day, schedule_queries, recurrence)
        return await lesson_page(request, lesson, error=error)
    return await _changed(request, rule_id, day, schedule_queries, recurrence)


HANDLERS: Sequence[BaseRouteHandler] = (show_day, move_day, cancel_day, restore_day)
