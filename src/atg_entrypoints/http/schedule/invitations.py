"""Invitations into groups over HTTP (spec: schedule, Groups and lessons)."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation, URLEncodedBody

from atg_core.clock import Clock
from atg_core.errors import Invalid, NotFound
from atg_core.identity.model import Caller
from atg_core.schedule.invitation_answers import AdmitInvited, AnswerInvitation, Invitee
from atg_core.schedule.invitations import InvitationNotFound, InvitationQueries
from atg_core.schedule.membership import WithdrawInvitation
from atg_core.schedule.ports import GroupNotFound
from atg_core.text import canonical_email, plain_name
from atg_entrypoints.http.pages import HTML, PageWords, page_of
from atg_entrypoints.http.policy import ANYONE, PUBLIC, SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.invitation_page import answered_page, dead_page, invitation_page
from atg_entrypoints.http.schedule.invitations_wire import (
    InvitationAnswer,
    InvitationForm,
    InvitationRow,
    JoinedGroup,
    ReceivedInvitationRow,
)
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.wire import Page, Paging, serial_or, to_wire, uuid_or

_TAGS = ["groups"]
_NO_PAGE = {404: page_of("A page: it is no longer open")}
_NO_FORM = _NO_PAGE | {400: page_of("The page, with what is wrong")}

AnyRequest = Request[Any, Any, Any]
CallOf = Request[Caller, Any, Any]
Reads = NamedDependency[SkipValidation[InvitationQueries]]
Answers = NamedDependency[SkipValidation[AnswerInvitation]]
Pages = NamedDependency[SkipValidation[Paging]]
Now = NamedDependency[SkipValidation[Clock]]
Admits = NamedDependency[SkipValidation[AdmitInvited]]


@get(
    "/groups/{group_id:str}/invitations",
    policy=TEACHER,
    tags=_TAGS,
    summary="Open invitations into a group",
)
async def list_group_invitations(
    request: CallOf, group_id: FromPath[str], invitation_queries: Reads, paging: Pages, clock: Now
) -> Page[InvitationRow]:
    """Of the invited, the email and nothing else."""
    viewer, key = viewer_of(request), serial_or(GroupNotFound, group_id)
    found, total = await invitation_queries.sent(viewer, key, clock(), limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[InvitationRow]), total)


@delete(
    "/groups/{group_id:str}/invitations/{invitation_id:str}",
    policy=TEACHER,
    tags=_TAGS,
    summary="Withdraw an invitation",
)
async def withdraw_one_invitation(
    request: CallOf,
    group_id: FromPath[str],
    invitation_id: FromPath[str],
    withdraw_invitation: NamedDependency[SkipValidation[WithdrawInvitation]],
) -> None:
    key = serial_or(GroupNotFound, group_id)
    await withdraw_invitation(viewer_of(request), key, uuid_or(InvitationNotFound, invitation_id))


@get("/invitations/mine", policy=SIGNED_IN, tags=_TAGS, summary="Open invitations of the caller", also={400})
async def list_my_invitations(
    request: CallOf, invitation_queries: Reads, paging: Pages, clock: Now
) -> Page[ReceivedInvitationRow]:
    """Those to the caller's email, if it is confirmed."""
    email = confirmed_email(request.user)
    if email is None:
        return paging.of([], 0)
    found, total = await invitation_queries.received(email, clock(), limit=paging.size, offset=paging.offset)
    return paging.of([ReceivedInvitationRow.of(each) for each in found], total)


@post(
    "/invitations/{invitation_id:str}/accept",
    status_code=200,
    policy=ANYONE,
    tags=_TAGS,
    summary="Accept an invitation",
)
async def accept_invitation(
    request: AnyRequest,
    invitation_id: FromPath[str],
    answer_invitation: Answers,
    data: JSONBody[InvitationAnswer | None] = None,
) -> JoinedGroup:
    """Signed in with the confirmed email of the invitation, or by the `token` of the mailed link.

    The latter confirms the email, and opens an account as a student where there is none.
    """
    key, answer = uuid_or(InvitationNotFound, invitation_id), data or InvitationAnswer()
    group = await answer_invitation.accept(
        key, invitee_of(request, answer.token), password=answer.password, full_name=answer.full_name
    )
    return to_wire(group, JoinedGroup)


@post(
    "/invitations/{invitation_id:str}/decline",
    status_code=204,
    policy=ANYONE,
    tags=_TAGS,
    summary="Decline an invitation",
)
async def decline_invitation(
    request: AnyRequest,
    invitation_id: FromPath[str],
    answer_invitation: Answers,
    data: JSONBody[InvitationAnswer | None] = None,
) -> None:
    """As accepting; the teacher is not told."""
    token = data.token if data else None
    await answer_invitation.decline(uuid_or(InvitationNotFound, invitation_id), invitee_of(request, token))


@get(
    "/invitations/answer",
    policy=PUBLIC,
    tags=_TAGS,
    summary="The page of the link in an invitation's mail",
    media_type=HTML,
    also={400},
    instead=_NO_PAGE,
)
async def show_invitation_page(
    request: AnyRequest,
    answer_invitation: Answers,
    admit_invited: Admits,
    token: Annotated[str, QueryParameter(name="token", max_length=200)] = "",
) -> Response[str]:
    """Changes nothing: what looks through mail follows links."""
    translate = PageWords(request)
    try:
        found = await answer_invitation.find(token)
    except InvitationNotFound:
        return dead_page(translate)
    needs_password = await admit_invited.needs_password(found.email)
    return invitation_page(translate, found, token, needs_password=needs_password)


@post(
    "/invitations/answer",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="What that page sends",
    media_type=HTML,
    instead=_NO_FORM,
)
async def take_invitation_form(
    request: AnyRequest, data: URLEncodedBody[InvitationForm], answer_invitation: Answers
) -> Response[str]:
    translate, invitee = PageWords(request), Invitee(token=data.token)
    try:
        found = await answer_invitation.find(data.token)
        if data.answer == "decline":
            await answer_invitation.decline(found.id, invitee)
            return answered_page(translate, accepted=False)
        await answer_invitation.accept(found.id, invitee, password=data.password, full_name=plain_name(data.full_name))
    except Invalid:
        return invitation_page(translate, found, data.token, needs_password=True, weak=True)
    except NotFound:
        return dead_page(translate)
    return answered_page(translate, accepted=True)


def invitee_of(request: AnyRequest, token: str | None) -> Invitee:
    caller: Caller | None = request.user
    return Invitee(
        user_id=caller.id if caller else None,
        confirmed_email=confirmed_email(caller) if caller else None,
        token=token,
    )


def confirmed_email(caller: Caller) -> str | None:
    return canonical_email(caller.email) if caller.email and caller.email_verified else None


HANDLERS: Sequence[BaseRouteHandler] = (
    list_group_invitations,
    withdraw_one_invitation,
    list_my_invitations,
    accept_invitation,
    decline_invitation,
    show_invitation_page,
    take_invitation_form,
)
