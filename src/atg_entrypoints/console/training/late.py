"""Who is late, by name: on the page, to be printed, and as files of the API."""

from collections.abc import Sequence
from typing import Annotated

from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from atg_core.learning.obligations import days_late
from atg_core.learning.training_reports import LateOrder, LateQuery
from atg_core.notices.wording import KIND_NAMES
from atg_core.words import phrase
from atg_entrypoints.console.training.asked import (
    FILTERED,
    Asked,
    AskedFilters,
    Now,
    Pages,
    ReadsTrainings,
    choices_for,
    long_page,
    shared_values,
)
from atg_entrypoints.console.training.reminders import ReadsReminders, told_of
from atg_entrypoints.http.policy import SIGNED_IN

ORDERS = {
    LateOrder.NAME: phrase("Name"),
    LateOrder.DEPARTMENT: phrase("Department"),
    LateOrder.STATION: phrase("Station"),
    LateOrder.COURSE: phrase("Course"),
    LateOrder.DUE_AT: phrase("Due"),
}
"""Columns of the list by which it can be sorted."""

Order = Annotated[str, QueryParameter(name="order", max_length=20)]


def order_in(text: str) -> LateOrder:
    return LateOrder(text) if text in set(LateOrder) else LateOrder.DUE_AT


@get("/training/late", policy=SIGNED_IN, dependencies=FILTERED)
async def show_late(
    *,
    request: Asked,
    filters: AskedFilters,
    training_reports: ReadsTrainings,
    reminder_queries: ReadsReminders,
    clock: Now,
    paging: Pages,
    order: Order = "",
    reminded: Annotated[int | None, QueryParameter(name="reminded")] = None,
) -> Response[str]:
    """`reminded`: how many were just told; -1 if nobody was chosen."""
    query = LateQuery(people=filters.people(request.user), course_id=filters.course_id, order=order_in(order))
    now, paging = clock(), filters.page_of(paging)
    late, total = await training_reports.late(query, now, limit=paging.size, offset=paging.offset)
    told = {} if filters.is_whole else await told_of(late, reminder_queries)
    values = {
        "found": paging.of(late, total),
        "filters": filters,
        "choices": await choices_for(request),
        "order": query.order,
        "orders": ORDERS,
        "days_late": lambda each: days_late(each.due_at, now, completed=False),
        "told": told,
        "kinds": KIND_NAMES,
        "reminded": reminded,
    }
    return await long_page(request, "training/late", {**shared_values(request), **values})


HANDLERS: Sequence[BaseRouteHandler] = (show_late,)
