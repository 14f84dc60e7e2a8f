"""Signing in with an account at a provider: to its page, and back (RFC 6749, section 4.1)."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from litestar import Request, Response, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.clock import Clock
from atg_core.identity.entering import RoleChoices
from atg_core.identity.model import Role
from atg_core.identity.oauth import BeginOAuth, FinishOAuth
from atg_core.identity.providers import ATTEMPT_LIVES
from atg_entrypoints.http.entering import chosen_role, forget_choice
from atg_entrypoints.http.identity_wire import SignedInReply
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.http.signed_in import Arrival
from atg_entrypoints.settings import Settings

_TAGS = ["identity"]
_COOKIE = "atg_oauth"
# Codes and tokens must not get into caches, nor be told to where anything leads.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

Anybody = Request[Any, Any, Any]
RoleQuery = Annotated[
    Literal["teacher", "student"] | None,
    QueryParameter(name="role", description="For a newcomer, if it was not chosen before"),
]
CodeQuery = Annotated[str, QueryParameter(name="code", max_length=2000)]
StateQuery = Annotated[str, QueryParameter(name="state")]
ErrorQuery = Annotated[str, QueryParameter(name="error", max_length=200, description="In place of a code")]
DeviceQuery = Annotated[str, QueryParameter(name="device_id", max_length=500, description="VK's, beside its code")]


@get(
    "/auth/oauth/{provider:str}/start",
    status_code=302,
    policy=PUBLIC,
    tags=_TAGS,
    summary="Go to a provider to sign in: vk or yandex",
    instead={302: ResponseSpec(None, description="To the provider's page")},
)
async def go_to_provider(
    request: Anybody,
    provider: FromPath[str],
    begin_oauth: NamedDependency[SkipValidation[BeginOAuth]],
    *,
    role_choices: NamedDependency[SkipValidation[RoleChoices]],
    settings: NamedDependency[SkipValidation[Settings]],
    clock: NamedDependency[SkipValidation[Clock]],
    role: RoleQuery = None,
) -> Response[None]:
    """For a browser to open. It has ten minutes to come back, and one way at a time to each provider."""
    chosen = Role(role) if role else chosen_role(request, role_choices, clock)
    url, kept = begin_oauth(provider, chosen)
    cookie = _cookie(provider, kept, settings)
    return Response(None, status_code=302, headers={"Location": url, **_HEADERS}, cookies=[cookie])


@get(
    "/auth/oauth/{provider:str}/callback",
    policy=PUBLIC,
    tags=_TAGS,
    summary="Come back from the provider, signed in",
    also={401, 409, 502},
)
async def come_back_from_provider(
    request: Anybody,
    provider: FromPath[str],
    finish_oauth: NamedDependency[SkipValidation[FinishOAuth]],
    *,
    settings: NamedDependency[SkipValidation[Settings]],
    code: CodeQuery = "",
    given_state: StateQuery = "",
    error: ErrorQuery = "",
    device_id: DeviceQuery = "",
) -> Response[SignedInReply]:
    """Where the provider sends the browser, once: the reply is that of login. A newcomer gets an account."""
    arrival = Arrival(request)
    answer = {"code": code, "state": given_state, "error": error, "device_id": device_id}
    tokens, account = await finish_oauth(provider, request.cookies.get(_COOKIE, ""), answer, arrival.device)
    reply = arrival.reply(tokens, account)
    reply.headers.update(_HEADERS)
    reply.set_cookie(_cookie(provider, "", settings))
    forget_choice(request, reply, settings)
    return reply


def _cookie(provider: str, value: str, settings: Settings) -> Cookie:
    """For this provider's routes alone, where clients see them. An empty one is forgotten at once."""
    return Cookie(
        key=_COOKIE,
        value=value,
        path=f"{urlsplit(settings.base_url).path}/auth/oauth/{provider}",
        max_age=int(ATTEMPT_LIVES.total_seconds()) if value else 0,
        httponly=True,
        samesite="lax",
        secure=settings.base_url.startswith("https:"),
    )


HANDLERS: Sequence[BaseRouteHandler] = (go_to_provider, come_back_from_provider)
