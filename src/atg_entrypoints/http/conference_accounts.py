"""What administrators do with conference accounts, and whether these are enough (spec: schedule, The pool)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import UNSET

from atg_core.clock import Clock
from atg_core.conferencing.accounts import KeepAccounts
from atg_core.conferencing.model import ProviderName
from atg_core.conferencing.ports import AccountNotFound, Conferences
from atg_core.errors import Invalid
from atg_entrypoints.http.conferencing_wire import AccountChanges, AccountCreation, AccountRow, UsageReply
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.schemas import BORDER
from atg_entrypoints.http.wire import Page, Paging, border, serial_or
from atg_entrypoints.settings import Settings

_TAGS = ["administration, conferences"]
_A_MONTH = timedelta(days=30)

Reads = NamedDependency[SkipValidation[Conferences]]
Keeps = NamedDependency[SkipValidation[KeepAccounts]]
Border = Annotated[str | None, QueryParameter(max_length=40, schema_extra=BORDER)]


@get("/admin/conference-accounts", policy=ADMIN, tags=_TAGS, summary="Conference accounts", also={400})
async def list_accounts(conferences: Reads, paging: NamedDependency[SkipValidation[Paging]]) -> Page[AccountRow]:
    found, total = await conferences.accounts(limit=paging.size, offset=paging.offset)
    return paging.of([AccountRow.of(each) for each in found], total)


@post("/admin/conference-accounts", policy=ADMIN, tags=_TAGS, summary="Add a conference account", also={409})
async def add_account(data: JSONBody[AccountCreation], keep_accounts: Keeps, conferences: Reads) -> AccountRow:
    credentials = data.credentials if data.provider is ProviderName.ZOOM else None
    if data.provider is ProviderName.ZOOM and credentials is None:
        raise Invalid("is required for Zoom", field="credentials")
    added = await keep_accounts.add(data.values(), credentials.kept() if credentials else None)
    return AccountRow.of(await conferences.account(added.id))


@get("/admin/conference-accounts/usage", policy=ADMIN, tags=_TAGS, summary="Is the pool large enough", also={400})
async def show_usage(
    conferences: Reads,
    clock: NamedDependency[SkipValidation[Clock]],
    settings: NamedDependency[SkipValidation[Settings]],
    start: Border = None,
    end: Border = None,
) -> UsageReply:
    """Of the last 30 days by default; without an offset the borders are in the time zone of the service."""
    now = clock()
    until = border(end, "end", settings.zone) if end else now
    since = border(start, "start", settings.zone) if start else until - _A_MONTH
    if until <= since:
        raise Invalid("the span ends after it begins", field="end")
    return UsageReply.of(await conferences.usage(since, until, now), since, until)


@get("/admin/conference-accounts/{account_id:str}", policy=ADMIN, tags=_TAGS, summary="A conference account")
async def show_conference_account(account_id: FromPath[str], conferences: Reads) -> AccountRow:
    return AccountRow.of(await conferences.account(serial_or(AccountNotFound, account_id)))


@put(
    "/admin/conference-accounts/{account_id:str}",
    policy=ADMIN,
    tags=_TAGS,
    summary="Change a conference account",
    also={409},
)
async def change_account(
    account_id: FromPath[str], data: JSONBody[AccountChanges], keep_accounts: Keeps, conferences: Reads
) -> AccountRow:
    """Lessons that it hosts go on, also where it may host fewer of them from now on."""
    key = serial_or(AccountNotFound, account_id)
    credentials = None if data.credentials is UNSET else data.credentials
    await keep_accounts.change(key, data.values(), credentials.kept() if credentials else None)
    return AccountRow.of(await conferences.account(key))


@delete(
    "/admin/conference-accounts/{account_id:str}",
    policy=ADMIN,
    tags=_TAGS,
    summary="Delete a conference account",
    also={409},
)
async def delete_account(account_id: FromPath[str], keep_accounts: Keeps) -> None:
    await keep_accounts.delete(serial_or(AccountNotFound, account_id))


HANDLERS: Sequence[BaseRouteHandler] = (
    list_accounts,
    add_account,
    show_usage,
    show_conference_account,
    change_account,
    delete_account,
)
