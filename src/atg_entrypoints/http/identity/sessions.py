"""The caller's sessions, and the password change that ends them."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, delete, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims, Callers, SessionNotFound
from atg_core.identity.sessions import ChangePassword, EndSessions
from atg_entrypoints.http.identity.wire import (
    Done,
    PasswordChange,
    SessionRow,
)
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Page, Paging, uuid_or

_TAGS = ["identity"]


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


HANDLERS: Sequence[BaseRouteHandler] = (log_out_everywhere, list_my_sessions, end_my_session, change_my_password)
