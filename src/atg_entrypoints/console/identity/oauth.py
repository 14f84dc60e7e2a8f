"""Signing in with an account at a provider, from the console and back to it."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qs, quote, urlsplit

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation
from litestar.response import Redirect

from atg_core.errors import AtgError, Forbidden, NotFound
from atg_core.identity.enter import RoleRequired
from atg_core.identity.model import SELF_ASSIGNED_ROLES, Role
from atg_core.identity.oauth import FinishOAuth, StartOAuth
from atg_core.identity.oauth_providers import AUTHORIZATION_LIFETIME
from atg_core.identity.second_factor import SecondFactorRequired
from atg_entrypoints.console.browser_redirects import OAUTH_MARK
from atg_entrypoints.console.forms import own_path
from atg_entrypoints.console.identity.arrivals import (
    HOME,
    SIGN_IN,
    arriving_at,
    not_signed_in,
    second_step,
    signed_in,
    ways_in,
)
from atg_entrypoints.console.identity.sign_in import NextQuery
from atg_entrypoints.console.pages import AnyRequest, page
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.identity.oauth import CodeQuery, DeviceQuery, ErrorQuery, StateQuery
from atg_entrypoints.http.policy import PUBLIC

_BOUND, _AFTER = "atg_oauth", "atg_next"
_HEADERS = {"Cache-Control": "no-store"}


class NoAccountHere(Forbidden):
    """There is no account for you here: ask an administrator for one"""


@get("/oauth/{provider:str}/start", policy=PUBLIC)
async def go_to_provider(
    *,
    request: AnyRequest,
    provider: FromPath[str],
    start_oauth: NamedDependency[SkipValidation[StartOAuth]],
    after: NextQuery = HOME,
    role: Annotated[str, QueryParameter(max_length=20)] = "",
) -> Response[Any]:
    """By a link, since a form may lead to no other host. The attempt is bound to the browser by a cookie."""
    url, bound = start_oauth(provider, Role(role) if role in SELF_ASSIGNED_ROLES else None)
    [state] = parse_qs(urlsplit(url).query)["state"]
    cookies = _cookies(request, provider, bound, own_path(after, HOME), state)
    return Redirect(url, status_code=303, headers=_HEADERS, cookies=cookies)


@get("/oauth/{provider:str}/callback", policy=PUBLIC)
async def come_back(
    *,
    request: AnyRequest,
    provider: FromPath[str],
    finish_oauth: NamedDependency[SkipValidation[FinishOAuth]],
    code: CodeQuery = "",
    given_state: StateQuery = "",
    error: ErrorQuery = "",
    device_id: DeviceQuery = "",
) -> Response[Any]:
    """Where the address that the provider knows leads to, of an attempt that was begun here."""
    after = own_path(request.cookies.get(_AFTER, ""), HOME)
    callback = {"code": code, "state": given_state, "error": error, "device_id": device_id}
    reply = await _finished(request, provider, finish_oauth, callback, after)
    for cookie in _cookies(request, provider, "", "", ""):
        reply.set_cookie(cookie)
    reply.headers.update(_HEADERS)
    return reply


async def _finished(
    request: AnyRequest, provider: str, finish_oauth: FinishOAuth, callback: dict[str, str], after: str
) -> Response[Any]:
    """Signed in, or the step that is missing."""
    arriving, bound = arriving_at(request), request.cookies.get(_BOUND, "")
    try:
        tokens, account = await finish_oauth(provider, bound, callback, arriving.device)
    except SecondFactorRequired as needed:
        return second_step(request, needed, after)
    except RoleRequired:
        values = ways_in(request, after)
        if not values["roles"]:
            return not_signed_in(request, NoAccountHere(), after)
        return page(request, "identity/role", {**values, "provider": provider, "back": SIGN_IN})
    except NotFound:
        raise
    except AtgError as refused:
        return not_signed_in(request, refused, after)
    return signed_in(request, arriving, tokens, account, after)


def _cookies(request: AnyRequest, provider: str, bound: str, after: str, state: str) -> list[Cookie]:
    path = f"{PREFIX}/oauth/{provider}"
    return [
        _cookie(request, _BOUND, bound, path),
        _cookie(request, _AFTER, quote(after, safe=""), path),
        _cookie(request, OAUTH_MARK, state, f"/auth/oauth/{provider}"),
    ]


def _cookie(request: AnyRequest, name: str, value: str, path: str) -> Cookie:
    """Lax, since the browser comes from the provider; an empty value deletes it."""
    return Cookie(
        key=name,
        value=value,
        path=path,
        max_age=int(AUTHORIZATION_LIFETIME.total_seconds()) if value else 0,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


HANDLERS: Sequence[BaseRouteHandler] = (go_to_provider, come_back)
