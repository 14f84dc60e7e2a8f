"""Homework as teachers and students see it (spec: homework-gradebook, Homework)."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.homework.model import Viewer
from atg_core.homework.ports import HomeworkNotFound
from atg_core.homework.queries import ShowHomework
from atg_entrypoints.http.homework.queries_wire import HomeworkReply, HomeworkRow
from atg_entrypoints.http.homework.viewer import SignedInRequest, viewer_of
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Page, Paging, serial_or

_TAGS = ["homework"]

Shows = NamedDependency[SkipValidation[ShowHomework]]


def homework_id_of(text: str) -> int:
    """Raises HomeworkNotFound."""
    return serial_or(HomeworkNotFound, text)


async def homework_reply(show: ShowHomework, viewer: Viewer, homework_id: int) -> HomeworkReply:
    return HomeworkReply.from_details(await show(viewer, homework_id))


@get("/homework", policy=SIGNED_IN, tags=_TAGS, summary="Homework of the caller's groups, newest first", also={400})
async def list_homework(
    request: SignedInRequest,
    show_homework: Shows,
    paging: NamedDependency[SkipValidation[Paging]],
    group_id: Annotated[int | None, QueryParameter(name="group_id", ge=1, le=2**31 - 1)] = None,
) -> Page[HomeworkRow]:
    """Students see what is published for their groups."""
    viewer = viewer_of(request)
    found, total = await show_homework.listed(viewer, group_id, limit=paging.size, offset=paging.offset)
    return paging.of([HomeworkRow.of(homework, submission) for homework, submission in found], total)


@get("/homework/{homework_id:str}", policy=SIGNED_IN, tags=_TAGS, summary="Homework with its questions")
async def show_one_homework(
    request: SignedInRequest, homework_id: FromPath[str], show_homework: Shows
) -> HomeworkReply:
    """A student sees the correct choices once their grade is final: all graded, and no attempt left."""
    return await homework_reply(show_homework, viewer_of(request), homework_id_of(homework_id))


HANDLERS: Sequence[BaseRouteHandler] = (list_homework, show_one_homework)
