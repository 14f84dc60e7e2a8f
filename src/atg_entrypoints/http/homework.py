"""Homework: teachers write it, students see what is published for them."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.homework.model import Viewer
from atg_core.homework.ports import HomeworkNotFound
from atg_core.homework.showing import ShowHomework
from atg_core.homework.writing import EditHomework
from atg_core.identity.model import Caller, Role
from atg_entrypoints.http.homework_wire import HomeworkChanges, HomeworkCopy, HomeworkReply, HomeworkRow, NewHomework
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.wire import Page, Paging, serial_or

_TAGS = ["homework"]

CallOf = Request[Caller, Any, Any]
Shows = NamedDependency[SkipValidation[ShowHomework]]
Edits = NamedDependency[SkipValidation[EditHomework]]


def viewer_of(request: CallOf) -> Viewer:
    return Viewer(id=request.user.id, is_admin=request.user.role is Role.ADMIN)


def homework_number(text: str) -> int:
    """Raises HomeworkNotFound."""
    return serial_or(HomeworkNotFound, text)


async def _shown(show: ShowHomework, viewer: Viewer, homework_id: int) -> HomeworkReply:
    return HomeworkReply.seen(await show(viewer, homework_id))


@get("/homework", policy=SIGNED_IN, tags=_TAGS, summary="Homework that one sets or is set, newest first", also={400})
async def list_homework(
    request: CallOf,
    show_homework: Shows,
    paging: NamedDependency[SkipValidation[Paging]],
    group_id: Annotated[int | None, QueryParameter(name="group_id", ge=1, le=2**31 - 1)] = None,
) -> Page[HomeworkRow]:
    """Students see what is published for the groups that they are in."""
    viewer = viewer_of(request)
    found, total = await show_homework.listed(viewer, group_id, limit=paging.size, offset=paging.offset)
    return paging.of([HomeworkRow.of(homework, submission) for homework, submission in found], total)


@post("/homework", policy=TEACHER, tags=_TAGS, summary="Set homework for a group", also={404})
async def add_homework(
    request: CallOf, data: JSONBody[NewHomework], edit_homework: Edits, show_homework: Shows
) -> HomeworkReply:
    """Nobody but its teacher sees it before it is published."""
    viewer = viewer_of(request)
    return await _shown(show_homework, viewer, await edit_homework.add(viewer, *data.written()))


@get("/homework/{homework_id:str}", policy=SIGNED_IN, tags=_TAGS, summary="Homework with its questions")
async def show_one_homework(request: CallOf, homework_id: FromPath[str], show_homework: Shows) -> HomeworkReply:
    """A student learns which choices are correct once their grade is final: graded, and no further attempt left."""
    return await _shown(show_homework, viewer_of(request), homework_number(homework_id))


@put("/homework/{homework_id:str}", policy=TEACHER, tags=_TAGS, summary="Change homework", also={409})
async def change_homework(
    request: CallOf,
    homework_id: FromPath[str],
    data: JSONBody[HomeworkChanges],
    edit_homework: Edits,
    show_homework: Shows,
) -> HomeworkReply:
    """As soon as a student works on it, its questions stay as they are, and it can only be due later."""
    viewer, key = viewer_of(request), homework_number(homework_id)
    await edit_homework.change(viewer, key, *data.written())
    return await _shown(show_homework, viewer, key)


@delete("/homework/{homework_id:str}", policy=TEACHER, tags=_TAGS, summary="Delete homework", also={409})
async def delete_homework(request: CallOf, homework_id: FromPath[str], edit_homework: Edits) -> None:
    """What a student works on stays."""
    await edit_homework.delete(viewer_of(request), homework_number(homework_id))


@post(
    "/homework/{homework_id:str}/publish",
    status_code=200,
    policy=TEACHER,
    tags=_TAGS,
    summary="Publish homework",
    also={409},
)
async def publish_homework(
    request: CallOf, homework_id: FromPath[str], edit_homework: Edits, show_homework: Shows
) -> HomeworkReply:
    """Students of the group see it from now on, and are told by mail. Again, it changes nothing."""
    viewer, key = viewer_of(request), homework_number(homework_id)
    await edit_homework.publish(viewer, key)
    return await _shown(show_homework, viewer, key)


@post("/homework/{homework_id:str}/copy", policy=TEACHER, tags=_TAGS, summary="Copy homework")
async def copy_homework(
    request: CallOf,
    homework_id: FromPath[str],
    edit_homework: Edits,
    show_homework: Shows,
    data: JSONBody[HomeworkCopy | None] = None,
) -> HomeworkReply:
    """A new one with the same questions, not published: a new version, or the same for another group."""
    viewer = viewer_of(request)
    group_id = data.group_id if data else None
    copied = await edit_homework.copy(viewer, homework_number(homework_id), group_id)
    return await _shown(show_homework, viewer, copied)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_homework,
    add_homework,
    show_one_homework,
    change_homework,
    delete_homework,
    publish_homework,
    copy_homework,
)
