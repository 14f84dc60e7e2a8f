"""What follows on the first step of a sign-in, whichever it was."""

from http import HTTPStatus
from typing import Any

from litestar import Response

from atg_core.errors import AtgError
from atg_core.identity.model import Account
from atg_core.identity.second_factor import SecondFactorRequired
from atg_core.identity.session_start import TokenPair
from atg_core.words import Language, phrase
from atg_entrypoints.console.forms import form_again
from atg_entrypoints.console.pages import AnyRequest, kept_cookie, led_to, page
from atg_entrypoints.console.sessions import PREFIX, cookies_of
from atg_entrypoints.http.identity.sign_in_response import SignInRequest
from atg_entrypoints.settings import Settings

HOME = f"{PREFIX}/"
SIGN_IN = f"{PREFIX}/sign-in"
_BUTTONS = {"vk": phrase("Sign in with VK ID"), "yandex": phrase("Sign in with Yandex ID")}


def ways_in(request: AnyRequest, after: str) -> dict[str, Any]:
    """What pages to sign in on offer: the providers that are configured, and the roles that people may take."""
    container = request.app.state["container"]
    settings: Settings = container.settings()
    buttons = {name: label for name, label in _BUTTONS.items() if name in container.oauth_providers()}
    return {"next": after, "buttons": buttons, "roles": sorted(settings.enter_roles)}


def arriving_at(request: AnyRequest) -> SignInRequest:
    return SignInRequest(request, cookie_path=PREFIX)


def signed_in(
    request: AnyRequest, arriving: SignInRequest, tokens: TokenPair, account: Account, after: str
) -> Response[Any]:
    """Where they wanted to go, in the language of their profile."""
    cookies = [*cookies_of(tokens, request, request.app.state["container"].settings()), arriving.cookie]
    if chosen := Language.of(account.profile.language):
        cookies.append(kept_cookie(request, "language", chosen.value))
    return led_to(after, cookies)


def second_step(request: AnyRequest, error: SecondFactorRequired, after: str) -> Response[str]:
    """The code of the second factor, or setting one up."""
    values = {"ticket": error.ticket, "next": after, "fault": None, "back": SIGN_IN}
    return page(request, "identity/second_factor_needed" if error.setup else "identity/second_factor", values)


def code_again(request: AnyRequest, ticket: str, after: str, fault: str) -> Response[str]:
    values = {"ticket": ticket, "next": after, "fault": fault, "back": SIGN_IN}
    return page(request, "identity/second_factor", values, status=HTTPStatus.UNAUTHORIZED)


def not_signed_in(request: AnyRequest, error: AtgError, after: str, login: str = "") -> Response[str]:
    """The page to sign in on, and why nobody is signed in."""
    values = {**ways_in(request, after), "login": login, "back": SIGN_IN}
    return form_again(request, "identity/sign_in", values, error)
