"""Recurring lessons and their exceptions over HTTP (spec: schedule, Groups and lessons)."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, cast

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.errors import ChangedMeanwhile, Invalid
from atg_core.identity.model import Caller
from atg_core.schedule.model import ExceptionAction, RecurringLesson, RuleException
from atg_core.schedule.ports import ExceptionNotFound, RecurringLessonNotFound, ScheduleQueries
from atg_core.schedule.recurring_lessons import EditRecurringLessons
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.recurring_lessons_wire import (
    ExceptionCreation,
    ExceptionRow,
    RuleChanges,
    RuleCreation,
    RuleRow,
    exception_row,
    moved_to,
    rule_row,
)
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.time_zone import zone_of_reader
from atg_entrypoints.http.wire import Page, Paging, serial_or

_TAGS = ["lessons, recurring"]

Reads = NamedDependency[SkipValidation[ScheduleQueries]]
Edits = NamedDependency[SkipValidation[EditRecurringLessons]]
CallOf = Request[Caller, Any, Any]


@get("/schedule/recurring-lessons", policy=SIGNED_IN, tags=_TAGS, summary="Recurring lessons", also={400})
async def list_rules(
    request: CallOf,
    schedule_queries: Reads,
    paging: NamedDependency[SkipValidation[Paging]],
    group_id: Annotated[int | None, QueryParameter(name="group_id", ge=1, le=2**31 - 1)] = None,
) -> Page[RuleRow]:
    found, total = await schedule_queries.rules(viewer_of(request), group_id, limit=paging.size, offset=paging.offset)
    return paging.of([rule_row(rule) for rule in found], total)


@post("/schedule/recurring-lessons", policy=TEACHER, tags=_TAGS, summary="Plan a recurring lesson", also={404})
async def add_rule(
    request: CallOf,
    data: JSONBody[RuleCreation],
    edit_recurring_lessons: Edits,
) -> RuleRow:
    return rule_row(await edit_recurring_lessons.add(viewer_of(request), data.values(zone_of_reader(request))))


@get("/schedule/recurring-lessons/{rule_id:str}", policy=SIGNED_IN, tags=_TAGS, summary="A recurring lesson")
async def show_rule(request: CallOf, rule_id: FromPath[str], schedule_queries: Reads) -> RuleRow:
    return rule_row(await schedule_queries.rule(viewer_of(request), serial_or(RecurringLessonNotFound, rule_id)))


@put(
    "/schedule/recurring-lessons/{rule_id:str}",
    policy=TEACHER,
    tags=_TAGS,
    summary="Change a recurring lesson",
    also={409},
)
async def change_rule(
    request: CallOf, rule_id: FromPath[str], data: JSONBody[RuleChanges], edit_recurring_lessons: Edits
) -> RuleRow:
    """Lessons of started occurrences do not change.

    If the rule has changed since it `was`, 409 `changed_meanwhile` with the rule as `current`.
    """
    key = serial_or(RecurringLessonNotFound, rule_id)
    try:
        return rule_row(await edit_recurring_lessons.change(viewer_of(request), key, data.values(), was=data.was))
    except ChangedMeanwhile as late:
        raise ChangedMeanwhile(rule_row(cast("RecurringLesson", late.current))) from None


@delete("/schedule/recurring-lessons/{rule_id:str}", policy=TEACHER, tags=_TAGS, summary="Delete a recurring lesson")
async def delete_rule(request: CallOf, rule_id: FromPath[str], edit_recurring_lessons: Edits) -> None:
    """Lessons of started occurrences stay."""
    await edit_recurring_lessons.delete(viewer_of(request), serial_or(RecurringLessonNotFound, rule_id))


@post(
    "/schedule/recurring-lessons/{rule_id:str}/exceptions",
    policy=TEACHER,
    tags=_TAGS,
    summary="Cancel or move one lesson of a rule",
)
async def add_exception(
    request: CallOf, rule_id: FromPath[str], data: JSONBody[ExceptionCreation], edit_recurring_lessons: Edits
) -> ExceptionRow:
    """Replaces the exception of this date.

    If the lesson of that day no more starts when it `was`, 409 `changed_meanwhile` with the exception that there is as
    `current`, null for none.
    """
    try:
        return exception_row(await _exception(request, rule_id, data, edit_recurring_lessons))
    except ChangedMeanwhile as late:
        there = cast("RuleException | None", late.current)
        raise ChangedMeanwhile(exception_row(there) if there else None) from None


async def _exception(
    request: CallOf, rule_id: str, data: ExceptionCreation, edit_recurring_lessons: EditRecurringLessons
) -> RuleException:
    viewer, key = viewer_of(request), serial_or(RecurringLessonNotFound, rule_id)
    if data.action is ExceptionAction.CANCEL:
        return await edit_recurring_lessons.cancel(viewer, key, data.date, was=data.was)
    if data.start_time is None and data.end_time is None:
        raise Invalid("is required to move a lesson", field="start_time", code="required")
    times = moved_to(data.start_time, "start_time"), moved_to(data.end_time, "end_time")
    return await edit_recurring_lessons.move(viewer, key, data.date, *times, was=data.was)


@delete(
    "/schedule/recurring-lessons/{rule_id:str}/exceptions/{day:str}",
    policy=TEACHER,
    tags=_TAGS,
    summary="Leave one lesson as the rule has it",
    also={409},
)
async def delete_exception(
    request: CallOf, rule_id: FromPath[str], day: FromPath[str], edit_recurring_lessons: Edits
) -> None:
    await edit_recurring_lessons.restore(viewer_of(request), serial_or(RecurringLessonNotFound, rule_id), _day(day))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ExceptionNotFound from None


HANDLERS: Sequence[BaseRouteHandler] = (
    list_rules,
    add_rule,
    show_rule,
    change_rule,
    delete_rule,
    add_exception,
    delete_exception,
)
