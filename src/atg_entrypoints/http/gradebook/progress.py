"""Progress of groups and students, as series and as SVG charts."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.gradebook.chart_words import CHART_WORDS
from atg_core.gradebook.ports import GroupNotFound, StudentNotFound
from atg_core.gradebook.progress import Progress, ShowProgress
from atg_entrypoints.http.gradebook.progress_wire import GroupProgress, StudentProgress
from atg_entrypoints.http.gradebook.viewer import SignedInRequest, viewer_of
from atg_entrypoints.http.locale import translator_of
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import serial_or, uuid_or

_TAGS = ["gradebook"]
_SVG = "image/svg+xml"
# An SVG that is opened as a page runs no scripts and loads nothing.
_LOCKED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}

Shows = NamedDependency[SkipValidation[ShowProgress]]
type Draw = Callable[[Sequence[Progress], Mapping[str, str]], Awaitable[bytes]]
Draws = NamedDependency[SkipValidation[Draw]]
OfGroup = Annotated[int | None, QueryParameter(name="group_id", ge=1, le=2**31 - 1)]


@get("/groups/{group_id:str}/progress", policy=SIGNED_IN, tags=_TAGS, summary="Progress of a group, by day")
async def show_group_progress(
    request: SignedInRequest, group_id: FromPath[str], show_grade_progress: Shows
) -> GroupProgress:
    """For the teacher of the group, and for its students with their own values."""
    return GroupProgress.of(await show_grade_progress.of_group(viewer_of(request), serial_or(GroupNotFound, group_id)))


@get("/students/{student_id:str}/progress", policy=SIGNED_IN, tags=_TAGS, summary="Progress of a student, by day")
async def show_student_progress(
    request: SignedInRequest, student_id: FromPath[str], show_grade_progress: Shows, group_id: OfGroup = None
) -> StudentProgress:
    """In each group of the student; teachers see the groups that they teach."""
    key = uuid_or(StudentNotFound, student_id)
    return StudentProgress.of(key, await show_grade_progress.of_student(viewer_of(request), key, group_id))


@get(
    "/groups/{group_id:str}/progress.svg",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Progress of a group, as a chart",
    media_type=_SVG,
)
async def draw_group_progress(
    request: SignedInRequest, group_id: FromPath[str], show_grade_progress: Shows, draw_progress: Draws
) -> Response[bytes]:
    progress = await show_grade_progress.of_group(viewer_of(request), serial_or(GroupNotFound, group_id))
    return await _chart(request, [progress], draw_progress)


@get(
    "/students/{student_id:str}/progress.svg",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Progress of a student, as a chart",
    media_type=_SVG,
)
async def draw_student_progress(
    request: SignedInRequest,
    student_id: FromPath[str],
    show_grade_progress: Shows,
    draw_progress: Draws,
    group_id: OfGroup = None,
) -> Response[bytes]:
    key = uuid_or(StudentNotFound, student_id)
    series = await show_grade_progress.of_student(viewer_of(request), key, group_id)
    return await _chart(request, series, draw_progress)


async def _chart(request: SignedInRequest, series: Sequence[Progress], draw: Draw) -> Response[bytes]:
    translate = translator_of(request)
    chart = await draw(series, {word: translate(word) for word in CHART_WORDS})
    return Response(chart, media_type=_SVG, headers=_LOCKED)


HANDLERS: Sequence[BaseRouteHandler] = (
    show_group_progress,
    show_student_progress,
    draw_group_progress,
    draw_student_progress,
)
