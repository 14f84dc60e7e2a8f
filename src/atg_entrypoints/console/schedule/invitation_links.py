"""The page of the link in an invitation's mail, for who may have no account yet."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.errors import NotFound
from atg_core.schedule.invitation_answers import AdmitInvited, AnswerInvitation, Invitee
from atg_core.schedule.invitations import InvitationNotFound, ReceivedInvitation
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, text_of
from atg_entrypoints.console.pages import AnyRequest, page
from atg_entrypoints.console.schedule.group import address_of
from atg_entrypoints.console.schedule.groups import GROUPS
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.http.schedule.invitations_wire import InvitationForm, ReceivedInvitationRow

_PAGE, _TOLD = "schedule/invitation", "identity/told"
_PRIVATE = {"X-Robots-Tag": "noindex"}
_DEAD = {
    "title": phrase("This invitation does not work"),
    "text": phrase("It was answered already, it was withdrawn, or it is too old."),
    "address": GROUPS,
    "label": phrase("To the groups"),
    "back": GROUPS,
}
_ACCEPTED = {
    "title": phrase("You are in the group"),
    "text": phrase("The invitation is accepted, your address is confirmed."),
    "label": phrase("Open the group"),
    "back": GROUPS,
}
_DECLINED = _DEAD | {
    "title": phrase("You have declined"),
    "text": phrase("The invitation is closed, and you are not in the group."),
}

Answers = NamedDependency[SkipValidation[AnswerInvitation]]
Admits = NamedDependency[SkipValidation[AdmitInvited]]


def _told(request: AnyRequest, values: dict[str, str], status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    return page(request, _TOLD, values, status=status, headers=_PRIVATE)


@get("/invitations/answer", policy=PUBLIC)
async def show_invitation(
    request: AnyRequest,
    answer_invitation: Answers,
    admit_invited: Admits,
    token: Annotated[str, QueryParameter(max_length=200)] = "",
) -> Response[str]:
    """Changes nothing: what looks through mail follows links."""
    try:
        found = await answer_invitation.find(token)
    except InvitationNotFound:
        return _told(request, _DEAD, HTTPStatus.NOT_FOUND)
    return page(request, _PAGE, {**await _values(found, token, admit_invited), **CLEAN}, headers=_PRIVATE)


async def _values(found: ReceivedInvitation, token: str, admit: AdmitInvited) -> dict[str, Any]:
    return {
        "invitation": ReceivedInvitationRow.of(found),
        "email": found.email,
        "token": token,
        "needs_password": await admit.needs_password(found.email),
        "full_name": "",
        "back": GROUPS,
    }


@post("/invitations/answer", policy=PUBLIC, status_code=HTTPStatus.OK)
async def answer_here(
    request: AnyRequest, data: Form, answer_invitation: Answers, admit_invited: Admits
) -> Response[str]:
    """Who has no account opens one as a student."""
    token, name = text_of(data, "token"), line_of(data, "full_name") or ""
    try:
        found = await answer_invitation.find(token)
        if text_of(data, "answer") == "decline":
            await answer_invitation.decline(found.id, Invitee(token=token))
            return _told(request, _DECLINED)
        given = checked(InvitationForm, {"password": text_of(data, "password"), "full_name": name})
        group = await answer_invitation.accept(
            found.id, Invitee(token=token), password=given.password, full_name=given.full_name
        )
    except NotFound:
        return _told(request, _DEAD, HTTPStatus.NOT_FOUND)
    except Refusals as error:
        values = await _values(found, token, admit_invited)
        return form_again(request, _PAGE, {**values, "full_name": name}, error)
    return _told(request, {**_ACCEPTED, "address": address_of(group.id)})


HANDLERS: Sequence[BaseRouteHandler] = (show_invitation, answer_here)
