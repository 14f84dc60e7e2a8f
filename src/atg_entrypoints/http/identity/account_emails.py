"""Routes of links in emails: email verification and change, password reset, session revocation."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, QueryParameter, SkipValidation, URLEncodedBody
from msgspec import Meta, Struct

from atg_core.identity.email_change import ChangeEmail, ConfirmEmail
from atg_core.identity.email_tokens import LinkNotFound
from atg_core.identity.model import Caller
from atg_core.identity.password_policy import WeakPassword
from atg_core.identity.password_reset import ForgotPassword, InvalidResetToken, ResetPassword
from atg_core.identity.ports import AccessClaims, EmailTaken
from atg_core.identity.sessions import DenySession
from atg_core.text import canonical_email
from atg_entrypoints.http.identity.account_pages import (
    Outcome,
    confirm_page,
    done_page,
    email_taken_page,
    invalid_link_page,
    reset_page,
    revoke_page,
)
from atg_entrypoints.http.identity.wire import Done
from atg_entrypoints.http.pages import HTML, PageWords, page_of
from atg_entrypoints.http.policy import PUBLIC, SIGNED_IN
from atg_entrypoints.http.wire import EMAIL

_TAGS = ["identity"]
_NO_PAGE = {404: page_of("A page: the link works no longer")}
_NO_CONFIRMATION = _NO_PAGE | {409: page_of("A page: the address is taken")}
_NO_FORM = _NO_PAGE | {400: page_of("The page, with what is wrong")}

AnyRequest = Request[Any, Any, Any]
type Email = Annotated[str, Meta(min_length=1, max_length=254, pattern=EMAIL, examples=["anna@example.com"])]
type LinkToken = Annotated[str, Meta(max_length=200)]
TokenQuery = Annotated[str, QueryParameter(name="token", max_length=200)]


class EmailChange(Struct, frozen=True, kw_only=True):
    """`password`: the current one."""

    email: Email
    password: Annotated[str, Meta(min_length=1, max_length=1024)]


class ForgottenPassword(Struct, frozen=True, kw_only=True):
    email: Email


class PasswordReset(Struct, frozen=True, kw_only=True):
    """`token`: what the link in the mail has behind `token=`."""

    token: LinkToken
    new: Annotated[str, Meta(min_length=8, max_length=128)]


class PasswordResetForm(Struct, frozen=True, kw_only=True):
    token: LinkToken = ""
    new: Annotated[str, Meta(max_length=1024)] = ""


class ConfirmationForm(Struct, frozen=True, kw_only=True):
    token: LinkToken = ""


class RevocationForm(Struct, frozen=True, kw_only=True):
    token: LinkToken = ""


@post("/auth/email", status_code=200, policy=SIGNED_IN, tags=_TAGS, summary="Change the email that signs in")
async def change_my_email(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[EmailChange],
    change_email: NamedDependency[SkipValidation[ChangeEmail]],
) -> Done:
    """A link goes to the new address, which becomes the email when that is confirmed; one's own address it confirms."""
    await change_email(request.user, canonical_email(data.email), data.password)
    return Done()


@get(
    "/auth/email/confirm",
    policy=PUBLIC,
    tags=_TAGS,
    summary="The page of the link that confirms an email",
    media_type=HTML,
    also={400},
    instead=_NO_PAGE,
)
async def show_confirm_page(
    request: AnyRequest,
    confirm_account_email: NamedDependency[SkipValidation[ConfirmEmail]],
    token: TokenQuery = "",
) -> Response[str]:
    """Confirms nothing: mail scanners follow links."""
    try:
        email = await confirm_account_email.require_live(token)
    except LinkNotFound:
        return invalid_link_page(PageWords(request))
    return confirm_page(PageWords(request), token, email)


@post(
    "/auth/email/confirm",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="Confirm an email: what the button of that page sends",
    media_type=HTML,
    instead=_NO_CONFIRMATION,
)
async def confirm_my_email(
    request: AnyRequest,
    data: URLEncodedBody[ConfirmationForm],
    confirm_account_email: NamedDependency[SkipValidation[ConfirmEmail]],
) -> Response[str]:
    try:
        await confirm_account_email(data.token)
    except LinkNotFound:
        return invalid_link_page(PageWords(request))
    except EmailTaken:
        return email_taken_page(PageWords(request))
    return done_page(PageWords(request), Outcome.CONFIRM)


@post("/auth/password/forgot", status_code=200, policy=PUBLIC, tags=_TAGS, summary="Ask for a new password")
async def forget_password(
    request: AnyRequest,
    data: JSONBody[ForgottenPassword],
    forgot_password: NamedDependency[SkipValidation[ForgotPassword]],
) -> Done:
    """A link is mailed if there is such an account; the reply does not tell. Three an hour for an email are sent."""
    await forgot_password(canonical_email(data.email), request.client.host if request.client else None)
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
    media_type=HTML,
    also={400},
    instead=_NO_PAGE,
)
async def show_reset_page(
    request: AnyRequest, reset_password: NamedDependency[SkipValidation[ResetPassword]], token: TokenQuery = ""
) -> Response[str]:
    """A frontend may have a page of its own, and send what it asks for to `POST /auth/password/reset`."""
    try:
        await reset_password.require_live(token)
    except InvalidResetToken:
        return invalid_link_page(PageWords(request))
    return reset_page(PageWords(request), token)


@post(
    "/auth/password/reset/form",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="What that page sends",
    media_type=HTML,
    instead=_NO_FORM,
)
async def take_reset_form(
    request: AnyRequest,
    data: URLEncodedBody[PasswordResetForm],
    reset_password: NamedDependency[SkipValidation[ResetPassword]],
) -> Response[str]:
    try:
        await reset_password(data.token, data.new)
    except WeakPassword:
        return reset_page(PageWords(request), data.token, weak=True)
    except InvalidResetToken:
        return invalid_link_page(PageWords(request))
    return done_page(PageWords(request), Outcome.RESET)


@get(
    "/auth/sessions/revoke",
    policy=PUBLIC,
    tags=_TAGS,
    summary="The page of the link in a mail about a new device",
    media_type=HTML,
    also={400},
    instead=_NO_PAGE,
)
async def show_revoke_page(
    request: AnyRequest, deny_session: NamedDependency[SkipValidation[DenySession]], token: TokenQuery = ""
) -> Response[str]:
    """Changes nothing: what looks through mail follows links."""
    try:
        await deny_session.require_live(token)
    except LinkNotFound:
        return invalid_link_page(PageWords(request))
    return revoke_page(PageWords(request), token)


@post(
    "/auth/sessions/revoke",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="End the session that was not one's own",
    media_type=HTML,
    instead=_NO_PAGE,
)
async def take_revoke_form(
    request: AnyRequest,
    data: URLEncodedBody[RevocationForm],
    deny_session: NamedDependency[SkipValidation[DenySession]],
) -> Response[str]:
    """And all that were begun since then on that device; a link for a new password is mailed."""
    try:
        await deny_session(data.token)
    except LinkNotFound:
        return invalid_link_page(PageWords(request))
    return done_page(PageWords(request), Outcome.REVOKE)


HANDLERS: Sequence[BaseRouteHandler] = (
    change_my_email,
    show_confirm_page,
    confirm_my_email,
    forget_password,
    reset_my_password,
    show_reset_page,
    take_reset_form,
    show_revoke_page,
    take_revoke_form,
)
