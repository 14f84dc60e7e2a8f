"""The account: the password, and the email that signs in."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.identity.email_change import ChangeEmail
from atg_core.identity.ports import Callers
from atg_core.identity.sessions import ChangePassword
from atg_core.text import canonical_email
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, text_of
from atg_entrypoints.console.identity.account import DoneQuery
from atg_entrypoints.console.identity.asked import ACCOUNT, Asked
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.identity.account_emails import EmailChange
from atg_entrypoints.http.identity.wire import PasswordChange
from atg_entrypoints.http.policy import SIGNED_IN

_PAGE, _ADDRESS = "identity/credentials", f"{ACCOUNT}/password"
_DONE = {
    "password": phrase("The password is changed, and all other devices are signed out."),
    "email": phrase("A link was sent to the address. Open it to confirm that it is yours."),
}


@get("/account/password", policy=SIGNED_IN)
async def show_credentials(
    request: Asked, callers: NamedDependency[SkipValidation[Callers]], done: DoneQuery = ""
) -> Response[str]:
    return page(request, _PAGE, {**await _values(request, callers), **CLEAN, "done": _DONE.get(done)})


@post("/account/password", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def change_password_here(
    request: Asked,
    data: Form,
    change_password: NamedDependency[SkipValidation[ChangePassword]],
    callers: NamedDependency[SkipValidation[Callers]],
) -> Response[Any]:
    try:
        body = checked(PasswordChange, {name: text_of(data, name) for name in ("current", "new")})
        await change_password(request.user, body.current, body.new)
    except Refusals as error:
        return form_again(request, _PAGE, await _values(request, callers), error)
    return led_to(f"{_ADDRESS}?done=password")


@get("/account/email", policy=SIGNED_IN)
async def show_email() -> Response[Any]:
    return led_to(_ADDRESS)


@post("/account/email", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def change_email_here(
    request: Asked,
    data: Form,
    change_email: NamedDependency[SkipValidation[ChangeEmail]],
    callers: NamedDependency[SkipValidation[Callers]],
) -> Response[Any]:
    given = {"email": canonical_email(text_of(data, "email")), "password": text_of(data, "password")}
    try:
        body = checked(EmailChange, given)
        await change_email(request.user, body.email, body.password)
    except Refusals as error:
        values = {**await _values(request, callers), "email": given["email"], "back": _ADDRESS}
        return form_again(request, _PAGE, values, error)
    return led_to(f"{_ADDRESS}?done=email")


async def _values(request: Asked, callers: Callers) -> dict[str, Any]:
    """`has_password`: of who signs in with a provider alone it is not."""
    user = (await callers.account(request.user.id)).user
    return {
        "has_password": user.password_hash is not None,
        "email": user.email or "",
        "is_verified": user.email is not None and user.email_verified_at is not None,
        "done": None,
    }


HANDLERS: Sequence[BaseRouteHandler] = (show_credentials, change_password_here, show_email, change_email_here)
