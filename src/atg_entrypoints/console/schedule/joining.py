"""Coming into a group: its code with a sheet to print, typing it, and answering invitations."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.schedule.invitation_answers import AnswerInvitation
from atg_core.schedule.invitations import InvitationNotFound
from atg_core.schedule.join_codes import EditJoinCodes, JoinGroup
from atg_core.schedule.ports import GroupNotFound, JoinCodeNotFound
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.qr_codes import qr_code
from atg_entrypoints.console.schedule.group import address_of, shown_code, taught_group
from atg_entrypoints.console.schedule.groups import GROUPS, Asked, Reads
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.invitations import invitee_of
from atg_entrypoints.http.schedule.invitations_wire import JoinRequest
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.wire import serial_or, uuid_or

_JOIN, _SHEET = "schedule/join", "schedule/join_sheet"
_LATE = f"{GROUPS}?done=late"
"""Also for another's invitation: nobody learns whether there is one."""

Codes = NamedDependency[SkipValidation[EditJoinCodes]]
Answers = NamedDependency[SkipValidation[AnswerInvitation]]


@get("/groups/{group_id:str}/join-code", policy=TEACHER)
async def show_join_sheet(request: Asked, group_id: FromPath[str], schedule_queries: Reads) -> Response[Any]:
    """A sheet to print; the group where there is no code."""
    group = await taught_group(request, serial_or(GroupNotFound, group_id), schedule_queries)
    if group.join_code is None:
        return led_to(address_of(group.id))
    address = f"{request.app.state['container'].settings().base_url}{GROUPS}/join"
    values = {
        "group": group,
        "code": shown_code(group.join_code),
        "address": address,
        "picture": qr_code(f"{address}?code={group.join_code}"),
    }
    return page(request, _SHEET, values)


@post("/groups/{group_id:str}/join-code", policy=TEACHER, status_code=HTTPStatus.OK)
async def renew_code(request: Asked, group_id: FromPath[str], edit_join_codes: Codes) -> Response[Any]:
    key = serial_or(GroupNotFound, group_id)
    await edit_join_codes.renew(viewer_of(request), key)
    return led_to(f"{address_of(key)}?done=code")


@post("/groups/{group_id:str}/join-code/end", policy=TEACHER, status_code=HTTPStatus.OK)
async def end_code(request: Asked, group_id: FromPath[str], edit_join_codes: Codes) -> Response[Any]:
    key = serial_or(GroupNotFound, group_id)
    await edit_join_codes.end(viewer_of(request), key)
    return led_to(f"{address_of(key)}?done=ended")


@get("/groups/join", policy=SIGNED_IN)
async def show_join(request: Asked, code: Annotated[str, QueryParameter(max_length=20)] = "") -> Response[str]:
    """`code`: of the QR code on the sheet; joining takes a press of the button."""
    return page(request, _JOIN, {**CLEAN, "code": code})


@post("/groups/join", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def join_here(
    request: Asked, data: Form, join_group: NamedDependency[SkipValidation[JoinGroup]]
) -> Response[Any]:
    code = line_of(data, "code") or ""
    try:
        given = checked(JoinRequest, {"code": code})
        group = await join_group(request.user.id, request.client.host if request.client else None, given.code)
    except (*Refusals, JoinCodeNotFound) as error:
        return form_again(request, _JOIN, {"code": code}, error)
    return led_to(f"{address_of(group.id)}?done=joined")


@post("/invitations/{invitation_id:str}/accept", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def accept_here(request: Asked, invitation_id: FromPath[str], answer_invitation: Answers) -> Response[Any]:
    try:
        group = await answer_invitation.accept(uuid_or(InvitationNotFound, invitation_id), invitee_of(request, None))
    except InvitationNotFound:
        return led_to(_LATE)
    return led_to(f"{address_of(group.id)}?done=joined")


@post("/invitations/{invitation_id:str}/decline", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def decline_here(request: Asked, invitation_id: FromPath[str], answer_invitation: Answers) -> Response[Any]:
    try:
        await answer_invitation.decline(uuid_or(InvitationNotFound, invitation_id), invitee_of(request, None))
    except InvitationNotFound:
        return led_to(_LATE)
    return led_to(f"{GROUPS}?done=declined")


HANDLERS: Sequence[BaseRouteHandler] = (
    show_join_sheet,
    renew_code,
    end_code,
    show_join,
    join_here,
    accept_here,
    decline_here,
)
