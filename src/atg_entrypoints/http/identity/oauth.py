"""OAuth sign-in: redirect to a provider, and the callback (RFC 6749, section 4.1)."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import Meta, Struct

from atg_core.clock import Clock
from atg_core.errors import AtgError
from atg_core.identity.enter import RoleChoices
from atg_core.identity.frontend_addresses import MAX_ADDRESS_LENGTH, with_parameters
from atg_core.identity.model import Role
from atg_core.identity.oauth import FinishOAuth, StartOAuth
from atg_core.identity.oauth_exchange import ExchangeOAuthCode
from atg_core.identity.oauth_providers import AUTHORIZATION_LIFETIME
from atg_entrypoints.http.identity.enter import chosen_role, delete_role_cookie
from atg_entrypoints.http.identity.second_factor import TICKET_REPLY, TICKET_RESPONSE
from atg_entrypoints.http.identity.sign_in_response import SignInRequest
from atg_entrypoints.http.identity.wire import SignedInReply
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.settings import Settings

_TAGS = ["identity"]
_COOKIE = "atg_oauth"
# Codes and tokens must not be cached, nor sent as a referrer.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

AnyRequest = Request[Any, Any, Any]
RoleQuery = Annotated[
    Literal["teacher", "student"] | None,
    QueryParameter(name="role", description="For a newcomer, if it was not chosen before"),
]
ReturnQuery = Annotated[
    str | None,
    QueryParameter(
        name="return_to", max_length=MAX_ADDRESS_LENGTH, description="A frontend's address, of ATG_OAUTH_RETURN_URLS"
    ),
]
CodeQuery = Annotated[str, QueryParameter(name="code", max_length=2000)]
StateQuery = Annotated[str, QueryParameter(name="state")]
ErrorQuery = Annotated[str, QueryParameter(name="error", max_length=200, description="In place of a code")]
DeviceQuery = Annotated[str, QueryParameter(name="device_id", max_length=500, description="VK's, beside its code")]


class CodeToExchange(Struct, frozen=True, kw_only=True):
    code: Annotated[str, Meta(min_length=1, max_length=200)]


@get(
    "/auth/oauth/{provider:str}/start",
    status_code=302,
    policy=PUBLIC,
    tags=_TAGS,
    summary="Go to a provider to sign in: vk or yandex",
    also={400},
    instead={302: ResponseSpec(None, description="To the provider's page")},
)
async def go_to_provider(
    request: AnyRequest,
    provider: FromPath[str],
    start_oauth: NamedDependency[SkipValidation[StartOAuth]],
    *,
    role_choices: NamedDependency[SkipValidation[RoleChoices]],
    settings: NamedDependency[SkipValidation[Settings]],
    clock: NamedDependency[SkipValidation[Clock]],
    role: RoleQuery = None,
    return_to: ReturnQuery = None,
) -> Response[None]:
    """For a browser to open. It has ten minutes to come back, and one way at a time to each provider.

    With `return_to` it ends there, with a `code` for `POST /auth/oauth/exchange`, or with the code of an `error`.
    """
    chosen = Role(role) if role else chosen_role(request, role_choices, clock)
    url, bound = start_oauth(provider, chosen, return_to)
    cookie = _cookie(provider, bound, settings)
    return Response(None, status_code=302, headers={"Location": url, **_HEADERS}, cookies=[cookie])


@get(
    "/auth/oauth/{provider:str}/callback",
    policy=PUBLIC,
    tags=_TAGS,
    summary="Come back from the provider, signed in",
    also={409, 502},
    instead={
        **TICKET_RESPONSE,
        302: ResponseSpec(None, description="To the frontend that was named at the start, with a code or an error"),
    },
    exception_handlers=TICKET_REPLY,
)
async def come_back_from_provider(
    request: AnyRequest,
    provider: FromPath[str],
    finish_oauth: NamedDependency[SkipValidation[FinishOAuth]],
    *,
    settings: NamedDependency[SkipValidation[Settings]],
    code: CodeQuery = "",
    given_state: StateQuery = "",
    error: ErrorQuery = "",
    device_id: DeviceQuery = "",
) -> Response[Any]:
    """Where the provider sends the browser, once: the reply is that of login. A newcomer gets an account.

    If a frontend elsewhere was named at the start, the browser goes there instead.
    """
    sign_in_request, cookie = SignInRequest(request), request.cookies.get(_COOKIE, "")
    callback = {"code": code, "state": given_state, "error": error, "device_id": device_id}
    return_to, query = finish_oauth.return_address(provider, cookie, given_state), {}
    reply: Response[Any]
    if return_to is None:
        reply = sign_in_request.response(*await finish_oauth(provider, cookie, callback, sign_in_request.device))
    else:
        try:
            query = {"code": await finish_oauth.code(provider, cookie, callback, sign_in_request.device)}
        except AtgError as failed:
            query = {"error": failed.code}
        reply = sign_in_request.redirect(with_parameters(return_to, query))
    reply.headers.update(_HEADERS)
    reply.set_cookie(_cookie(provider, "", settings))
    if "error" not in query:
        delete_role_cookie(request, reply, settings)
    return reply


@post(
    "/auth/oauth/exchange",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="Sign in with the code that a frontend elsewhere got",
    also={400, 401},
    instead=TICKET_RESPONSE,
    exception_handlers=TICKET_REPLY,
)
async def exchange_code(
    request: AnyRequest,
    data: JSONBody[CodeToExchange],
    exchange_oauth_code: NamedDependency[SkipValidation[ExchangeOAuthCode]],
) -> Response[SignedInReply]:
    """Once, within a minute. The reply is that of login, and so is a 401 with a ticket for the second factor."""
    sign_in_request = SignInRequest(request)
    reply = sign_in_request.response(*await exchange_oauth_code(data.code, sign_in_request.device))
    reply.headers.update(_HEADERS)
    return reply


def _cookie(provider: str, value: str, settings: Settings) -> Cookie:
    """The cookie that binds the authorization request to the browser; an empty value deletes it."""
    return Cookie(
        key=_COOKIE,
        value=value,
        path=f"{urlsplit(settings.base_url).path}/auth/oauth/{provider}",
        max_age=int(AUTHORIZATION_LIFETIME.total_seconds()) if value else 0,
        httponly=True,
        samesite="lax",
        secure=settings.base_url.startswith("https:"),
    )


HANDLERS: Sequence[BaseRouteHandler] = (go_to_provider, come_back_from_provider, exchange_code)
