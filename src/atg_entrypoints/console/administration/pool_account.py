"""One conference account: added, changed and deleted, with the credentials that its provider needs."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.conferencing.accounts import EditAccounts
from atg_core.conferencing.credentials import FIELDS
from atg_core.conferencing.model import AccountInUse, ProviderName
from atg_core.conferencing.ports import AccountNotFound
from atg_core.words import phrase
from atg_entrypoints.console.administration.asked import POOL, Asked, TextQuery, sections_of
from atg_entrypoints.console.administration.pool import PROVIDERS, Reads
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.conferencing.accounts_wire import AccountChanges, AccountCreation
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import serial_or

_PAGE = "administration/pool_account"
LABELS: Mapping[str, str] = {
    "account_id": phrase("Account ID of the app"),
    "client_id": phrase("Client ID of the app"),
    "client_secret": phrase("Client secret of the app"),
    "url": phrase("Address of the room"),
    "start_url": phrase("Address by which the teacher enters, if it is another one"),
}
_FIELDS = ("label", "provider_user_id", "capacity", "daily_limit", "is_enabled")
_NUMBERS = ("capacity", "daily_limit")

Edits = NamedDependency[SkipValidation[EditAccounts]]


def _values(
    request: Asked, provider: ProviderName, given: Mapping[str, Any], used: AccountInUse | None
) -> dict[str, Any]:
    return {
        "provider": provider,
        "providers": PROVIDERS,
        "fields": FIELDS[provider],
        "field_labels": LABELS,
        "given": given,
        "used": used,
        "address": f"{POOL}/{used.account.id}" if used else POOL,
        "sections": sections_of(request),
        "back": f"{POOL}/{used.account.id}" if used else f"{POOL}/new?provider={provider}",
    }


@get("/admin/conference-accounts/new", policy=ADMIN)
async def show_new_account(request: Asked, provider: TextQuery = "zoom") -> Response[str]:
    chosen = ProviderName(provider) if provider in set(ProviderName) else ProviderName.ZOOM
    given = {"label": "", "provider_user_id": "", "capacity": 1, "daily_limit": 100, "is_enabled": True}
    return page(request, _PAGE, {**_values(request, chosen, given, None), **CLEAN})


@post("/admin/conference-accounts", policy=ADMIN, status_code=HTTPStatus.OK)
async def add_account(request: Asked, data: Form, edit_accounts: Edits) -> Response[Any]:
    given, credentials = _given(data), _credentials(data)
    name = text_of(data, "provider")
    provider = ProviderName(name) if name in set(ProviderName) else ProviderName.ZOOM
    try:
        body = checked(AccountCreation, {"provider": provider.value, **given})
        await edit_accounts.add(body.values(), credentials)
    except Refusals as error:
        return form_again(request, _PAGE, _values(request, provider, given, None), error)
    return led_to(f"{POOL}?done=added")


@get("/admin/conference-accounts/{account_id:str}", policy=ADMIN)
async def show_account(request: Asked, account_id: FromPath[str], conferencing_queries: Reads) -> Response[str]:
    used = await conferencing_queries.account(serial_or(AccountNotFound, account_id))
    return page(request, _PAGE, {**_values(request, used.account.provider, _kept(used), used), **CLEAN})


@post("/admin/conference-accounts/{account_id:str}", policy=ADMIN, status_code=HTTPStatus.OK)
async def change_account(
    request: Asked, account_id: FromPath[str], data: Form, edit_accounts: Edits, conferencing_queries: Reads
) -> Response[Any]:
    """Credentials stay as they are where none are given."""
    key = serial_or(AccountNotFound, account_id)
    used, given, credentials = await conferencing_queries.account(key), _given(data), _credentials(data)
    try:
        await edit_accounts.change(key, checked(AccountChanges, given).values(), credentials or None)
    except Refusals as error:
        values = _values(request, used.account.provider, given, used)
        return form_again(request, _PAGE, values, error)
    return led_to(f"{POOL}?done=saved")


@post("/admin/conference-accounts/{account_id:str}/delete", policy=ADMIN, status_code=HTTPStatus.OK)
async def delete_account(
    request: Asked, account_id: FromPath[str], edit_accounts: Edits, conferencing_queries: Reads
) -> Response[Any]:
    """Past lessons stay in the figures. One that hosts a lesson stays, and is told so."""
    key = serial_or(AccountNotFound, account_id)
    used = await conferencing_queries.account(key)
    try:
        await edit_accounts.delete(key)
    except Refusals as error:
        return form_again(request, _PAGE, _values(request, used.account.provider, _kept(used), used), error)
    return led_to(f"{POOL}?done=deleted")


def _kept(used: AccountInUse) -> dict[str, Any]:
    return {name: getattr(used.account, name) for name in _FIELDS}


def _given(form: dict[str, str | list[str]]) -> dict[str, Any]:
    """As the API takes it; a number that is none stays a text, and is refused."""
    given: dict[str, Any] = {
        "label": line_of(form, "label") or "",
        "provider_user_id": line_of(form, "provider_user_id"),
        "is_enabled": bool(text_of(form, "is_enabled")),
    }
    for name in _NUMBERS:
        text = text_of(form, name).strip()
        given[name] = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
    return given


def _credentials(form: dict[str, str | list[str]]) -> dict[str, str]:
    """Of the fields that are filled."""
    return {name: value for name in LABELS if (value := text_of(form, f"credentials.{name}").strip())}


HANDLERS: Sequence[BaseRouteHandler] = (
    show_new_account,
    add_account,
    show_account,
    change_account,
    delete_account,
)
