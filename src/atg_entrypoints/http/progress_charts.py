"""How averages and attendance went: series for charts, and charts for reports and mail."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.gradebook.ports import GroupNotFound, StudentNotFound
from atg_core.gradebook.progress import Progress, ShowProgress
from atg_entrypoints.http.gradebook_wire import CallOf, GroupProgress, StudentProgress, viewer_of
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import serial_or, uuid_or

_TAGS = ["gradebook"]
_SVG = "image/svg+xml"
# Whoever opens the picture by itself runs nothing of it, and has nothing fetched.
_LOCKED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}

Shows = NamedDependency[SkipValidation[ShowProgress]]
Draws = NamedDependency[SkipValidation[Callable[[Sequence[Progress]], bytes]]]
OfGroup = Annotated[int | None, QueryParameter(name="group_id", ge=1, le=2**31 - 1)]


@get("/groups/{group_id:str}/progress", policy=SIGNED_IN, tags=_TAGS, summary="How a group went, by day")
async def show_group_progress(request: CallOf, group_id: FromPath[str], show_grade_progress: Shows) -> GroupProgress:
    """For who teaches it, and for its students with their own."""
    return GroupProgress.of(await show_grade_progress.of_group(viewer_of(request), serial_or(GroupNotFound, group_id)))


@get("/students/{student_id:str}/progress", policy=SIGNED_IN, tags=_TAGS, summary="How a student went, by day")
async def show_student_progress(
    request: CallOf, student_id: FromPath[str], show_grade_progress: Shows, group_id: OfGroup = None
) -> StudentProgress:
    """In each of their groups: all of them for the student, else those that the caller teaches."""
    key = uuid_or(StudentNotFound, student_id)
    return StudentProgress.of(key, await show_grade_progress.of_student(viewer_of(request), key, group_id))


@get(
    "/groups/{group_id:str}/progress.svg",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="How a group went, as a chart",
    media_type=_SVG,
)
async def draw_group_progress(
    request: CallOf, group_id: FromPath[str], show_grade_progress: Shows, draw_progress: Draws
) -> Response[bytes]:
    progress = await show_grade_progress.of_group(viewer_of(request), serial_or(GroupNotFound, group_id))
    return await _chart([progress], draw_progress)


@get(
    "/students/{student_id:str}/progress.svg",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="How a student went, as a chart",
    media_type=_SVG,
)
async def draw_student_progress(
    request: CallOf,
    student_id: FromPath[str],
    show_grade_progress: Shows,
    draw_progress: Draws,
    group_id: OfGroup = None,
) -> Response[bytes]:
    key = uuid_or(StudentNotFound, student_id)
    return await _chart(await show_grade_progress.of_student(viewer_of(request), key, group_id), draw_progress)


async def _chart(series: Sequence[Progress], draw: Callable[[Sequence[Progress]], bytes]) -> Response[bytes]:
    return Response(await asyncio.to_thread(draw, series), media_type=_SVG, headers=_LOCKED)


HANDLERS: Sequence[BaseRouteHandler] = (
    show_group_progress,
    show_student_progress,
    draw_group_progress,
    draw_student_progress,
)
