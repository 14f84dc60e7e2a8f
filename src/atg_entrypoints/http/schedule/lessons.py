"""Single lessons over HTTP (spec: schedule, Groups and lessons)."""

from collections.abc import Sequence
from typing import Annotated, Any, cast

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.errors import ChangedMeanwhile
from atg_core.identity.model import Caller
from atg_core.schedule.lessons import EditLessons
from atg_core.schedule.model import Lesson, LessonStatus
from atg_core.schedule.ports import (
    LessonFilter,
    LessonNotFound,
    ScheduleQueries,
)
from atg_entrypoints.http.openapi import WINDOW_BOUND
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.lessons_wire import PlannedLessonChanges, PlannedLessonCreation, PlannedLessonRow
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.time_zone import zone_of_reader
from atg_entrypoints.http.wire import Page, Paging, present_fields, serial_or, window_bound

_TAGS = ["lessons"]

Reads = NamedDependency[SkipValidation[ScheduleQueries]]
Edits = NamedDependency[SkipValidation[EditLessons]]
CallOf = Request[Caller, Any, Any]
WindowBound = Annotated[str | None, QueryParameter(max_length=40, schema_extra=WINDOW_BOUND)]


@get("/schedule/lessons", no_store=True, policy=SIGNED_IN, tags=_TAGS, summary="Lessons by start", also={400})
async def list_planned_lessons(
    *,
    request: CallOf,
    schedule_queries: Reads,
    paging: NamedDependency[SkipValidation[Paging]],
    group_id: Annotated[int | None, QueryParameter(name="group_id", ge=1, le=2**31 - 1)] = None,
    status: Annotated[LessonStatus | None, QueryParameter(name="status")] = None,
    start: WindowBound = None,
    end: WindowBound = None,
) -> Page[PlannedLessonRow]:
    """`start`, `end`: lessons that take place between them."""
    viewer = viewer_of(request)
    wanted = LessonFilter(
        group_id=group_id,
        status=status,
        start=window_bound(start, "start", zone_of_reader(request)) if start else None,
        end=window_bound(end, "end", zone_of_reader(request)) if end else None,
    )
    found, total = await schedule_queries.lessons(viewer, wanted, limit=paging.size, offset=paging.offset)
    return paging.of([PlannedLessonRow.of(lesson, viewer) for lesson in found], total)


@post("/schedule/lessons", policy=TEACHER, tags=_TAGS, summary="Plan a lesson", also={404, 409})
async def add_planned_lesson(
    request: CallOf, data: JSONBody[PlannedLessonCreation], edit_lessons: Edits
) -> PlannedLessonRow:
    viewer = viewer_of(request)
    return PlannedLessonRow.of(await edit_lessons.add(viewer, **present_fields(data)), viewer)


@get("/schedule/lessons/{lesson_id:str}", no_store=True, policy=SIGNED_IN, tags=_TAGS, summary="A lesson")
async def show_planned_lesson(request: CallOf, lesson_id: FromPath[str], schedule_queries: Reads) -> PlannedLessonRow:
    viewer = viewer_of(request)
    return PlannedLessonRow.of(await schedule_queries.lesson(viewer, serial_or(LessonNotFound, lesson_id)), viewer)


@put("/schedule/lessons/{lesson_id:str}", policy=TEACHER, tags=_TAGS, summary="Change a lesson", also={409})
async def change_planned_lesson(
    request: CallOf, lesson_id: FromPath[str], data: JSONBody[PlannedLessonChanges], edit_lessons: Edits
) -> PlannedLessonRow:
    """If it has changed since it `was`, 409 `changed_meanwhile` with the lesson as `current`."""
    viewer, key = viewer_of(request), serial_or(LessonNotFound, lesson_id)
    try:
        changed = await edit_lessons.change(viewer, key, data.changes(), allow_overlap=data.allow_overlap, was=data.was)
    except ChangedMeanwhile as late:
        raise ChangedMeanwhile(PlannedLessonRow.of(cast("Lesson", late.current), viewer)) from None
    return PlannedLessonRow.of(changed, viewer)


@delete("/schedule/lessons/{lesson_id:str}", policy=TEACHER, tags=_TAGS, summary="Delete a lesson", also={409})
async def delete_planned_lesson(request: CallOf, lesson_id: FromPath[str], edit_lessons: Edits) -> None:
    await edit_lessons.delete(viewer_of(request), serial_or(LessonNotFound, lesson_id))


HANDLERS: Sequence[BaseRouteHandler] = (
    list_planned_lessons,
    add_planned_lesson,
    show_planned_lesson,
    change_planned_lesson,
    delete_planned_lesson,
)
