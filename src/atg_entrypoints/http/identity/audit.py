"""The audit log, for administrators."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation
from msgspec import Struct, to_builtins

from atg_core.identity.audit import Action
from atg_core.identity.audit_chain import AuditLog, AuditQuery
from atg_entrypoints.http.openapi import WINDOW_BOUND
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.table_file import AsFile, Rows, TableFile, table_routes
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


def _asked(
    *,
    request: Request[Any, Any, Any],
    actor_id: Person = None,
    user_id: Person = None,
    action: Annotated[Action | None, QueryParameter(name="action")] = None,
    start: WindowBound = None,
    end: WindowBound = None,
) -> AuditQuery:
    settings: Settings = request.app.state["container"].settings()
    return AuditQuery(
        actor_id=actor_id,
        user_id=user_id,
        action=action,
        start=window_bound(start, "start", settings.zone) if start else None,
        end=window_bound(end, "end", settings.zone) if end else None,
    )


_TAGS = ["administration"]
_ASKED = {"asked": Provide(_asked, sync_to_thread=False)}
Asked = NamedDependency[SkipValidation[AuditQuery]]
Log = NamedDependency[SkipValidation[AuditLog]]


@get(
    "/admin/audit",
    policy=ADMIN,
    tags=_TAGS,
    summary="Who did what, newest first",
    dependencies=_ASKED,
    also={400},
)
async def list_events(asked: Asked, audit_log: Log, paging: NamedDependency[SkipValidation[Paging]]) -> Page[AuditRow]:
    """From `start` on, and before `end`."""
    events, total = await audit_log.events(asked, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(events, list[AuditRow]), total)


@table_routes("/admin/audit", policy=ADMIN, tags=_TAGS, summary="Who did what", dependencies=_ASKED, also={400})
async def download_events(asked: Asked, audit_log: Log, as_file: AsFile) -> Response[Any]:
    """Oldest first."""
    return await as_file(TableFile("audit", "audit", AuditRow.__struct_fields__, _rows(audit_log, asked)))


async def _rows(audit_log: AuditLog, query: AuditQuery) -> Rows:
    async for events in audit_log.all_events(query):
        rows = [to_builtins(to_wire(event, AuditRow)) for event in events]
        yield [[row[name] for name in AuditRow.__struct_fields__] for row in rows]


HANDLERS: Sequence[BaseRouteHandler] = (list_events, *download_events)
