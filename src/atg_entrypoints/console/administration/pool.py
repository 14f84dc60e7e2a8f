"""The pool of conference accounts: who holds which now, what was used, and what the planned lessons need."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.clock import Clock
from atg_core.conferencing.capacity import Demand, demand_of
from atg_core.conferencing.model import ProviderName
from atg_core.conferencing.ports import ConferencingQueries
from atg_core.identity.ports import Callers
from atg_core.schedule.calendar import ShowCalendar
from atg_core.words import phrase
from atg_entrypoints.console.administration.asked import POOL, Asked, DoneQuery, sections_of
from atg_entrypoints.console.pages import page
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import Paging
from atg_entrypoints.planned_spans import planned_spans

_WEEKS, _PAST = timedelta(days=28), timedelta(days=30)
_MOST_SIZES = 20
_DONE = {
    "added": phrase("The account is added"),
    "saved": phrase("Saved"),
    "deleted": phrase("The account is deleted"),
}
PROVIDERS: Mapping[ProviderName, str] = {
    ProviderName.ZOOM: "Zoom",
    ProviderName.LINK: phrase("A room with a fixed link"),
    ProviderName.LOCAL: phrase("Rooms on this server"),
}

Reads = NamedDependency[SkipValidation[ConferencingQueries]]


@get("/admin/conference-accounts", policy=ADMIN)
async def show_pool(
    *,
    request: Asked,
    conferencing_queries: Reads,
    callers: NamedDependency[SkipValidation[Callers]],
    show_calendar: NamedDependency[SkipValidation[ShowCalendar]],
    clock: NamedDependency[SkipValidation[Clock]],
    paging: NamedDependency[SkipValidation[Paging]],
    done: DoneQuery = "",
) -> Response[str]:
    """The plan is that of the next four weeks, what was used that of the last thirty days."""
    now = clock()
    accounts, total = await conferencing_queries.accounts(limit=paging.size, offset=paging.offset)
    lessons = await conferencing_queries.lessons({each for account in accounts for each in account.lesson_ids})
    demand = demand_of(await planned_spans(show_calendar, now, now + _WEEKS))
    values = {
        "found": paging.of(accounts, total),
        "lessons": lessons,
        "teachers": await callers.usernames({lesson.teacher_id for lesson in lessons.values()}),
        "usage": await conferencing_queries.usage(now - _PAST, now, now),
        "state": await conferencing_queries.pool_state(now),
        "demand": demand,
        "sizes": _sizes(demand),
        "providers": PROVIDERS,
        "sections": sections_of(request),
        "done": _DONE.get(done),
        "back": POOL,
    }
    return page(request, "administration/pool", values)


def _sizes(demand: Demand) -> list[tuple[int, int, int]]:
    """Of pools of each size the refused lessons, and their share in percent; the largest of many alone."""
    sizes = range(1, demand.peak + 1)[-_MOST_SIZES:]
    return [(size, demand.refused[size - 1], round(100 * demand.share(size))) for size in sizes]


HANDLERS: Sequence[BaseRouteHandler] = (show_pool,)
