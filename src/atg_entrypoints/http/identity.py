"""Signing in and out, and the caller's own account."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import UNSET

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims, Callers, InvalidToken, SessionNotFound
from atg_core.identity.profile import ChangeProfile
from atg_core.identity.sessions import ChangePassword, EndSessions
from atg_core.identity.signing import Refresh, SignIn, SignOut
from atg_entrypoints.http.identity_wire import (
    Credentials,
    Done,
    Me,
    MeReply,
    PasswordChange,
    ProfileChanges,
    ProfileReply,
    ProfileRow,
    RefreshedReply,
    RefreshToken,
    Registration,
    SessionRow,
    SignedInReply,
)
from atg_entrypoints.http.policy import PUBLIC, SIGNED_IN, bearer_token
from atg_entrypoints.http.signed_in import Arrival
from atg_entrypoints.http.wire import Page, Paging, to_wire, uuid_or

_TAGS = ["identity"]


@post("/auth/login", status_code=200, policy=PUBLIC, tags=_TAGS, summary="Sign in", also={401})
async def log_in(
    request: Request[Any, Any, Any], data: JSONBody[Credentials], sign_in: NamedDependency[SkipValidation[SignIn]]
) -> Response[SignedInReply]:
    """The cookie lets the same browser in later, even while strangers try out passwords for the account."""
    login = data.username or data.email
    if not login:
        raise Invalid("username or email is required", field="username")
    arrival = Arrival(request)
    return arrival.reply(*await sign_in(login, data.password, arrival.device))


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


@get("/auth/me", policy=SIGNED_IN, tags=_TAGS, summary="Who is signed in")
async def show_me(request: Request[Caller, AccessClaims, Any]) -> MeReply:
    caller, claims = request.user, request.auth
    return MeReply(
        Me(
            sub=caller.id,
            id=caller.id,
            username=caller.username,
            role=caller.role,
            full_name=caller.full_name or caller.username,
            email=caller.email,
            is_active=caller.is_active,
            iat=claims.iat,
            exp=claims.exp,
        )
    )


@post("/auth/logout-all", status_code=200, policy=SIGNED_IN, tags=_TAGS, summary="End all own sessions")
async def log_out_everywhere(
    request: Request[Caller, AccessClaims, Any], end_sessions: NamedDependency[SkipValidation[EndSessions]]
) -> Done:
    await end_sessions.all(request.user)
    return Done()


@get("/auth/sessions", policy=SIGNED_IN, tags=_TAGS, summary="Own live sessions, newest first", also={400})
async def list_my_sessions(
    request: Request[Caller, AccessClaims, Any],
    callers: NamedDependency[SkipValidation[Callers]],
    clock: NamedDependency[SkipValidation[Clock]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[SessionRow]:
    caller = request.user
    sessions, total = await callers.live_sessions(caller.id, clock(), limit=paging.size, offset=paging.offset)
    return paging.of([SessionRow.of(session, caller.session_id) for session in sessions], total)


@delete("/auth/sessions/{session_id:str}", policy=SIGNED_IN, tags=_TAGS, summary="End one of the own sessions")
async def end_my_session(
    request: Request[Caller, AccessClaims, Any],
    session_id: FromPath[str],
    end_sessions: NamedDependency[SkipValidation[EndSessions]],
) -> None:
    await end_sessions.one(request.user, uuid_or(SessionNotFound, session_id))


@post("/auth/password", status_code=200, policy=SIGNED_IN, tags=_TAGS, summary="Change the own password")
async def change_my_password(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[PasswordChange],
    change_password: NamedDependency[SkipValidation[ChangePassword]],
) -> Done:
    """All other sessions end."""
    await change_password(request.user, data.current, data.new)
    return Done()


@post("/auth/register-profile", status_code=200, policy=SIGNED_IN, tags=_TAGS, summary="Fill in the profile")
async def register_profile(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[Registration],
    change_profile: NamedDependency[SkipValidation[ChangeProfile]],
) -> Done:
    await change_profile(request.user.id, {name: getattr(data, name) for name in data.__struct_fields__})
    return Done()


@get("/users/me", policy=SIGNED_IN, tags=_TAGS, summary="The caller's profile")
async def show_my_profile(
    request: Request[Caller, AccessClaims, Any], callers: NamedDependency[SkipValidation[Callers]]
) -> ProfileReply:
    account = await callers.account(request.user.id)
    own = {"username": account.user.username, "role": account.user.role}
    return ProfileReply(to_wire(asdict(account.profile) | own, ProfileRow))


@put("/users/me", policy=SIGNED_IN, tags=_TAGS, summary="Change the caller's profile")
async def change_my_profile(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[ProfileChanges],
    change_profile: NamedDependency[SkipValidation[ChangeProfile]],
) -> Done:
    await change_profile(request.user.id, data.named())
    return Done()


HANDLERS: Sequence[BaseRouteHandler] = (
    log_in,
    refresh_tokens,
    log_out,
    show_me,
    log_out_everywhere,
    list_my_sessions,
    end_my_session,
    change_my_password,
    register_profile,
    show_my_profile,
    change_my_profile,
)
