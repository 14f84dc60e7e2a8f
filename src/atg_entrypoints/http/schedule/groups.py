"""Groups and their students over HTTP (spec: schedule, Groups and lessons)."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.identity.model import Caller
from atg_core.schedule.groups import EditGroups
from atg_core.schedule.join_codes import EditJoinCodes, JoinGroup
from atg_core.schedule.membership import AddStudents
from atg_core.schedule.ports import (
    GroupNotFound,
    ScheduleQueries,
    StudentNotInGroup,
)
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.groups_wire import (
    GroupChanges,
    GroupCreation,
    GroupReply,
    GroupRow,
    StudentsAdded,
    StudentsAddedReply,
)
from atg_entrypoints.http.schedule.invitations_wire import JoinCode, JoinedGroup, JoinRequest
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.wire import NO_NUL, Page, Paging, serial_or, to_wire, uuid_or

_TAGS = ["groups"]

Reads = NamedDependency[SkipValidation[ScheduleQueries]]
Codes = NamedDependency[SkipValidation[EditJoinCodes]]
Edits = NamedDependency[SkipValidation[EditGroups]]
CallOf = Request[Caller, Any, Any]


@get("/groups", policy=SIGNED_IN, tags=_TAGS, summary="Groups that one teaches or is in", also={400})
async def list_groups(
    request: CallOf,
    schedule_queries: Reads,
    paging: NamedDependency[SkipValidation[Paging]],
    q: Annotated[
        str | None, QueryParameter(name="q", max_length=200, pattern=NO_NUL, description="A part of the name")
    ] = None,
) -> Page[GroupRow]:
    found, total = await schedule_queries.groups(viewer_of(request), q, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[GroupRow]), total)


@post("/groups", policy=TEACHER, tags=_TAGS, summary="Make a group")
async def add_group(request: CallOf, data: JSONBody[GroupCreation], edit_groups: Edits) -> GroupRow:
    return to_wire(await edit_groups.add(viewer_of(request), data.name, data.teacher_id), GroupRow)


@get("/groups/{group_id:str}", policy=SIGNED_IN, tags=_TAGS, summary="A group with its students")
async def show_group(request: CallOf, group_id: FromPath[str], schedule_queries: Reads) -> GroupReply:
    return await _group(request, schedule_queries, serial_or(GroupNotFound, group_id))


async def _group(request: CallOf, schedule_queries: ScheduleQueries, group_id: int) -> GroupReply:
    viewer = viewer_of(request)
    group, students = await schedule_queries.group(viewer, group_id)
    return GroupReply.of(group, students, viewer)


@put("/groups/{group_id:str}", policy=TEACHER, tags=_TAGS, summary="Change a group", also={409})
async def change_group(
    request: CallOf, group_id: FromPath[str], data: JSONBody[GroupChanges], edit_groups: Edits
) -> GroupRow:
    """Another teacher takes the rules, planned lessons, homework and control points along."""
    changed = await edit_groups.change(viewer_of(request), serial_or(GroupNotFound, group_id), data.changes())
    return to_wire(changed, GroupRow)


@delete("/groups/{group_id:str}", policy=TEACHER, tags=_TAGS, summary="Delete a group", also={409})
async def delete_group(request: CallOf, group_id: FromPath[str], edit_groups: Edits) -> None:
    """Deletes its planned lessons, too; a group that has had a lesson can not be deleted."""
    await edit_groups.delete(viewer_of(request), serial_or(GroupNotFound, group_id))


@post("/groups/{group_id:str}/students", status_code=200, policy=TEACHER, tags=_TAGS, summary="Add or invite students")
async def add_students(
    request: CallOf,
    group_id: FromPath[str],
    data: JSONBody[StudentsAdded],
    add_group_students: NamedDependency[SkipValidation[AddStudents]],
    schedule_queries: Reads,
) -> StudentsAddedReply:
    """Students of another group of the teacher are added at once, others get an invitation by email; `invited` tells
    nothing of whether the email has an account. Ids of others' students are 404. At most 50 invitations a day and 200
    open ones, else 429 and nothing happens. Administrators add anybody at once.
    """
    viewer, key = viewer_of(request), serial_or(GroupNotFound, group_id)
    results = await add_group_students(viewer, key, data.student_ids, data.emails)
    group, students = await schedule_queries.group(viewer, key)
    return StudentsAddedReply.of_results(group, students, viewer, results)


@delete("/groups/{group_id:str}/students/{student_id:str}", policy=TEACHER, tags=_TAGS, summary="Remove a student")
async def remove_student(
    request: CallOf, group_id: FromPath[str], student_id: FromPath[str], edit_groups: Edits
) -> None:
    key = serial_or(GroupNotFound, group_id)
    await edit_groups.remove_student(viewer_of(request), key, uuid_or(StudentNotInGroup, student_id))


@post(
    "/groups/{group_id:str}/join-code",
    policy=TEACHER,
    tags=_TAGS,
    summary="Make or renew the code to join a group by",
    idempotency_key=False,
)
async def renew_join_code(request: CallOf, group_id: FromPath[str], edit_join_codes: Codes) -> Response[JoinCode]:
    """A former code is no longer valid."""
    code = await edit_join_codes.renew(viewer_of(request), serial_or(GroupNotFound, group_id))
    return Response(JoinCode(code=code), headers={"Cache-Control": "no-store"})


@delete("/groups/{group_id:str}/join-code", policy=TEACHER, tags=_TAGS, summary="End the code of a group")
async def end_join_code(request: CallOf, group_id: FromPath[str], edit_join_codes: Codes) -> None:
    """Who has joined by it stays."""
    await edit_join_codes.end(viewer_of(request), serial_or(GroupNotFound, group_id))


@post("/groups/join", status_code=200, policy=SIGNED_IN, tags=_TAGS, summary="Join a group by its code", also={404})
async def join_group_by_code(
    request: CallOf, data: JSONBody[JoinRequest], join_group: NamedDependency[SkipValidation[JoinGroup]]
) -> JoinedGroup:
    """Ten tries in ten minutes."""
    address = request.client.host if request.client else None
    return to_wire(await join_group(request.user.id, address, data.code), JoinedGroup)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_groups,
    add_group,
    show_group,
    change_group,
    delete_group,
    add_students,
    remove_student,
    renew_join_code,
    end_join_code,
    join_group_by_code,
)
