"""A rule by which a lesson takes place every week or every other one, and the days on which it is otherwise."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import islice
from typing import Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from atg_core.errors import AtgError, ChangedMeanwhile
from atg_core.schedule.model import ExceptionAction, Occurrence, RecurringLesson
from atg_core.schedule.ports import RecurringLessonNotFound, ScheduleQueries
from atg_core.schedule.recurrence import RecurrenceExpansion
from atg_core.words import Language
from atg_entrypoints.console.dates import long_day
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, form_again
from atg_entrypoints.console.pages import language_for, led_to, page
from atg_entrypoints.console.schedule.asked import (
    Asked,
    EditsRules,
    KnowsTime,
    QueriesSchedule,
    Recurs,
)
from atg_entrypoints.console.schedule.forms import as_given, rule_of, was_of
from atg_entrypoints.console.schedule.planning import WEEK_TYPES, WEEKDAYS
from atg_entrypoints.console.schedule.shown import ShownLesson, day_address, group_names, of_occurrence, own_groups
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.time_zone import zone_of_reader
from atg_entrypoints.http.wire import serial_or

_NEXT = 6
_FIELDS = ("title", "group_id", "day_of_week", "week_type", "start_time", "end_time", "start_date", "end_date")
_MORE = ("link", "on_free_days")


@get("/rules/{rule_id:str}", policy=SIGNED_IN)
async def show_rule_page(
    *,
    request: Asked,
    rule_id: FromPath[str],
    schedule_queries: QueriesSchedule,
    recurrence: Recurs,
    clock: KnowsTime,
) -> Response[str]:
    rule = await schedule_queries.rule(viewer_of(request), serial_or(RecurringLessonNotFound, rule_id))
    values = await _values(request, rule, schedule_queries, recurrence, clock())
    return page(request, "schedule/rule", {**values, **CLEAN})


async def _values(
    request: Asked,
    rule: RecurringLesson,
    schedule_queries: ScheduleQueries,
    recurrence: RecurrenceExpansion,
    now: datetime,
) -> dict[str, Any]:
    viewer, language = viewer_of(request), language_for(request)
    is_mine = viewer.owner in {None, rule.teacher_id}
    coming = islice(recurrence.occurrences(rule, now, _end_of(rule)), _NEXT)
    return {
        "rule": rule,
        "is_mine": is_mine,
        "group_name": (await group_names(schedule_queries, viewer)).get(rule.group_id),
        "groups": await own_groups(schedule_queries, viewer) if is_mine else {},
        "weekday": WEEKDAYS[rule.day_of_week],
        "weekdays": WEEKDAYS,
        "week_types": WEEK_TYPES,
        "coming": [_coming(each, request, language) for each in coming],
        "cancelled": [
            (long_day(each.date, language), day_address(rule.id, each.date))
            for each in rule.exceptions
            if each.action is ExceptionAction.CANCEL and each.date >= now.date()
        ],
        "given": _given(rule),
        "there": None,
    }


def _end_of(rule: RecurringLesson) -> datetime:
    """After the last of its lessons, also of one that was moved."""
    last = max([rule.end_date, *(each.end_time.date() for each in rule.exceptions if each.end_time)])
    return datetime.combine(last, rule.end_time, rule.zone) + timedelta(days=2)


def _coming(occurrence: Occurrence, request: Asked, language: Language) -> tuple[str, ShownLesson]:
    lesson = of_occurrence(occurrence, viewer_of(request), zone_of_reader(request))
    return long_day(lesson.start.date(), language), lesson


def _given(rule: RecurringLesson) -> Mapping[str, str]:
    return {
        **{name: str(getattr(rule, name)) for name in _FIELDS},
        "link": rule.link or "",
        "on_free_days": "on" if rule.on_free_days else "",
        "start_time": f"{rule.start_time:%H:%M}",
        "end_time": f"{rule.end_time:%H:%M}",
        "was": rule.updated_at.isoformat(),
    }


@post("/rules/{rule_id:str}", policy=TEACHER, status_code=HTTPStatus.OK)
async def change_rule_here(
    *,
    request: Asked,
    rule_id: FromPath[str],
    data: Form,
    edit_recurring_lessons: EditsRules,
    schedule_queries: QueriesSchedule,
    recurrence: Recurs,
    clock: KnowsTime,
) -> Response[Any]:
    """Its times stay in its own zone."""
    viewer, key = viewer_of(request), serial_or(RecurringLessonNotFound, rule_id)
    try:
        changes = rule_of(data, zone_of_reader(request))
        for name in ("timezone", "week_anchor", *(_MORE if "link" not in data else ())):
            del changes[name]
        await edit_recurring_lessons.change(viewer, key, changes, was=was_of(data))
    except Refusals as error:
        rule = await schedule_queries.rule(viewer, key)
        values = await _values(request, rule, schedule_queries, recurrence, clock())
        return _again(request, values, data, error)
    return led_to(f"{PREFIX}/rules/{key}")


def _again(request: Asked, values: dict[str, Any], data: Form, error: AtgError) -> Response[str]:
    given = as_given(data, *_FIELDS, *_MORE, "was")
    if isinstance(error, ChangedMeanwhile):
        given["was"], values["there"] = values["given"]["was"], values["rule"]
    values |= {"given": given, "back": f"{PREFIX}/rules/{values['rule'].id}"}
    return form_again(request, "schedule/rule", values, error)


@post("/rules/{rule_id:str}/delete", policy=TEACHER, status_code=HTTPStatus.OK)
async def delete_rule_here(request: Asked, rule_id: FromPath[str], edit_recurring_lessons: EditsRules) -> Response[Any]:
    """Lessons that were held stay."""
    await edit_recurring_lessons.delete(viewer_of(request), serial_or(RecurringLessonNotFound, rule_id))
    return led_to(f"{PREFIX}/calendar")


HANDLERS: Sequence[BaseRouteHandler] = (show_rule_page, change_rule_here, delete_rule_here)
