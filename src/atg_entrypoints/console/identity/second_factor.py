"""Setting up a second factor, by who is signed in or must have one to sign in, and removing it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.errors import NotSignedIn, TooMany
from atg_core.identity.ports import Callers
from atg_core.identity.second_factor import SecondFactorExists, SecondFactorNotFound, WrongCode
from atg_core.identity.second_factor_setup import ConfirmSecondFactor, RemoveSecondFactor, SetUpSecondFactor
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, form_again, own_path, text_of
from atg_entrypoints.console.identity.account import DoneQuery
from atg_entrypoints.console.identity.arrivals import HOME, SIGN_IN, not_signed_in
from atg_entrypoints.console.identity.asked import ACCOUNT, Asked
from atg_entrypoints.console.pages import AnyRequest, led_to, page
from atg_entrypoints.console.qr_codes import qr_code
from atg_entrypoints.http.policy import PUBLIC, SIGNED_IN
from atg_entrypoints.settings import Settings

_PAGE, _SETUP, _CODES = "identity/second_factor_state", "identity/second_factor_setup", "identity/recovery_codes"
_ADDRESS = f"{ACCOUNT}/second-factor"
_DONE = {"removed": phrase("The second factor is removed, and all other devices are signed out.")}
_LONGEST_URI = 500


def _setup(uri: str) -> dict[str, Any]:
    """What the app needs, as a picture and as text; nothing if the form has lost it."""
    secret = parse_qs(urlsplit(uri).query).get("secret", [""])[0] if uri.startswith("otpauth://") else ""
    if not secret or len(uri) > _LONGEST_URI:
        return {"uri": "", "secret": "", "picture": ""}
    return {"uri": uri, "secret": secret, "picture": qr_code(uri)}


@get("/account/second-factor", policy=SIGNED_IN)
async def show_second_factor(
    request: Asked,
    set_up_second_factor: NamedDependency[SkipValidation[SetUpSecondFactor]],
    callers: NamedDependency[SkipValidation[Callers]],
    done: DoneQuery = "",
) -> Response[str]:
    values = await _state(request, set_up_second_factor, callers)
    return page(request, _PAGE, {**values, **CLEAN, "done": _DONE.get(done)})


async def _state(request: Asked, setup: SetUpSecondFactor, callers: Callers) -> dict[str, Any]:
    is_enabled, left = await setup.state(request.user.id)
    settings: Settings = request.app.state["container"].settings()
    return {
        "is_enabled": is_enabled,
        "left": left,
        "is_required": request.user.role in settings.require_second_factor,
        "has_password": (await callers.account(request.user.id)).user.password_hash is not None,
        "done": None,
        "back": _ADDRESS,
    }


@get(
    ["/account/second-factor/set-up", "/account/second-factor/confirm", "/account/second-factor/remove"],
    policy=SIGNED_IN,
)
async def back_to_second_factor() -> Response[Any]:
    """Steps that can not be opened by their address."""
    return led_to(_ADDRESS)


@post("/account/second-factor/set-up", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def set_up_here(
    request: Asked,
    data: Form,
    set_up_second_factor: NamedDependency[SkipValidation[SetUpSecondFactor]],
    callers: NamedDependency[SkipValidation[Callers]],
) -> Response[Any]:
    try:
        setup = await set_up_second_factor(request.user, None, text_of(data, "password"))
    except Refusals as error:
        return form_again(request, _PAGE, await _state(request, set_up_second_factor, callers), error)
    return page(request, _SETUP, {**_of_account(setup.uri), **CLEAN})


@post("/account/second-factor/confirm", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def confirm_here(
    request: Asked, data: Form, confirm_second_factor: NamedDependency[SkipValidation[ConfirmSecondFactor]]
) -> Response[Any]:
    """The recovery codes are shown in this reply alone."""
    try:
        codes = await confirm_second_factor(request.user, None, text_of(data, "code").strip())
    except (WrongCode, TooMany) as error:
        return form_again(request, _SETUP, _of_account(text_of(data, "uri")), error)
    except (SecondFactorExists, SecondFactorNotFound):
        return led_to(_ADDRESS)
    return page(request, _CODES, {"codes": codes, "after": _ADDRESS, "must_sign_in": False, "back": _ADDRESS})


def _of_account(uri: str) -> dict[str, Any]:
    return {**_setup(uri), "action": f"{_ADDRESS}/confirm", "ticket": "", "next": "", "back": _ADDRESS}


@post("/account/second-factor/remove", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def remove_here(
    *,
    request: Asked,
    data: Form,
    remove_second_factor: NamedDependency[SkipValidation[RemoveSecondFactor]],
    set_up_second_factor: NamedDependency[SkipValidation[SetUpSecondFactor]],
    callers: NamedDependency[SkipValidation[Callers]],
) -> Response[Any]:
    try:
        await remove_second_factor.own(request.user, text_of(data, "password"), text_of(data, "code").strip())
    except SecondFactorNotFound:
        return led_to(_ADDRESS)
    except Refusals as error:
        return form_again(request, _PAGE, await _state(request, set_up_second_factor, callers), error)
    return led_to(f"{_ADDRESS}?done=removed")


@get(["/second-factor/set-up", "/second-factor/confirm"], policy=PUBLIC)
async def back_to_sign_in() -> Response[Any]:
    return led_to(SIGN_IN)


@post("/second-factor/set-up", policy=PUBLIC, status_code=HTTPStatus.OK)
async def set_up_by_ticket(
    request: AnyRequest, data: Form, set_up_second_factor: NamedDependency[SkipValidation[SetUpSecondFactor]]
) -> Response[Any]:
    """Of who may not sign in without one: the ticket stands for the password."""
    ticket, after = text_of(data, "ticket"), own_path(text_of(data, "next"), HOME)
    try:
        setup = await set_up_second_factor(None, ticket, "")
    except (NotSignedIn, SecondFactorExists, TooMany) as error:
        return not_signed_in(request, error, after)
    return page(request, _SETUP, {**_of_ticket(setup.uri, ticket, after), **CLEAN})


@post("/second-factor/confirm", policy=PUBLIC, status_code=HTTPStatus.OK)
async def confirm_by_ticket(
    request: AnyRequest, data: Form, confirm_second_factor: NamedDependency[SkipValidation[ConfirmSecondFactor]]
) -> Response[Any]:
    """Who came with a ticket signs in again, with a code."""
    ticket, after = text_of(data, "ticket"), own_path(text_of(data, "next"), HOME)
    try:
        codes = await confirm_second_factor(None, ticket, text_of(data, "code").strip())
    except WrongCode as error:
        return form_again(request, _SETUP, _of_ticket(text_of(data, "uri"), ticket, after), error)
    except (NotSignedIn, SecondFactorExists, SecondFactorNotFound, TooMany) as error:
        return not_signed_in(request, error, after)
    return page(request, _CODES, {"codes": codes, "after": after, "must_sign_in": True, "back": SIGN_IN})


def _of_ticket(uri: str, ticket: str, after: str) -> dict[str, Any]:
    return {**_setup(uri), "action": "/app/second-factor/confirm", "ticket": ticket, "next": after, "back": SIGN_IN}


HANDLERS: Sequence[BaseRouteHandler] = (
    show_second_factor,
    back_to_second_factor,
    set_up_here,
    confirm_here,
    remove_here,
    back_to_sign_in,
    set_up_by_ticket,
    confirm_by_ticket,
)
