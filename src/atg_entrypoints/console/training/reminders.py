"""Reminders of courses that are late or due soon: what was told, what will be told, and telling it now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta, tzinfo
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.learning.reminders import RemindLearners
from atg_core.learning.training_reports import LateEnrollment, LateQuery
from atg_core.notices.reminders import ReminderQueries, ToldOfCourse, next_reminder
from atg_core.notices.wording import KIND_NAMES
from atg_entrypoints.console.forms import Form, text_of, texts_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.training.asked import (
    FILTERED,
    HERE,
    Asked,
    AskedFilters,
    Now,
    Pages,
    ReadsTrainings,
    choices_for,
    filters_in,
    shared_values,
    uuid_in,
)
from atg_entrypoints.http.policy import SIGNED_IN

_AHEAD = timedelta(days=30)
_MOST_CHOSEN = 1_000

ReadsReminders = NamedDependency[SkipValidation[ReminderQueries]]
type Told = Mapping[tuple[UUID, UUID], Sequence[ToldOfCourse]]


async def told_of(late: Sequence[LateEnrollment], queries: ReminderQueries) -> Told:
    """What was told of these, by person and course."""
    found: defaultdict[tuple[UUID, UUID], list[ToldOfCourse]] = defaultdict(list)
    if late:
        people, courses = {each.user_id for each in late}, {each.course_id for each in late}
        for each in await queries.told(people, courses):
            found[each.user_id, each.course_id].append(each)
    return found


@get("/training/reminders", policy=SIGNED_IN, dependencies=FILTERED)
async def show_reminders(
    *,
    request: Asked,
    filters: AskedFilters,
    training_reports: ReadsTrainings,
    reminder_queries: ReadsReminders,
    clock: Now,
    timezone: NamedDependency[SkipValidation[tzinfo]],
    paging: Pages,
) -> Response[str]:
    """Of courses that are late, or due within 30 days."""
    query, now = LateQuery(people=filters.people(request.user), course_id=filters.course_id), clock()
    found, total = await training_reports.late(query, now + _AHEAD, limit=paging.size, offset=paging.offset)
    told = await told_of(found, reminder_queries)
    values = {
        "found": paging.of(found, total),
        "filters": filters,
        "choices": await choices_for(request),
        "told": told,
        "kinds": KIND_NAMES,
        "to_come": lambda each: next_reminder(each.due_at, told.get((each.user_id, each.course_id), ()), now, timezone),
        "now": now,
    }
    return page(request, "training/reminders", {**shared_values(request), **values})


@post("/training/late/remind", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def remind_late(
    request: Asked, data: Form, remind_learners: NamedDependency[SkipValidation[RemindLearners]]
) -> Response[Any]:
    """Those who were chosen in the list, or with `all` everybody whom its filters find; of the caller's people."""
    filters, order = filters_in(data), text_of(data, "order")
    query = LateQuery(people=filters.people(request.user), course_id=filters.course_id)
    chosen = None if text_of(data, "all") else frozenset(_chosen(texts_of(data, "late")))
    told = await remind_learners(replace(query, chosen=chosen)) if chosen is None or chosen else -1
    return led_to(f"{HERE}/late?{filters.query(order=order or None, reminded=told)}")


def _chosen(texts: Sequence[str]) -> list[tuple[UUID, UUID]]:
    pairs = [(uuid_in(user), uuid_in(course)) for user, _, course in (text.partition(":") for text in texts)]
    return [(user, course) for user, course in pairs[:_MOST_CHOSEN] if user and course]


HANDLERS: Sequence[BaseRouteHandler] = (show_reminders, remind_late)
