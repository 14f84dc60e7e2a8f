"""A group: its students, invitations, code and settings for who teaches it; its teacher and lessons for a student."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.clock import Clock
from atg_core.errors import AtgError
from atg_core.identity.model import Role
from atg_core.schedule.invitations import MAX_OPEN, InvitationQueries
from atg_core.schedule.model import Group
from atg_core.schedule.ports import GroupNotFound, ScheduleQueries
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of
from atg_entrypoints.console.late_rule import late_body, late_fields, late_given
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.schedule.groups import (
    GROUPS,
    Asked,
    Calendar,
    DoneQuery,
    Edits,
    Now,
    Reads,
    lessons_ahead,
    may_teach,
)
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.groups_wire import GroupChanges
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.wire import present_fields, serial_or

GROUP, _OF_STUDENT, CONFIRM = "schedule/group", "schedule/group_of_student", "schedule/confirm"
_DONE = {
    "made": phrase("The group is made. Invite students, or make a code for them to join by."),
    "renamed": phrase("The group is renamed"),
    "saved": phrase("Saved"),
    "removed": phrase("The student is removed from the group"),
    "added": phrase("The students are added"),
    "withdrawn": phrase("The invitation is taken back"),
    "answered": phrase("The invitation was answered already, or has ended"),
    "code": phrase("There is a new code; a former one no longer works"),
    "ended": phrase("The code has ended"),
    "given": phrase("The group is handed over"),
    "joined": phrase("You are in the group"),
}

Invited = NamedDependency[SkipValidation[InvitationQueries]]


def address_of(group_id: int) -> str:
    return f"{GROUPS}/{group_id}"


def shown_code(code: str | None) -> str:
    """In halves, as it is easier to type."""
    return f"{code[:4]}-{code[4:]}" if code else ""


def is_taught(request: Asked, group: Group) -> bool:
    return request.user.role is Role.ADMIN or (may_teach(request.user) and group.teacher_id == request.user.id)


async def group_values(
    request: Asked, group_id: int, queries: ScheduleQueries, invitations: InvitationQueries, clock: Clock
) -> dict[str, Any]:
    """What the page shows to who teaches the group. Raises GroupNotFound for all others."""
    viewer = viewer_of(request)
    sent, _ = await invitations.sent(viewer, group_id, clock(), limit=MAX_OPEN, offset=0)
    group, students = await queries.group(viewer, group_id)
    return {
        "group": group,
        "students": students,
        "sent": sent,
        "code": shown_code(group.join_code),
        "is_admin": request.user.role is Role.ADMIN,
        "contexts": request.app.state["container"].settings().contexts,
        "lessons": [],
        "results": {},
        "emails": "",
        "name": group.name,
        "given": late_fields(group.late_rule),
        "done": None,
        "back": address_of(group_id),
    }


@get("/groups/{group_id:str}", policy=SIGNED_IN)
async def show_group(
    *,
    request: Asked,
    group_id: FromPath[str],
    schedule_queries: Reads,
    invitation_queries: Invited,
    show_calendar: Calendar,
    clock: Now,
    done: DoneQuery = "",
) -> Response[str]:
    key = serial_or(GroupNotFound, group_id)
    group, _ = await schedule_queries.group(viewer_of(request), key)
    lessons = {"lessons": (await lessons_ahead(request, show_calendar, clock)).get(key, [])}
    if not is_taught(request, group):
        contexts = request.app.state["container"].settings().contexts
        return page(request, _OF_STUDENT, {**lessons, "group": group, "contexts": contexts, "done": _DONE.get(done)})
    values = await group_values(request, key, schedule_queries, invitation_queries, clock)
    return page(request, GROUP, {**values, **lessons, **CLEAN, "done": _DONE.get(done)})


@get([f"/groups/{{group_id:str}}/{each}" for each in ("name", "late-rule", "students")], policy=SIGNED_IN)
async def back_to_group(group_id: FromPath[str]) -> Response[Any]:
    """Forms of a group that can not be opened by their address."""
    return led_to(address_of(serial_or(GroupNotFound, group_id)))


@post("/groups/{group_id:str}/name", policy=TEACHER, status_code=HTTPStatus.OK)
async def rename_group(
    *,
    request: Asked,
    group_id: FromPath[str],
    data: Form,
    edit_groups: Edits,
    schedule_queries: Reads,
    invitation_queries: Invited,
    clock: Now,
) -> Response[Any]:
    key, name = serial_or(GroupNotFound, group_id), line_of(data, "name") or ""
    try:
        changes = present_fields(checked(GroupChanges, {"name": name}))
        await edit_groups.change(viewer_of(request), key, changes)
    except Refusals as error:
        values = await group_values(request, key, schedule_queries, invitation_queries, clock)
        return form_again(request, GROUP, {**values, "name": name}, error)
    return led_to(f"{address_of(key)}?done=renamed")


@post("/groups/{group_id:str}/late-rule", policy=TEACHER, status_code=HTTPStatus.OK)
async def set_late_rule(
    *,
    request: Asked,
    group_id: FromPath[str],
    data: Form,
    edit_groups: Edits,
    schedule_queries: Reads,
    invitation_queries: Invited,
    clock: Now,
) -> Response[Any]:
    """Of its new homework."""
    key = serial_or(GroupNotFound, group_id)
    try:
        await edit_groups.change(viewer_of(request), key, checked(GroupChanges, late_body(data)).changes())
    except Refusals as error:
        values = await group_values(request, key, schedule_queries, invitation_queries, clock)
        return form_again(request, GROUP, {**values, "given": late_given(data)}, error)
    return led_to(f"{address_of(key)}?done=saved")


async def taught_group(request: Asked, group_id: int, queries: ScheduleQueries) -> Group:
    """Raises GroupNotFound, also for who is a student of it."""
    group, _ = await queries.group(viewer_of(request), group_id)
    if not is_taught(request, group):
        raise GroupNotFound
    return group


def confirmation(
    request: Asked, group: Group, values: Mapping[str, Any], error: AtgError | None = None
) -> Response[str]:
    """Asks whether what can not be undone is meant. `values`: title, text, action and button."""
    known = {"group": group, "parameters": {}, **values}
    return form_again(request, CONFIRM, known, error) if error else page(request, CONFIRM, {**known, **CLEAN})


def _deletion(group: Group) -> dict[str, Any]:
    return {
        "title": phrase("Delete the group?"),
        "text": phrase(
            "Its planned lessons, rules, homework and control points are deleted with it. Accounts of students stay."
        ),
        "action": f"{address_of(group.id)}/delete",
        "button": phrase("Delete the group"),
    }


@get("/groups/{group_id:str}/delete", policy=TEACHER)
async def ask_to_delete_group(request: Asked, group_id: FromPath[str], schedule_queries: Reads) -> Response[str]:
    group = await taught_group(request, serial_or(GroupNotFound, group_id), schedule_queries)
    return confirmation(request, group, _deletion(group))


@post("/groups/{group_id:str}/delete", policy=TEACHER, status_code=HTTPStatus.OK)
async def delete_group(
    request: Asked, group_id: FromPath[str], edit_groups: Edits, schedule_queries: Reads
) -> Response[Any]:
    group = await taught_group(request, serial_or(GroupNotFound, group_id), schedule_queries)
    try:
        await edit_groups.delete(viewer_of(request), group.id)
    except Refusals as error:
        return confirmation(request, group, _deletion(group), error)
    return led_to(f"{GROUPS}?done=deleted")


HANDLERS: Sequence[BaseRouteHandler] = (
    show_group,
    back_to_group,
    rename_group,
    set_late_rule,
    ask_to_delete_group,
    delete_group,
)
