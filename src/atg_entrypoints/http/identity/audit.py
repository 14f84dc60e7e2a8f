"""The audit log, for administrators."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation
from msgspec import Struct

from atg_core.identity.audit import Action
from atg_core.identity.audit_chain import AuditLog, AuditQuery
from atg_entrypoints.http.openapi import WINDOW_BOUND
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import Instant, Page, Paging, to_wire, window_bound
from atg_entrypoints.settings import Settings

WindowBound = Annotated[
    str | None,
    QueryParameter(max_length=40, schema_extra=WINDOW_BOUND, description="A day, or a time; of ATG_TIMEZONE"),
]
Person = Annotated[UUID | None, QueryParameter()]


class AuditRow(Struct, frozen=True, kw_only=True):
    """`actor_id`: who did it, null for somebody unknown; `user_id`: whom it concerns; `session_id`: which session.

    `source`: the command or file that did it, if it was no request.
    """

    id: UUID
    at: Instant
    action: Action
    actor_id: UUID | None
    user_id: UUID | None
    session_id: UUID | None
    ip_address: str | None
    user_agent: str | None
    source: str | None


@get("/admin/audit", policy=ADMIN, tags=["administration"], summary="Who did what, newest first", also={400})
async def list_events(
    *,
    audit_log: NamedDependency[SkipValidation[AuditLog]],
    settings: NamedDependency[SkipValidation[Settings]],
    paging: NamedDependency[SkipValidation[Paging]],
    actor_id: Person = None,
    user_id: Person = None,
    action: Annotated[Action | None, QueryParameter(name="action")] = None,
    start: WindowBound = None,
    end: WindowBound = None,
) -> Page[AuditRow]:
    """From `start` on, and before `end`."""
    query = AuditQuery(
        actor_id=actor_id,
        user_id=user_id,
        action=action,
        start=window_bound(start, "start", settings.zone) if start else None,
        end=window_bound(end, "end", settings.zone) if end else None,
    )
    events, total = await audit_log.events(query, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(events, list[AuditRow]), total)


HANDLERS: Sequence[BaseRouteHandler] = (list_events,)
