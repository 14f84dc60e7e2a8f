"""Authoring homework: teachers add, change, publish, copy and delete it (spec: homework-gradebook, Homework)."""

from collections.abc import Sequence
from typing import Annotated

from litestar import delete, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Meta

from atg_core.homework.authoring import EditHomework
from atg_entrypoints.http.homework.authoring_wire import (
    HomeworkChanges,
    HomeworkCopy,
    HomeworkExemption,
    HomeworkPublication,
    NewHomework,
)
from atg_entrypoints.http.homework.queries import Shows, homework_id_of, homework_reply
from atg_entrypoints.http.homework.queries_wire import HomeworkReply
from atg_entrypoints.http.homework.viewer import SignedInRequest, viewer_of
from atg_entrypoints.http.policy import TEACHER

_TAGS = ["homework"]

Edits = NamedDependency[SkipValidation[EditHomework]]


@post("/homework", policy=TEACHER, tags=_TAGS, summary="Add homework for a group", also={404})
async def add_homework(
    request: SignedInRequest, data: JSONBody[NewHomework], edit_homework: Edits, show_homework: Shows
) -> HomeworkReply:
    """Students do not see it before it is published."""
    viewer = viewer_of(request)
    return await homework_reply(show_homework, viewer, await edit_homework.add(viewer, *data.to_input()))


@put("/homework/{homework_id:str}", policy=TEACHER, tags=_TAGS, summary="Change homework", also={409})
async def change_homework(
    request: SignedInRequest,
    homework_id: FromPath[str],
    data: JSONBody[HomeworkChanges],
    edit_homework: Edits,
    show_homework: Shows,
) -> HomeworkReply:
    """Once there is a submission, questions are frozen and `due_at` can only move later.

    409 `changed_meanwhile` where `was` is not its `updated_at`, which stands in `current`.
    """
    viewer, key = viewer_of(request), homework_id_of(homework_id)
    await edit_homework.change(viewer, key, *data.to_input())
    return await homework_reply(show_homework, viewer, key)


@delete("/homework/{homework_id:str}", policy=TEACHER, tags=_TAGS, summary="Delete homework", also={409})
async def delete_homework(request: SignedInRequest, homework_id: FromPath[str], edit_homework: Edits) -> None:
    """Homework with submissions can not be deleted."""
    await edit_homework.delete(viewer_of(request), homework_id_of(homework_id))


@post(
    "/homework/{homework_id:str}/publish",
    status_code=200,
    policy=TEACHER,
    tags=_TAGS,
    summary="Publish homework",
    also={409},
)
async def publish_homework(
    request: SignedInRequest,
    homework_id: FromPath[str],
    edit_homework: Edits,
    show_homework: Shows,
    data: JSONBody[HomeworkPublication | None] = None,
) -> HomeworkReply:
    """Makes it visible to the students of the group and notifies them by mail. Idempotent, but for copies."""
    viewer, key = viewer_of(request), homework_id_of(homework_id)
    await edit_homework.publish(viewer, key, data.group_ids if data else ())
    return await homework_reply(show_homework, viewer, key)


@put(
    "/homework/{homework_id:str}/exemptions",
    policy=TEACHER,
    tags=_TAGS,
    summary="Excuse students from homework",
)
async def exempt_from_homework(
    request: SignedInRequest,
    homework_id: FromPath[str],
    data: JSONBody[Annotated[list[HomeworkExemption], Meta(max_length=10_000)]],
    edit_homework: Edits,
    show_homework: Shows,
) -> HomeworkReply:
    """Whoever is excused has `excused` in the journal, and no grade of it in averages. All or none."""
    viewer, key = viewer_of(request), homework_id_of(homework_id)
    await edit_homework.exempt(viewer, key, {each.student_id: each.excused for each in data})
    return await homework_reply(show_homework, viewer, key)


@post("/homework/{homework_id:str}/copy", policy=TEACHER, tags=_TAGS, summary="Copy homework")
async def copy_homework(
    request: SignedInRequest,
    homework_id: FromPath[str],
    edit_homework: Edits,
    show_homework: Shows,
    data: JSONBody[HomeworkCopy | None] = None,
) -> HomeworkReply:
    """An unpublished copy with the same questions, for the same group or another."""
    viewer = viewer_of(request)
    group_id = data.group_id if data else None
    copied = await edit_homework.copy(viewer, homework_id_of(homework_id), group_id)
    return await homework_reply(show_homework, viewer, copied)


HANDLERS: Sequence[BaseRouteHandler] = (
    add_homework,
    change_homework,
    delete_homework,
    publish_homework,
    copy_homework,
    exempt_from_homework,
)
