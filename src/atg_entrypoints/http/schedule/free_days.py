"""Free days over HTTP (spec: schedule, Groups and lessons)."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.errors import Invalid
from atg_core.identity.model import Caller
from atg_core.schedule.free_days import EditFreeDays, PlannedOnFreeDays
from atg_core.schedule.ports import FreeDaysNotFound, ScheduleQueries
from atg_entrypoints.http.multipart_form import MultipartForm, form_schema
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.free_days_wire import (
    FreeDaysChanges,
    FreeDaysCreation,
    FreeDaysOfFile,
    FreeDaysReply,
    FreeDaysRow,
)
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.wire import Page, Paging, serial_or, to_wire

_TAGS = ["calendar"]

CallOf = Request[Caller, Any, Any]
Edits = NamedDependency[SkipValidation[EditFreeDays]]
Plans = NamedDependency[SkipValidation[PlannedOnFreeDays]]


@get("/schedule/free-days", policy=SIGNED_IN, tags=_TAGS, summary="Free days by their first day", also={400})
async def list_free_days(
    *,
    request: CallOf,
    schedule_queries: NamedDependency[SkipValidation[ScheduleQueries]],
    paging: NamedDependency[SkipValidation[Paging]],
    start: Annotated[date | None, QueryParameter(name="start")] = None,
    end: Annotated[date | None, QueryParameter(name="end")] = None,
) -> Page[FreeDaysRow]:
    """Own ones, those of one's teachers and of the installation; for administrators everybody's.

    `start`, `end`: such as have a day between these, both inclusive.
    """
    found, total = await schedule_queries.free_days(
        viewer_of(request), start, end, limit=paging.size, offset=paging.offset
    )
    return paging.of([to_wire(each, FreeDaysRow) for each in found], total)


@post("/schedule/free-days", policy=TEACHER, tags=_TAGS, summary="Add free days", also={409})
async def add_free_days(
    request: CallOf, data: JSONBody[FreeDaysCreation], edit_free_days: Edits, planned_on_free_days: Plans
) -> FreeDaysReply:
    """Recurring lessons have no lesson then, unless they are held `on_free_days`.

    Lessons that were planned singly stay, and are told.
    """
    viewer = viewer_of(request)
    added = await edit_free_days.add(viewer, data.new(), data.teacher_id)
    return FreeDaysReply.of(added, await planned_on_free_days(viewer, [added]))


# No idempotency key: what is there already is not added again.
@post(
    "/schedule/free-days/file",
    status_code=200,
    policy=TEACHER,
    idempotency_key=False,
    tags=_TAGS,
    summary="Add the free days of an .ics file",
    form=form_schema(optional=("teacher_id",)),
)
async def add_free_days_of_file(request: CallOf, edit_free_days: Edits, planned_on_free_days: Plans) -> FreeDaysOfFile:
    """Its all-day events, also recurring ones, from last year to the end of the fifth year after this one.

    A thousand at most. Those at a time of day and cancelled ones are left out, and those that are there already.
    """
    viewer = viewer_of(request)
    content, fields = await calendar_file(request)
    added = await edit_free_days.add_file(viewer, content, _teacher(fields.get("teacher_id")))
    return FreeDaysOfFile.of(added, await planned_on_free_days(viewer, added))


async def calendar_file(request: Request[Any, Any, Any]) -> tuple[bytes, dict[str, str]]:
    """The file of a form, and its fields. Raises Invalid."""
    form = MultipartForm(request)
    fields = await form.fields()
    return b"".join([chunk async for chunk in form.file()]), fields


def _teacher(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid("must be a UUID", field="teacher_id", code="not_a_uuid") from None


@put("/schedule/free-days/{free_days_id:str}", policy=TEACHER, tags=_TAGS, summary="Change free days", also={409})
async def change_free_days(
    request: CallOf,
    free_days_id: FromPath[str],
    data: JSONBody[FreeDaysChanges],
    edit_free_days: Edits,
    planned_on_free_days: Plans,
) -> FreeDaysReply:
    viewer = viewer_of(request)
    changed = await edit_free_days.change(viewer, serial_or(FreeDaysNotFound, free_days_id), **data.changes())
    return FreeDaysReply.of(changed, await planned_on_free_days(viewer, [changed]))


@delete("/schedule/free-days/{free_days_id:str}", policy=TEACHER, tags=_TAGS, summary="Remove free days")
async def delete_free_days(request: CallOf, free_days_id: FromPath[str], edit_free_days: Edits) -> None:
    await edit_free_days.delete(viewer_of(request), serial_or(FreeDaysNotFound, free_days_id))


HANDLERS: Sequence[BaseRouteHandler] = (
    list_free_days,
    add_free_days,
    add_free_days_of_file,
    change_free_days,
    delete_free_days,
)
