"""A forgotten password, and the pages of links in emails: a new password, an address confirmed, a foreign session."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.errors import Invalid
from atg_core.identity.email_change import ConfirmEmail
from atg_core.identity.email_tokens import LinkNotFound
from atg_core.identity.password_reset import ForgotPassword, InvalidResetToken, ResetPassword
from atg_core.identity.ports import EmailTaken
from atg_core.identity.sessions import DenySession
from atg_core.text import canonical_email
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, checked, form_again, text_of
from atg_entrypoints.console.identity.arrivals import HOME, SIGN_IN
from atg_entrypoints.console.pages import AnyRequest, page
from atg_entrypoints.console.sessions import ended_cookies
from atg_entrypoints.http.identity.account_emails import ForgottenPassword, TokenQuery
from atg_entrypoints.http.policy import PUBLIC

_NEW_PASSWORD, _FORGOTTEN = "identity/new_password", "identity/forgotten_password"
_PRIVATE = {"X-Robots-Tag": "noindex"}
_CONFIRM = {
    "action": "/app/confirm-email",
    "title": phrase("Confirm your email"),
    "text": phrase("Is {email} your address?"),
    "button": phrase("Confirm"),
}
_NOT_ME = {
    "action": "/app/not-me",
    "title": phrase("Was it not you?"),
    "text": phrase("The session that the mail tells of will end, and a link for a new password is mailed to you."),
    "button": phrase("End this session"),
}
_CONFIRMED = phrase("The address is confirmed"), phrase("You can close this page, or go on.")
_TAKEN = (
    phrase("This address is taken"),
    phrase("There is another account with this address. Choose a different address."),
)
_CHANGED = phrase("The password is changed"), phrase("All sessions have ended. Sign in with the new password.")
_ENDED = phrase("The session has ended"), phrase("Change your password: a link for that was sent to your mailbox.")
_ASKED = (
    phrase("Look into your mailbox"),
    phrase("If there is an account with this address, a link for a new password is on its way. It works for an hour."),
)
_DEAD = phrase("This link does not work"), phrase("It was used already, or it is too old. Ask for a new one.")


def _told(
    request: AnyRequest,
    what: tuple[str, str],
    *,
    way: tuple[str, str] = (SIGN_IN, phrase("Sign in")),
    status: HTTPStatus = HTTPStatus.OK,
) -> Response[str]:
    title, text = what
    address, label = way
    values = {"title": title, "text": text, "address": address, "label": label, "back": SIGN_IN}
    return page(request, "identity/told", values, status=status, headers=_PRIVATE)


def _dead(request: AnyRequest, address: str = SIGN_IN) -> Response[str]:
    label = phrase("Ask for a new link") if address != SIGN_IN else phrase("Sign in")
    return _told(request, _DEAD, way=(address, label), status=HTTPStatus.NOT_FOUND)


def _asked(request: AnyRequest, form: dict[str, str], token: str, email: str = "") -> Response[str]:
    """Changes nothing: what looks through mail follows links."""
    return page(request, "identity/asked", {**form, "token": token, "email": email}, headers=_PRIVATE)


@get("/forgotten-password", policy=PUBLIC)
async def show_forgotten_password(request: AnyRequest) -> Response[str]:
    return page(request, _FORGOTTEN, {**CLEAN, "email": ""})


@post("/forgotten-password", policy=PUBLIC, status_code=HTTPStatus.OK)
async def ask_for_password(
    request: AnyRequest, data: Form, forgot_password: NamedDependency[SkipValidation[ForgotPassword]]
) -> Response[str]:
    """The reply does not tell whether there is such an account."""
    email = canonical_email(text_of(data, "email"))
    try:
        checked(ForgottenPassword, {"email": email})
    except Invalid as error:
        return form_again(request, _FORGOTTEN, {"email": email}, error)
    await forgot_password(email, request.client.host if request.client else None)
    return _told(request, _ASKED)


@get("/new-password", policy=PUBLIC)
async def show_new_password(
    request: AnyRequest, reset_password: NamedDependency[SkipValidation[ResetPassword]], token: TokenQuery = ""
) -> Response[str]:
    try:
        await reset_password.require_live(token)
    except InvalidResetToken:
        return _dead(request, "/app/forgotten-password")
    return page(request, _NEW_PASSWORD, {**CLEAN, "token": token}, headers=_PRIVATE)


@post("/new-password", policy=PUBLIC, status_code=HTTPStatus.OK)
async def set_new_password(
    request: AnyRequest, data: Form, reset_password: NamedDependency[SkipValidation[ResetPassword]]
) -> Response[Any]:
    """All sessions end, that of this browser too if it is theirs."""
    token = text_of(data, "token")
    try:
        await reset_password(token, text_of(data, "new"))
    except InvalidResetToken:
        return _dead(request, "/app/forgotten-password")
    except Invalid as error:
        return form_again(request, _NEW_PASSWORD, {"token": token}, error)
    reply = _told(request, _CHANGED)
    for cookie in ended_cookies(request):
        reply.set_cookie(cookie)
    return reply


@get("/confirm-email", policy=PUBLIC)
async def show_confirm_email(
    request: AnyRequest,
    confirm_account_email: NamedDependency[SkipValidation[ConfirmEmail]],
    token: TokenQuery = "",
) -> Response[str]:
    try:
        email = await confirm_account_email.require_live(token)
    except LinkNotFound:
        return _dead(request)
    return _asked(request, _CONFIRM, token, email)


@post("/confirm-email", policy=PUBLIC, status_code=HTTPStatus.OK)
async def confirm_email_here(
    request: AnyRequest, data: Form, confirm_account_email: NamedDependency[SkipValidation[ConfirmEmail]]
) -> Response[str]:
    try:
        await confirm_account_email(text_of(data, "token"))
    except LinkNotFound:
        return _dead(request)
    except EmailTaken:
        return _told(request, _TAKEN, status=HTTPStatus.CONFLICT)
    return _told(request, _CONFIRMED, way=(HOME, phrase("To the start page")))


@get("/not-me", policy=PUBLIC)
async def show_not_me(
    request: AnyRequest, deny_session: NamedDependency[SkipValidation[DenySession]], token: TokenQuery = ""
) -> Response[str]:
    try:
        await deny_session.require_live(token)
    except LinkNotFound:
        return _dead(request)
    return _asked(request, _NOT_ME, token)


@post("/not-me", policy=PUBLIC, status_code=HTTPStatus.OK)
async def end_foreign_session(
    request: AnyRequest, data: Form, deny_session: NamedDependency[SkipValidation[DenySession]]
) -> Response[str]:
    try:
        await deny_session(text_of(data, "token"))
    except LinkNotFound:
        return _dead(request)
    return _told(request, _ENDED)


HANDLERS: Sequence[BaseRouteHandler] = (
    show_forgotten_password,
    ask_for_password,
    show_new_password,
    set_new_password,
    show_confirm_email,
    confirm_email_here,
    show_not_me,
    end_foreign_session,
)
