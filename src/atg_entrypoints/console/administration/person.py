"""One person: the account, where they are signed in, and what the audit log tells of them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.errors import AtgError
from atg_core.identity.audit import AuditEvent
from atg_core.identity.audit_chain import AuditQuery
from atg_core.identity.devices import device_name
from atg_core.identity.model import Account, Role
from atg_core.identity.ports import Callers, SessionNotFound, UserNotFound
from atg_core.identity.second_factor_setup import RemoveSecondFactor
from atg_core.identity.staff import manages, may_help
from atg_core.words import phrase
from atg_entrypoints.console.administration.asked import AUDIT, PEOPLE, ROLES, Asked, DoneQuery, sections_of
from atg_entrypoints.console.administration.audit_words import ACTIONS
from atg_entrypoints.console.administration.people import Administers, Reads
from atg_entrypoints.console.administration.person_form import ACCOUNT, WORK, given_by, given_of, place_values
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.identity.user_administration import UserChanges
from atg_entrypoints.http.policy import ADMIN, PEOPLE_STAFF, TRAINING
from atg_entrypoints.http.wire import uuid_or

_PAGE, _MOST = "administration/person", 20
_DONE = {
    "made": phrase("The account is made"),
    "invited": phrase("The account is made. A link to set a password is on its way."),
    "unsent": phrase("The account is made, but the link could not be sent. Send it from here later."),
    "saved": phrase("Saved"),
    "link": phrase("A link to set a password is on its way"),
    "ended": phrase("The session is ended"),
    "all": phrase("All sessions are ended"),
    "one_factor": phrase("The second factor is removed, and all sessions are ended"),
    "inactive": phrase("The account is deactivated, and its sessions are ended"),
    "active": phrase("The account is active again"),
}


@get("/admin/people/{user_id:str}", policy=PEOPLE_STAFF)
async def show_person(request: Asked, user_id: FromPath[str], callers: Reads, done: DoneQuery = "") -> Response[str]:
    account = await callers.account(uuid_or(UserNotFound, user_id))
    values = await _values(request, account)
    return page(request, _PAGE, {**values, "given": given_by(account), "done": _DONE.get(done), **CLEAN})


async def _values(request: Asked, account: Account) -> dict[str, Any]:
    container, user = request.app.state["container"], account.user
    callers, is_admin = container.callers(), request.user.role is Role.ADMIN
    helps = may_help(request.user, user.role)
    sessions, total = [], 0
    if helps:
        sessions, total = await callers.live_sessions(user.id, container.clock()(), limit=_MOST, offset=0)
    events: Sequence[AuditEvent] = []
    has_second_factor = False
    if is_admin:
        has_second_factor, _ = await container.set_up_second_factor().state(user.id)
        events, _ = await container.audit_log().events(AuditQuery(user_id=user.id), limit=_MOST, offset=0)
    return {
        "account": account,
        "address": f"{PEOPLE}/{user.id}",
        "sessions": [(each, _name(each.user_agent)) for each in sessions],
        "sessions_total": total,
        "events": events,
        "audit": f"{AUDIT}?user_id={user.id}",
        "actions": ACTIONS,
        "roles": ROLES,
        "sections": sections_of(request),
        "is_admin": is_admin,
        "manages": manages(request.user.role, user.role),
        "edits": request.user.role in TRAINING.roles,
        "helps": helps,
        "removes_second_factor": has_second_factor and user.id != request.user.id,
        "done": None,
        "back": f"{PEOPLE}/{user.id}",
        **await place_values(callers, container.catalog_queries()),
    }


def _name(user_agent: str | None) -> str | None:
    """Without a word of a language between browser and system."""
    name = device_name(user_agent)
    return name.replace(" on ", " · ") if name else None


@post("/admin/people/{user_id:str}", policy=TRAINING, status_code=HTTPStatus.OK)
async def change_person(
    request: Asked, user_id: FromPath[str], data: Form, callers: Reads, administer_users: Administers
) -> Response[Any]:
    """What the form has no field for stays."""
    key = uuid_or(UserNotFound, user_id)
    given = given_of(data, (*ACCOUNT, *WORK))
    if given.get("username", "") is None:
        given["username"] = ""
    try:
        changes = checked(UserChanges, given).present_fields()
        await administer_users.change(request.user, key, changes)
    except Refusals as error:
        return await _again(request, key, callers, error, given)
    return led_to(f"{PEOPLE}/{key}?done=saved")


def _activity(path: str, done: str, *, is_active: bool) -> HTTPRouteHandler:
    @post(path, policy=TRAINING, status_code=HTTPStatus.OK, name=f"console {done} person")
    async def set_activity(
        request: Asked, user_id: FromPath[str], callers: Reads, administer_users: Administers
    ) -> Response[Any]:
        key = uuid_or(UserNotFound, user_id)
        try:
            await administer_users.change(request.user, key, {"is_active": is_active})
        except Refusals as error:
            return await _again(request, key, callers, error)
        return led_to(f"{PEOPLE}/{key}?done={done}")

    return set_activity


async def _again(
    request: Asked, key: UUID, callers: Callers, error: AtgError, given: Mapping[str, Any] | None = None
) -> Response[str]:
    account = await callers.account(key)
    values = await _values(request, account)
    return form_again(request, _PAGE, {**values, "given": {**given_by(account), **(given or {})}}, error)


@post("/admin/people/{user_id:str}/password-link", policy=PEOPLE_STAFF, status_code=HTTPStatus.OK)
async def send_link(
    request: Asked, user_id: FromPath[str], callers: Reads, administer_users: Administers
) -> Response[Any]:
    key = uuid_or(UserNotFound, user_id)
    try:
        await administer_users.send_password_link(request.user, key)
    except Refusals as error:
        return await _again(request, key, callers, error)
    return led_to(f"{PEOPLE}/{key}?done=link")


@post("/admin/people/{user_id:str}/sessions/end", policy=PEOPLE_STAFF, status_code=HTTPStatus.OK)
async def end_all_sessions(
    request: Asked, user_id: FromPath[str], callers: Reads, administer_users: Administers
) -> Response[Any]:
    key = uuid_or(UserNotFound, user_id)
    try:
        await administer_users.revoke_sessions(request.user, key)
    except Refusals as error:
        return await _again(request, key, callers, error)
    return led_to(f"{PEOPLE}/{key}?done=all")


@post("/admin/people/{user_id:str}/sessions/{session_id:str}/end", policy=PEOPLE_STAFF, status_code=HTTPStatus.OK)
async def end_one_session(
    request: Asked, user_id: FromPath[str], session_id: FromPath[str], callers: Reads, administer_users: Administers
) -> Response[Any]:
    key = uuid_or(UserNotFound, user_id)
    try:
        await administer_users.revoke_session(request.user, key, uuid_or(SessionNotFound, session_id))
    except Refusals as error:
        return await _again(request, key, callers, error)
    return led_to(f"{PEOPLE}/{key}?done=ended")


@post("/admin/people/{user_id:str}/second-factor/remove", policy=ADMIN, status_code=HTTPStatus.OK)
async def remove_factor(
    request: Asked,
    user_id: FromPath[str],
    callers: Reads,
    remove_second_factor: NamedDependency[SkipValidation[RemoveSecondFactor]],
) -> Response[Any]:
    """For who has lost the device and the recovery codes."""
    key = uuid_or(UserNotFound, user_id)
    try:
        await remove_second_factor.of(key, request.user)
    except Refusals as error:
        return await _again(request, key, callers, error)
    return led_to(f"{PEOPLE}/{key}?done=one_factor")


HANDLERS: Sequence[BaseRouteHandler] = (
    show_person,
    change_person,
    _activity("/admin/people/{user_id:str}/deactivate", "inactive", is_active=False),
    _activity("/admin/people/{user_id:str}/activate", "active", is_active=True),
    send_link,
    end_all_sessions,
    end_one_session,
    remove_factor,
)
