"""The audit log: who did what, whether it is as it was written, and its files."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.errors import Invalid
from atg_core.identity.audit import Action
from atg_core.identity.audit_chain import AuditLog, AuditQuery, SealAudit, Verdict, VerifyAudit
from atg_core.identity.ports import Callers, UserNotFound
from atg_core.words import phrase
from atg_entrypoints.console.administration.asked import AUDIT, Asked, TextQuery, sections_of
from atg_entrypoints.console.administration.audit_words import ACTIONS
from atg_entrypoints.console.forms import CLEAN, form_again
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import Paging, uuid_or, window_bound
from atg_entrypoints.settings import Settings

_PAGE = "administration/audit"
_SECONDS = 20.0
"""Within which the log is verified for a page; one that takes longer is verified by the command, and every night."""
_FAULTS: Mapping[str, str] = {
    "was changed": phrase("This entry was changed later."),
    "is gone": phrase("This entry was deleted later."),
    "was put in later": phrase("This entry was put in later."),
}
_GAP = phrase("The seals before this entry are gone.")
_LOCK = asyncio.Lock()
"""One after the other: each verification reads the whole log."""

Log = NamedDependency[SkipValidation[AuditLog]]
Reads = NamedDependency[SkipValidation[Callers]]
Sets = NamedDependency[SkipValidation[Settings]]
Pages = NamedDependency[SkipValidation[Paging]]


@get("/admin/audit", policy=ADMIN)
async def show_audit(
    *,
    request: Asked,
    audit_log: Log,
    callers: Reads,
    settings: Sets,
    paging: Pages,
    actor_id: TextQuery = "",
    user_id: TextQuery = "",
    action: TextQuery = "",
    start: TextQuery = "",
    end: TextQuery = "",
) -> Response[str]:
    """Newest first; from the day `start` on, and before the day `end`. People by username, email or id."""
    asked = {"actor_id": actor_id.strip(), "user_id": user_id.strip(), "action": action, "start": start, "end": end}
    try:
        query = await _query(asked, callers, settings.zone)
    except Invalid as error:
        return form_again(request, _PAGE, {**_values(request, asked), "found": paging.of([], 0), "people": {}}, error)
    events, total = await audit_log.events(query, limit=paging.size, offset=paging.offset)
    ids = {each for event in events for each in (event.actor_id, event.user_id) if each}
    values = {**_values(request, asked, query), "found": paging.of(events, total)}
    return page(request, _PAGE, {**values, "people": await callers.usernames(ids), **CLEAN})


async def _query(asked: Mapping[str, str], callers: Callers, zone: ZoneInfo) -> AuditQuery:
    """Raises Invalid for a time that is none, and a person whom there is not."""
    start, end = (window_bound(asked[name], name, zone) if asked[name] else None for name in ("start", "end"))
    return AuditQuery(
        actor_id=await _person(asked["actor_id"], "actor_id", callers),
        user_id=await _person(asked["user_id"], "user_id", callers),
        action=Action(asked["action"]) if asked["action"] in set(Action) else None,
        start=start,
        end=end,
    )


async def _person(login: str, field: str, callers: Callers) -> UUID | None:
    if not login:
        return None
    try:
        return uuid_or(UserNotFound, login)
    except UserNotFound:
        found = await callers.find_account(login)
    if found is None:
        raise Invalid("There is no user {login}", field=field, code="unknown_id", login=login)
    return found.user.id


def _values(request: Asked, asked: Mapping[str, str], query: AuditQuery | None = None) -> dict[str, Any]:
    """`files`: the query of the API's files of the same events."""
    given = {**asked, **({"actor_id": query.actor_id, "user_id": query.user_id} if query else {})}
    return {
        "asked": asked,
        "actions": ACTIONS,
        "sections": sections_of(request),
        "files": urlencode({name: value for name, value in given.items() if value}),
        "verdict": None,
        "is_late": False,
        "back": AUDIT,
    }


@post("/admin/audit/verify", policy=ADMIN, status_code=HTTPStatus.OK)
async def verify_audit_log(
    request: Asked,
    seal_audit: NamedDependency[SkipValidation[SealAudit]],
    verify_audit: NamedDependency[SkipValidation[VerifyAudit]],
) -> Response[str]:
    """Of what there is now; the hash of the last seal is for whoever keeps it elsewhere."""
    verdict: Verdict | None = None
    try:
        async with _LOCK, asyncio.timeout(_SECONDS):
            await seal_audit()
            verdict = await verify_audit()
    except TimeoutError:
        pass
    asked = dict.fromkeys(("actor_id", "user_id", "action", "start", "end"), "")
    values = {**_values(request, asked), "verdict": verdict, "is_late": verdict is None}
    values["fault"] = _FAULTS.get(verdict.fault, _GAP) if verdict and verdict.fault else None
    return page(request, "administration/audit_verified", values)


@get("/admin/audit/verify", policy=ADMIN)
async def back_to_audit() -> Response[Any]:
    """What was verified can not be opened by its address."""
    return led_to(AUDIT)


HANDLERS: Sequence[BaseRouteHandler] = (show_audit, verify_audit_log, back_to_audit)
