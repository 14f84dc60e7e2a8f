"""Free days: a teacher's own and those of all, by hand and from the file of another calendar."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.errors import AtgError
from atg_core.schedule.free_days import EditFreeDays, PlannedOnFreeDays
from atg_core.schedule.model import FreeDays, Viewer
from atg_core.schedule.ports import FreeDaysNotFound, ScheduleQueries
from atg_core.words import Language, phrase
from atg_entrypoints.console.dates import long_day, span
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of
from atg_entrypoints.console.pages import language_for, led_to, page
from atg_entrypoints.console.schedule.asked import Asked, KnowsTime, QueriesSchedule
from atg_entrypoints.console.schedule.shown import shown
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.schedule.free_days import calendar_file
from atg_entrypoints.http.schedule.free_days_wire import FreeDaysCreation
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.time_zone import zone_of_reader
from atg_entrypoints.http.wire import serial_or

ADDRESS = f"{PREFIX}/calendar/free-days"
_PAGE = "schedule/free_days"
_PATH = "/calendar/free-days"
_MOST = 1_000
_DONE = {"added": phrase("The free days are in the calendar"), "removed": phrase("The free days are removed")}
_FIELDS = ("name", "start", "end")

Edits = NamedDependency[SkipValidation[EditFreeDays]]
Plans = NamedDependency[SkipValidation[PlannedOnFreeDays]]


def days_of(free_days: FreeDays, language: Language) -> str:
    """As people say them."""
    if free_days.start == free_days.end:
        return f"{long_day(free_days.start, language)} {free_days.start.year}"
    return span(free_days.start, free_days.end, language)


@get(_PATH, policy=TEACHER)
async def show_free_days(
    *,
    request: Asked,
    schedule_queries: QueriesSchedule,
    planned_on_free_days: Plans,
    clock: KnowsTime,
    done: Annotated[str, QueryParameter(max_length=20)] = "",
    added: Annotated[int | None, QueryParameter(ge=0, le=_MOST)] = None,
) -> Response[str]:
    """From today on; what is over is left out."""
    today = clock().astimezone(zone_of_reader(request)).date()
    values = await _values(request, schedule_queries, planned_on_free_days, today)
    return page(request, _PAGE, {**values, **CLEAN, "done": _DONE.get(done), "added": added})


async def _values(
    request: Asked, schedule_queries: ScheduleQueries, planned: PlannedOnFreeDays, today: date
) -> dict[str, Any]:
    viewer, language, zone = viewer_of(request), language_for(request), zone_of_reader(request)
    found, _ = await schedule_queries.free_days(viewer, today, None, limit=_MOST, offset=0)
    mine = [each for each in found if each.is_of(viewer.id)]
    lessons = [shown(lesson, viewer, zone) for lesson in await planned(viewer, mine)]
    return {
        "found": [(each, days_of(each, language), _may_change(viewer, each)) for each in mine],
        "planned": [(long_day(lesson.start.date(), language), lesson) for lesson in lessons],
        "given": dict.fromkeys(_FIELDS, ""),
        "done": None,
        "added": None,
    }


def _may_change(viewer: Viewer, free_days: FreeDays) -> bool:
    return viewer.is_admin or free_days.teacher_id == viewer.id


@post(_PATH, policy=TEACHER, status_code=HTTPStatus.OK)
async def add_free_days_here(
    *,
    request: Asked,
    data: Form,
    edit_free_days: Edits,
    schedule_queries: QueriesSchedule,
    planned_on_free_days: Plans,
    clock: KnowsTime,
) -> Response[Any]:
    """A teacher's are their own, an administrator's those of all."""
    given = {name: line_of(data, name) for name in _FIELDS}
    try:
        new = checked(FreeDaysCreation, {name: value for name, value in given.items() if value}).new()
        await edit_free_days.add(viewer_of(request), new)
    except Refusals as error:
        today = clock().astimezone(zone_of_reader(request)).date()
        values = await _values(request, schedule_queries, planned_on_free_days, today)
        again = {name: value or "" for name, value in given.items()}
        return _again(request, {**values, "given": again}, error)
    return led_to(f"{ADDRESS}?done=added")


def _again(request: Asked, values: dict[str, Any], error: AtgError) -> Response[str]:
    return form_again(request, _PAGE, {**values, "back": ADDRESS}, error)


@post(f"{_PATH}/file", policy=TEACHER, status_code=HTTPStatus.OK)
async def add_file_here(
    *,
    request: Asked,
    edit_free_days: Edits,
    schedule_queries: QueriesSchedule,
    planned_on_free_days: Plans,
    clock: KnowsTime,
) -> Response[Any]:
    try:
        content, _ = await calendar_file(request)
        added = await edit_free_days.add_file(viewer_of(request), content)
    except Refusals as error:
        today = clock().astimezone(zone_of_reader(request)).date()
        return _again(request, await _values(request, schedule_queries, planned_on_free_days, today), error)
    return led_to(f"{ADDRESS}?done=added&added={len(added)}")


@post(f"{_PATH}/{{free_days_id:str}}/delete", policy=TEACHER, status_code=HTTPStatus.OK)
async def delete_free_days_here(request: Asked, free_days_id: FromPath[str], edit_free_days: Edits) -> Response[Any]:
    await edit_free_days.delete(viewer_of(request), serial_or(FreeDaysNotFound, free_days_id))
    return led_to(f"{ADDRESS}?done=removed")


HANDLERS: Sequence[BaseRouteHandler] = (show_free_days, add_free_days_here, add_file_here, delete_free_days_here)
