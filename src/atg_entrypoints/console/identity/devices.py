"""The account: where one is signed in, and ending that."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.clock import Clock
from atg_core.identity.devices import device_name
from atg_core.identity.ports import Callers, SessionNotFound
from atg_core.identity.sessions import EndSessions
from atg_core.words import phrase
from atg_entrypoints.console.identity.account import DoneQuery
from atg_entrypoints.console.identity.asked import ACCOUNT, Asked
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Paging, uuid_or

_ADDRESS = f"{ACCOUNT}/devices"
_DONE = {"one": phrase("The device is signed out"), "others": phrase("All other devices are signed out")}


@get("/account/devices", policy=SIGNED_IN)
async def show_devices(
    *,
    request: Asked,
    callers: NamedDependency[SkipValidation[Callers]],
    clock: NamedDependency[SkipValidation[Clock]],
    paging: NamedDependency[SkipValidation[Paging]],
    done: DoneQuery = "",
) -> Response[str]:
    """Newest first."""
    caller = request.user
    sessions, total = await callers.live_sessions(caller.id, clock(), limit=paging.size, offset=paging.offset)
    rows = [(each, _name(each.user_agent), each.id == caller.session_id) for each in sessions]
    return page(request, "identity/devices", {"found": paging.of(rows, total), "done": _DONE.get(done)})


def _name(user_agent: str | None) -> str | None:
    """Without a word of a language between browser and system."""
    name = device_name(user_agent)
    return name.replace(" on ", " · ") if name else None


@post("/account/devices/others/end", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def end_others(request: Asked, end_sessions: NamedDependency[SkipValidation[EndSessions]]) -> Response[Any]:
    await end_sessions.others(request.user)
    return led_to(f"{_ADDRESS}?done=others")


@post("/account/devices/{session_id:str}/end", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def end_device(
    request: Asked, session_id: FromPath[str], end_sessions: NamedDependency[SkipValidation[EndSessions]]
) -> Response[Any]:
    await end_sessions.one(request.user, uuid_or(SessionNotFound, session_id))
    return led_to(f"{_ADDRESS}?done=one")


HANDLERS: Sequence[BaseRouteHandler] = (show_devices, end_others, end_device)
