"""Administration of conference accounts over HTTP, and their usage (spec: schedule, The pool)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import UNSET

from atg_core.clock import Clock
from atg_core.conferencing.accounts import EditAccounts
from atg_core.conferencing.credentials import require_credentials
from atg_core.conferencing.ports import AccountNotFound, ConferencingQueries
from atg_core.errors import Invalid
from atg_entrypoints.http.conferencing.accounts_wire import AccountChanges, AccountCreation, AccountRow, UsageReply
from atg_entrypoints.http.openapi import WINDOW_BOUND
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import Page, Paging, serial_or, window_bound
from atg_entrypoints.settings import Settings

_TAGS = ["administration, conferences"]
_A_MONTH = timedelta(days=30)

Reads = NamedDependency[SkipValidation[ConferencingQueries]]
Edits = NamedDependency[SkipValidation[EditAccounts]]
WindowBound = Annotated[str | None, QueryParameter(max_length=40, schema_extra=WINDOW_BOUND)]


@get("/admin/conference-accounts", policy=ADMIN, tags=_TAGS, summary="Conference accounts", also={400})
async def list_accounts(
    conferencing_queries: Reads, paging: NamedDependency[SkipValidation[Paging]]
) -> Page[AccountRow]:
    found, total = await conferencing_queries.accounts(limit=paging.size, offset=paging.offset)
    return paging.of([AccountRow.of(each) for each in found], total)


@post("/admin/conference-accounts", policy=ADMIN, tags=_TAGS, summary="Add a conference account", also={409})
async def add_account(data: JSONBody[AccountCreation], edit_accounts: Edits, conferencing_queries: Reads) -> AccountRow:
    require_credentials(data.provider, data.credentials)
    added = await edit_accounts.add(data.values(), data.credentials)
    return AccountRow.of(await conferencing_queries.account(added.id))


@get("/admin/conference-accounts/usage", policy=ADMIN, tags=_TAGS, summary="Is the pool large enough", also={400})
async def show_usage(
    conferencing_queries: Reads,
    clock: NamedDependency[SkipValidation[Clock]],
    settings: NamedDependency[SkipValidation[Settings]],
    start: WindowBound = None,
    end: WindowBound = None,
) -> UsageReply:
    """Of the last 30 days by default; without an offset `start` and `end` are in the time zone of the service."""
    now = clock()
    until = window_bound(end, "end", settings.zone) if end else now
    since = window_bound(start, "start", settings.zone) if start else until - _A_MONTH
    if until <= since:
        raise Invalid("must be after the start", field="end", code="ends_before_start")
    return UsageReply.of(await conferencing_queries.usage(since, until, now), since, until)


@get("/admin/conference-accounts/{account_id:str}", policy=ADMIN, tags=_TAGS, summary="A conference account")
async def show_conference_account(account_id: FromPath[str], conferencing_queries: Reads) -> AccountRow:
    return AccountRow.of(await conferencing_queries.account(serial_or(AccountNotFound, account_id)))


@put(
    "/admin/conference-accounts/{account_id:str}",
    policy=ADMIN,
    tags=_TAGS,
    summary="Change a conference account",
    also={409},
)
async def change_account(
    account_id: FromPath[str], data: JSONBody[AccountChanges], edit_accounts: Edits, conferencing_queries: Reads
) -> AccountRow:
    """Live lessons go on, even if `capacity` is reduced below their number."""
    key = serial_or(AccountNotFound, account_id)
    credentials = None if data.credentials is UNSET else data.credentials
    await edit_accounts.change(key, data.values(), credentials)
    return AccountRow.of(await conferencing_queries.account(key))


@delete(
    "/admin/conference-accounts/{account_id:str}",
    policy=ADMIN,
    tags=_TAGS,
    summary="Delete a conference account",
    also={409},
)
async def delete_account(account_id: FromPath[str], edit_accounts: Edits) -> None:
    await edit_accounts.delete(serial_or(AccountNotFound, account_id))


HANDLERS: Sequence[BaseRouteHandler] = (
    list_accounts,
    add_account,
    show_usage,
    show_conference_account,
    change_account,
    delete_account,
)
