"""One homework: to its teacher its state, results and who is missing; to a student the sheet."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from atg_core.homework.queries import HomeworkDetails
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, form_again, text_of, texts_of
from atg_entrypoints.console.homework.asked import (
    HOMEWORK,
    Asked,
    Edits,
    QueriesSchedule,
    Shows,
    Tells,
    groups_of,
    in_zone,
)
from atg_entrypoints.console.homework.sheet import sheet
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.homework.queries import homework_id_of
from atg_entrypoints.http.homework.viewer import viewer_of
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER

_MOST_LISTED = 100
_LONGEST_SERIAL = 9
_DONE = {
    "published": phrase("The homework is published, and the students are told"),
    "copied": phrase("This is the copy. It is not published yet."),
}


@get("/homework/{homework_id:str}", policy=SIGNED_IN)
async def show_one(
    *,
    request: Asked,
    homework_id: FromPath[str],
    show_homework: Shows,
    schedule_queries: QueriesSchedule,
    clock: Tells,
) -> Response[str]:
    viewer = viewer_of(request)
    details = await show_homework(viewer, homework_id_of(homework_id))
    if not details.homework.is_taught_by(viewer):
        return await sheet(request, show_homework, details, clock())
    done = _DONE.get(request.query_params.get("done", ""))
    values = await _values(request, show_homework, schedule_queries, details, clock())
    return page(request, "homework/results", {**values, **CLEAN, "done": done})


async def _values(
    request: Asked, show: Shows, schedule: QueriesSchedule, details: HomeworkDetails, now: datetime
) -> dict[str, Any]:
    viewer, homework = viewer_of(request), details.homework
    submissions, total = await show.submissions(
        viewer, homework.id, status=None, student_id=None, limit=_MOST_LISTED, offset=0
    )
    missing, missing_total = await show.missing(viewer, homework.id, limit=_MOST_LISTED, offset=0)
    return {
        "details": details,
        "homework": homework,
        "tally": (await show.tallies([homework], viewer))[homework.id],
        "submissions": submissions,
        "total": total,
        "missing": missing if homework.published_at else [],
        "missing_total": missing_total,
        "groups": await groups_of(schedule, viewer),
        "now": now,
        "done": None,
        **in_zone(request),
    }


@post("/homework/{homework_id:str}/publish", policy=TEACHER, status_code=HTTPStatus.OK)
async def publish_here(
    *,
    request: Asked,
    data: Form,
    homework_id: FromPath[str],
    show_homework: Shows,
    edit_homework: Edits,
    schedule_queries: QueriesSchedule,
    clock: Tells,
) -> Response[Any]:
    """In its group, and as a copy in each other one that was ticked."""
    key, viewer = homework_id_of(homework_id), viewer_of(request)
    try:
        await edit_homework.publish(viewer, key, _serials(texts_of(data, "group_id")))
    except Refusals as error:
        details = await show_homework(viewer, key)
        values = await _values(request, show_homework, schedule_queries, details, clock())
        return form_again(request, "homework/results", {**values, "back": f"{HOMEWORK}/{key}"}, error)
    return led_to(f"{HOMEWORK}/{key}?done=published")


@post("/homework/{homework_id:str}/copy", policy=TEACHER, status_code=HTTPStatus.OK)
async def copy_here(request: Asked, data: Form, homework_id: FromPath[str], edit_homework: Edits) -> Response[Any]:
    group_id = _serials([text_of(data, "group_id")])
    copied = await edit_homework.copy(viewer_of(request), homework_id_of(homework_id), next(iter(group_id), None))
    return led_to(f"{HOMEWORK}/{copied}?done=copied")


@post("/homework/{homework_id:str}/delete", policy=TEACHER, status_code=HTTPStatus.OK)
async def delete_here(request: Asked, homework_id: FromPath[str], edit_homework: Edits) -> Response[Any]:
    await edit_homework.delete(viewer_of(request), homework_id_of(homework_id))
    return led_to(f"{HOMEWORK}?done=deleted")


def _serials(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= _LONGEST_SERIAL]


HANDLERS: Sequence[BaseRouteHandler] = (show_one, publish_here, copy_here, delete_here)
