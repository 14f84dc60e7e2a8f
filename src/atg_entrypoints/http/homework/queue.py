"""Submissions of all homework, in the order in which they are marked, and who has not handed in."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter

from atg_core.homework.model import SubmissionStatus
from atg_core.homework.ports import SubmissionFilter
from atg_entrypoints.http.homework.queries import Shows, homework_id_of
from atg_entrypoints.http.homework.submissions import Pages
from atg_entrypoints.http.homework.submissions_wire import MissingStudentRow, QueuedSubmissionRow
from atg_entrypoints.http.homework.viewer import SignedInRequest, viewer_of
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import NO_NUL, Page, to_wire

_TAGS = ["homework, submissions"]
_MOST = 2**31 - 1


@get("/submissions", policy=TEACHER, tags=_TAGS, summary="Submissions of all homework", also={400})
async def list_queue(
    *,
    request: SignedInRequest,
    show_homework: Shows,
    paging: Pages,
    status: Annotated[SubmissionStatus | None, QueryParameter(name="status")] = None,
    group_id: Annotated[int | None, QueryParameter(name="group_id", ge=1, le=_MOST)] = None,
    homework_id: Annotated[int | None, QueryParameter(name="homework_id", ge=1, le=_MOST)] = None,
    student_id: Annotated[UUID | None, QueryParameter(name="student_id")] = None,
    late: Annotated[bool | None, QueryParameter(name="late", description="Handed in after `due_at`")] = None,
    q: Annotated[
        str | None, QueryParameter(name="q", max_length=200, pattern=NO_NUL, description="In the student's name")
    ] = None,
) -> Page[QueuedSubmissionRow]:
    """Of the caller's groups; all of them for administrators. Who handed in first comes first, drafts come last."""
    wanted = SubmissionFilter(
        status=status, group_id=group_id, homework_id=homework_id, student_id=student_id, late=late, q=q
    )
    found, total = await show_homework.queue(viewer_of(request), wanted, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[QueuedSubmissionRow]), total)


@get("/homework/{homework_id:str}/missing", policy=TEACHER, tags=_TAGS, summary="Who has not handed in")
async def list_missing(
    request: SignedInRequest, homework_id: FromPath[str], show_homework: Shows, paging: Pages
) -> Page[MissingStudentRow]:
    """Students of the group without a submission, or with a draft alone, by name."""
    found, total = await show_homework.missing(
        viewer_of(request), homework_id_of(homework_id), limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[MissingStudentRow]), total)


HANDLERS: Sequence[BaseRouteHandler] = (list_queue, list_missing)
