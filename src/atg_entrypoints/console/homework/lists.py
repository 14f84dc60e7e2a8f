"""Lists: a teacher's homework with what is to be marked, a student's with what is due, and the queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.homework.model import SubmissionStatus
from atg_core.homework.ports import HomeworkView, SubmissionView
from atg_core.words import phrase
from atg_entrypoints.console.homework.asked import (
    Asked,
    QueriesSchedule,
    Shows,
    Tells,
    filter_of,
    groups_of,
    in_zone,
    is_teacher,
    query_of,
)
from atg_entrypoints.console.pages import page
from atg_entrypoints.http.homework.viewer import viewer_of
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.wire import Paging

_OF_A_STUDENT = 100
_DONE = {"deleted": phrase("The homework is deleted"), "marked": phrase("Everything that waited is marked")}
Pages = NamedDependency[SkipValidation[Paging]]
Done = Annotated[str, QueryParameter(name="done", max_length=20)]


@get("/homework", policy=SIGNED_IN)
async def show_list(
    *,
    request: Asked,
    show_homework: Shows,
    schedule_queries: QueriesSchedule,
    clock: Tells,
    paging: Pages,
    done: Done = "",
) -> Response[str]:
    if not is_teacher(request):
        return await _list_of_student(request, show_homework, clock(), paging)
    viewer, wanted = viewer_of(request), filter_of(request.query_params)
    found, total = await show_homework.listed(viewer, wanted.group_id, limit=paging.size, offset=paging.offset)
    homework = [each for each, _ in found]
    values = {
        "found": paging.of(homework, total),
        "tallies": await show_homework.tallies(homework, viewer),
        "groups": await groups_of(schedule_queries, viewer),
        "chosen": wanted.group_id,
        "now": clock(),
        "done": _DONE.get(done),
    }
    return page(request, "homework/list", {**values, **in_zone(request)})


async def _list_of_student(request: Asked, show: Shows, now: datetime, paging: Paging) -> Response[str]:
    whole = Paging(page=paging.page, size=_OF_A_STUDENT)
    found, total = await show.listed(viewer_of(request), None, limit=whole.size, offset=whole.offset)
    values = {"found": whole.of(found, total), "sections": _sections(found, now), "now": now}
    return page(request, "homework/mine", {**values, **in_zone(request)})


type _Mine = tuple[HomeworkView, SubmissionView | None]


def _sections(found: Sequence[_Mine], now: datetime) -> list[tuple[str, list[_Mine]]]:
    """What is to be done, by when it is due; what is too late; and what was handed in."""
    to_do: list[_Mine] = []
    closed: list[_Mine] = []
    done: list[_Mine] = []
    for homework, submission in found:
        if submission and submission.status is not SubmissionStatus.DRAFT:
            done.append((homework, submission))
        else:
            (closed if homework.is_closed(now) else to_do).append((homework, submission))
    to_do.sort(key=lambda each: (each[0].due_at is None, each[0].due_at or now))
    sections = [(phrase("To do"), to_do), (phrase("Handed in"), done), (phrase("Missed"), closed)]
    return [(title, mine) for title, mine in sections if mine]


@get("/marking", policy=TEACHER)
async def show_queue(
    *,
    request: Asked,
    show_homework: Shows,
    schedule_queries: QueriesSchedule,
    paging: Pages,
    done: Done = "",
) -> Response[str]:
    """What waits, if nothing else is asked for."""
    viewer, query = viewer_of(request), dict(request.query_params)
    wanted = filter_of({"status": SubmissionStatus.SUBMITTED, **query})
    found, total = await show_homework.queue(viewer, wanted, limit=paging.size, offset=paging.offset)
    values: dict[str, Any] = {
        "found": paging.of(found, total),
        "groups": await groups_of(schedule_queries, viewer),
        "wanted": wanted,
        "is_any": "status" in query and wanted.status is None,
        "query": query_of(wanted),
        "done": _DONE.get(done),
    }
    return page(request, "homework/queue", {**values, **in_zone(request)})


HANDLERS: Sequence[BaseRouteHandler] = (show_list, show_queue)
