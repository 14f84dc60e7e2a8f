"""Copying a term: a form, what it would make, and making it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.errors import AtgError
from atg_core.schedule.ports import GroupNotFound, ScheduleQueries
from atg_core.schedule.term_copy import CopyTerm, TermClashes, TermPlan, WeeksFrom
from atg_core.words import phrase
from atg_entrypoints.console.dates import long_day
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, text_of
from atg_entrypoints.console.pages import language_for, led_to, page
from atg_entrypoints.console.schedule.asked import Asked, KnowsTime, QueriesSchedule
from atg_entrypoints.console.schedule.planning import WEEK_TYPES, WEEKDAYS
from atg_entrypoints.console.schedule.shown import group_names, own_groups
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.schedule.term_copy_wire import TermCopyGiven
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.time_zone import zone_of_reader

ADDRESS = f"{PREFIX}/calendar/term"
_PAGE = "schedule/term"
_FIELDS = ("group_id", "start", "end", "weeks", "with_homework")
_HALF_A_YEAR = timedelta(days=150)
_LONGEST_NUMBER = 9
WEEKS: Mapping[WeeksFrom, str] = {
    WeeksFrom.SAME: phrase("Upper and lower weeks go on as they are"),
    WeeksFrom.START: phrase("The first week is an upper one"),
}

Copies = NamedDependency[SkipValidation[CopyTerm]]


@get("/calendar/term", policy=TEACHER)
async def show_term(
    request: Asked, copy_term: Copies, schedule_queries: QueriesSchedule, clock: KnowsTime
) -> Response[str]:
    """With dates in the address: what a copy would make."""
    given = {name: request.query_params.get(name, "")[:40] for name in _FIELDS}
    values = await _values(request, schedule_queries, given)
    if not given["start"] and not given["end"]:
        today = clock().astimezone(zone_of_reader(request)).date()
        return page(request, _PAGE, {**values, "given": _usual(given, today), **CLEAN})
    try:
        plan = await copy_term.plan(viewer_of(request), _asked(given))
    except (*Refusals, GroupNotFound) as error:
        return form_again(request, _PAGE, values, error)
    return page(request, _PAGE, {**values, **_shown(request, plan), **CLEAN})


def _usual(given: Mapping[str, str], today: date) -> dict[str, str]:
    """From the next Monday on."""
    start = today + timedelta(days=7 - today.weekday())
    dates = {"start": start.isoformat(), "end": (start + _HALF_A_YEAR).isoformat()}
    return {**given, **dates, "weeks": given["weeks"] or WeeksFrom.SAME}


def _asked(given: Mapping[str, str]) -> Any:
    """Raises Invalid."""
    values: dict[str, Any] = {name: given[name] for name in ("start", "end", "weeks") if given[name]}
    group = given["group_id"]
    if group:
        is_number = group.isascii() and group.isdigit() and len(group) <= _LONGEST_NUMBER
        values["group_id"] = int(group) if is_number else group
    return checked(TermCopyGiven, {**values, "with_homework": given["with_homework"] == "on"}).asked()


async def _values(request: Asked, schedule_queries: ScheduleQueries, given: Mapping[str, str]) -> dict[str, Any]:
    viewer = viewer_of(request)
    return {
        "given": given,
        "groups": await own_groups(schedule_queries, viewer),
        "names": await group_names(schedule_queries, viewer),
        "weeks": WEEKS,
        "week_types": WEEK_TYPES,
        "weekdays": WEEKDAYS,
        "plan": None,
        "back": ADDRESS,
    }


def _shown(request: Asked, plan: TermPlan) -> dict[str, Any]:
    language = language_for(request)
    clashes = {
        each.source_id: [
            (long_day(clash.date, language), clash.start.astimezone(each.rule.zone), clash.title)
            for clash in each.clashes
        ]
        for each in plan.rules
    }
    free = {each.source_id: [(long_day(day, language), name) for day, name in each.free] for each in plan.rules}
    return {"plan": plan, "clashes": clashes, "free": free}


@post("/calendar/term", policy=TEACHER, status_code=HTTPStatus.OK)
async def copy_term_here(
    request: Asked, data: Form, copy_term: Copies, schedule_queries: QueriesSchedule
) -> Response[Any]:
    given = {name: text_of(data, name) for name in _FIELDS}
    try:
        await copy_term(viewer_of(request), _asked(given), allow_overlap=text_of(data, "allow_overlap") == "true")
    except (*Refusals, GroupNotFound) as error:
        return await _again(request, copy_term, schedule_queries, given, error)
    return led_to(f"{PREFIX}/calendar?view=week&day={given['start']}")


async def _again(
    request: Asked, copy_term: CopyTerm, schedule_queries: ScheduleQueries, given: Mapping[str, str], error: AtgError
) -> Response[str]:
    """With what it would make, where lessons are at the same time as others."""
    values = await _values(request, schedule_queries, given)
    if isinstance(error, TermClashes):
        values |= _shown(request, await copy_term.plan(viewer_of(request), _asked(given)))
        error = TermClashes()
    return form_again(request, _PAGE, values, error)


HANDLERS: Sequence[BaseRouteHandler] = (show_term, copy_term_here)
