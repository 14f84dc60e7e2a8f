"""What is done by links in mails: confirming and changing the email, a new password, ending a session."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter, SkipValidation, URLEncodedBody
from msgspec import Meta, Struct

from atg_core.identity.accounts import WeakPassword
from atg_core.identity.addresses import ChangeEmail, ConfirmEmail
from atg_core.identity.links import LinkNotFound
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.identity.recovering import ForgotPassword, InvalidResetToken, ResetPassword
from atg_core.identity.sessions import DenySession
from atg_core.mailing.model import Language
from atg_entrypoints.http.account_pages import HEADERS, dead_page, done_page, reset_page, revoke_page
from atg_entrypoints.http.identity_wire import Done
from atg_entrypoints.http.languages import language_of
from atg_entrypoints.http.policy import PUBLIC, SIGNED_IN
from atg_entrypoints.http.wire import EMAIL

_TAGS = ["identity"]
_HTML = "text/html"
_NO_PAGE = {
    404: ResponseSpec(str, media_type=_HTML, generate_examples=False, description="A page: the link works no longer")
}
_NO_FORM = _NO_PAGE | {
    400: ResponseSpec(str, media_type=_HTML, generate_examples=False, description="The page, with what is wrong")
}

Anybody = Request[Any, Any, Any]
type Email = Annotated[str, Meta(min_length=1, max_length=254, pattern=EMAIL, examples=["anna@example.com"])]
type LinkToken = Annotated[str, Meta(max_length=200)]
TokenQuery = Annotated[str, QueryParameter(name="token", max_length=200)]


class EmailChange(Struct, frozen=True, kw_only=True):
    """`password`: the current one."""

    email: Email
    password: Annotated[str, Meta(min_length=1, max_length=1024)]


class EmailConfirmed(Struct, frozen=True):
    confirmed: bool = True


class ForgottenPassword(Struct, frozen=True, kw_only=True):
    email: Email


class PasswordReset(Struct, frozen=True, kw_only=True):
    """`token`: what the link in the mail has behind `token=`."""

    token: LinkToken
    new: Annotated[str, Meta(min_length=8, max_length=128)]


class PasswordResetForm(Struct, frozen=True, kw_only=True):
    token: LinkToken = ""
    new: Annotated[str, Meta(max_length=1024)] = ""


class RevocationForm(Struct, frozen=True, kw_only=True):
    token: LinkToken = ""


@post("/auth/email", status_code=200, policy=SIGNED_IN, tags=_TAGS, summary="Change the email that signs in")
async def change_my_email(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[EmailChange],
    change_email: NamedDependency[SkipValidation[ChangeEmail]],
) -> Done:
    """A link goes to the new address, which becomes the email when it is followed; one's own address it confirms."""
    await change_email(request.user, data.email.lower(), data.password)
    return Done()


@get(
    "/auth/email/confirm",
    policy=PUBLIC,
    tags=_TAGS,
    summary="Confirm an email by the link in a mail",
    also={400, 404, 409},
)
async def confirm_my_email(
    confirm_account_email: NamedDependency[SkipValidation[ConfirmEmail]], token: TokenQuery = ""
) -> Response[EmailConfirmed]:
    await confirm_account_email(token)
    return Response(EmailConfirmed(), headers={"Cache-Control": HEADERS["Cache-Control"]})


@post("/auth/password/forgot", status_code=200, policy=PUBLIC, tags=_TAGS, summary="Ask for a new password")
async def forget_password(
    request: Anybody,
    data: JSONBody[ForgottenPassword],
    forgot_password: NamedDependency[SkipValidation[ForgotPassword]],
) -> Done:
    """A link is mailed if there is such an account; the reply does not tell. Three an hour for an email are sent."""
    await forgot_password(data.email.lower(), request.client.host if request.client else None)
    return Done()


@post("/auth/password/reset", status_code=200, policy=PUBLIC, tags=_TAGS, summary="Set a new password by a link")
async def reset_my_password(
    data: JSONBody[PasswordReset], reset_password: NamedDependency[SkipValidation[ResetPassword]]
) -> Done:
    """The link works once, for an hour. All sessions end."""
    await reset_password(data.token, data.new)
    return Done()


@get(
    "/auth/password/reset",
    policy=PUBLIC,
    tags=_TAGS,
    summary="The page of that link",
    media_type=_HTML,
    also={400},
    instead=_NO_PAGE,
)
async def show_reset_page(
    request: Anybody, reset_password: NamedDependency[SkipValidation[ResetPassword]], token: TokenQuery = ""
) -> Response[str]:
    """A frontend may have a page of its own, and send what it asks for to `POST /auth/password/reset`."""
    try:
        await reset_password.require_live(token)
    except InvalidResetToken:
        return dead_page(_language(request))
    return reset_page(_language(request), token)


@post(
    "/auth/password/reset/form",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="What that page sends",
    media_type=_HTML,
    instead=_NO_FORM,
)
async def take_reset_form(
    request: Anybody,
    data: URLEncodedBody[PasswordResetForm],
    reset_password: NamedDependency[SkipValidation[ResetPassword]],
) -> Response[str]:
    try:
        await reset_password(data.token, data.new)
    except WeakPassword:
        return reset_page(_language(request), data.token, weak=True)
    except InvalidResetToken:
        return dead_page(_language(request))
    return done_page(_language(request), "reset")


@get(
    "/auth/sessions/revoke",
    policy=PUBLIC,
    tags=_TAGS,
    summary="The page of the link in a mail about a new device",
    media_type=_HTML,
    also={400},
    instead=_NO_PAGE,
)
async def show_revoke_page(
    request: Anybody, deny_session: NamedDependency[SkipValidation[DenySession]], token: TokenQuery = ""
) -> Response[str]:
    """Changes nothing: what looks through mail follows links."""
    try:
        await deny_session.require_live(token)
    except LinkNotFound:
        return dead_page(_language(request))
    return revoke_page(_language(request), token)


@post(
    "/auth/sessions/revoke",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="End the session that was not one's own",
    media_type=_HTML,
    instead=_NO_PAGE,
)
async def take_revoke_form(
    request: Anybody,
    data: URLEncodedBody[RevocationForm],
    deny_session: NamedDependency[SkipValidation[DenySession]],
) -> Response[str]:
    """And all that were begun since then on that device; a link for a new password is mailed."""
    try:
        await deny_session(data.token)
    except LinkNotFound:
        return dead_page(_language(request))
    return done_page(_language(request), "revoke")


def _language(request: Anybody) -> Language:
    return language_of(request.headers.get("accept-language", ""))


HANDLERS: Sequence[BaseRouteHandler] = (
    change_my_email,
    confirm_my_email,
    forget_password,
    reset_my_password,
    show_reset_page,
    take_reset_form,
    show_revoke_page,
    take_revoke_form,
)
