"""Sign-in, token refresh and sign-out."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation
from msgspec import UNSET

from atg_core.errors import Invalid
from atg_core.identity.ports import InvalidToken
from atg_core.identity.sign_in import Refresh, SignIn, SignOut
from atg_entrypoints.http.identity.second_factor import TICKET_REPLY, TICKET_RESPONSE
from atg_entrypoints.http.identity.sign_in_response import SignInRequest
from atg_entrypoints.http.identity.wire import (
    Credentials,
    Done,
    RefreshedReply,
    RefreshToken,
    SignedInReply,
)
from atg_entrypoints.http.policy import PUBLIC, bearer_token

_TAGS = ["identity"]


@post(
    "/auth/login",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="Sign in",
    instead=TICKET_RESPONSE,
    exception_handlers=TICKET_REPLY,
)
async def log_in(
    request: Request[Any, Any, Any], data: JSONBody[Credentials], sign_in: NamedDependency[SkipValidation[SignIn]]
) -> Response[SignedInReply]:
    """The cookie lets the same browser in later, even while strangers try out passwords for the account."""
    login = data.username or data.email
    if not login:
        raise Invalid("username or email is required", field="username", code="required")
    sign_in_request = SignInRequest(request)
    return sign_in_request.response(*await sign_in(login, data.password, sign_in_request.device))


@post("/auth/refresh", status_code=200, policy=PUBLIC, tags=_TAGS, summary="New tokens", also={401})
async def refresh_tokens(
    request: Request[Any, Any, Any],
    refresh: NamedDependency[SkipValidation[Refresh]],
    data: JSONBody[RefreshToken | None] = None,
) -> RefreshedReply:
    """For the refresh token in the body or as bearer; a live access token as bearer gets an access token only."""
    token = (data.refreshToken if data else None) or bearer_token(request)
    if not token:
        raise InvalidToken
    is_access_token = token.count(".") == 2
    tokens = await (refresh.renew_access(token) if is_access_token else refresh(token))
    return RefreshedReply(
        token=tokens.access,
        expiresIn=tokens.expires_in,
        refreshToken=tokens.refresh or UNSET,
        access_token=tokens.access,
        refresh_token=tokens.refresh or UNSET,
        expires_in=tokens.expires_in,
    )


@post("/auth/logout", status_code=200, policy=PUBLIC, tags=_TAGS, summary="Sign out of this session")
async def log_out(
    request: Request[Any, Any, Any],
    sign_out: NamedDependency[SkipValidation[SignOut]],
    data: JSONBody[RefreshToken | None] = None,
) -> Done:
    """Ends the session of the refresh token in the body, else of the bearer token; always succeeds."""
    token = (data.refreshToken if data else None) or bearer_token(request)
    if token:
        await sign_out(token)
    return Done()


HANDLERS: Sequence[BaseRouteHandler] = (log_in, refresh_tokens, log_out)
