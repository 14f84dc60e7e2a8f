"""Promo codes: the list, adding one, changing it, its uses, and deleting it."""

from collections.abc import Sequence
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation
from msgspec import Struct

from atg_core.shop.ports import PromoCodeNotFound, PurchaseFilters, ShopQueries
from atg_core.shop.pricing import PromoCode, Refusal
from atg_core.shop.promo_codes import EditPromoCodes
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, number_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.shop.asked import (
    GIVES_CODES,
    SHOP,
    Asked,
    KnowsSettings,
    KnowsTime,
    Names,
    Pages,
    Queries,
    Sent,
    Short,
    is_on,
    shown,
)
from atg_entrypoints.console.shop.sales import STATUSES
from atg_entrypoints.http.days import begin_of
from atg_entrypoints.http.shop.promo_codes import Percent, Uses
from atg_entrypoints.http.shop.wire import Code, Stars
from atg_entrypoints.http.wire import Paging, serial_or

CODES = f"{SHOP}/promo-codes"
_PAGE = "shop/promo_code"
_DONE = {"saved": phrase("Saved"), "added": phrase("The code is added"), "deleted": phrase("The code is deleted")}
_STATES = {
    Refusal.INACTIVE: phrase("Switched off"),
    Refusal.EXPIRED: phrase("Expired"),
    Refusal.EXHAUSTED: phrase("Used up"),
    None: phrase("Can be used"),
}
_LINES = ("code", "discount_percent", "discount_amount", "max_uses", "last_day")
_NEW = {**dict.fromkeys(_LINES, ""), "is_active": True}

Edits = NamedDependency[SkipValidation[EditPromoCodes]]


class CodeForm(Struct, frozen=True, kw_only=True):
    """As the body of the API, but for the last day on which the code can be used."""

    code: Code
    discount_percent: Percent = 0
    discount_amount: Stars | None = None
    max_uses: Uses | None = None
    is_active: bool = True
    last_day: date | None = None


@get("/shop/promo-codes", policy=GIVES_CODES)
async def show_codes(
    *,
    request: Asked,
    shop_queries: Queries,
    paging: Pages,
    clock: KnowsTime,
    settings: KnowsSettings,
    done: Short = "",
) -> Response[str]:
    codes, total = await shop_queries.codes(limit=paging.size, offset=paging.offset)
    now = clock()
    rows = [(each, _STATES[each.refusal(now)], _last_day(each, settings.zone)) for each in codes]
    values = {"found": paging.of(rows, total), "usable": _STATES[None]}
    return page(request, "shop/promo_codes", shown(request, "promo_codes", **values) | {"done": _DONE.get(done)})


@get("/shop/promo-codes/new", policy=GIVES_CODES)
async def show_new_code(request: Asked) -> Response[str]:
    return page(request, _PAGE, {**shown(request, "promo_codes", code=None, given=_NEW), **CLEAN})


@post("/shop/promo-codes/new", policy=GIVES_CODES, status_code=HTTPStatus.OK)
async def add_code_here(request: Asked, data: Form, edit_promo_codes: Edits, settings: KnowsSettings) -> Response[Any]:
    try:
        added = await edit_promo_codes.add(_values(data, settings.zone))
    except Refusals as error:
        return form_again(request, _PAGE, shown(request, "promo_codes", code=None, given=_as_given(data)), error)
    return led_to(f"{CODES}/{added.id}?done=added")


@get("/shop/promo-codes/{code_id:str}", policy=GIVES_CODES)
async def show_code_here(
    *,
    request: Asked,
    code_id: FromPath[str],
    shop_queries: Queries,
    shop_name_queries: Names,
    settings: KnowsSettings,
    paging: Pages,
    done: Short = "",
) -> Response[str]:
    key = serial_or(PromoCodeNotFound, code_id)
    values = await _shown(request, shop_queries, shop_name_queries, key, paging, zone=settings.zone)
    return page(request, _PAGE, {**values, **CLEAN, "done": _DONE.get(done)})


@post("/shop/promo-codes/{code_id:str}", policy=GIVES_CODES, status_code=HTTPStatus.OK)
async def change_code_here(
    *,
    request: Asked,
    data: Form,
    code_id: FromPath[str],
    edit_promo_codes: Edits,
    shop_queries: Queries,
    shop_name_queries: Names,
    settings: KnowsSettings,
    paging: Pages,
) -> Response[Any]:
    """A moment within a day at which a code ends is kept while the day stays."""
    key = serial_or(PromoCodeNotFound, code_id)
    try:
        values = _values(data, settings.zone)
        if text_of(data, "last_day") == text_of(data, "kept_day"):
            del values["expires_at"]
        await edit_promo_codes.change(key, values)
    except Refusals as error:
        kept = await _shown(request, shop_queries, shop_name_queries, key, paging, zone=settings.zone)
        return form_again(request, _PAGE, {**kept, "given": _as_given(data), "back": f"{CODES}/{key}"}, error)
    return led_to(f"{CODES}/{key}?done=saved")


@post("/shop/promo-codes/{code_id:str}/delete", policy=GIVES_CODES, status_code=HTTPStatus.OK)
async def delete_code_here(code_id: FromPath[str], edit_promo_codes: Edits) -> Response[Any]:
    """Purchases keep its name."""
    await edit_promo_codes.delete(serial_or(PromoCodeNotFound, code_id))
    return led_to(f"{CODES}?done=deleted")


async def _shown(
    request: Asked, queries: ShopQueries, names: Names, key: int, paging: Paging, *, zone: ZoneInfo
) -> dict[str, Any]:
    code = await queries.code(key)
    uses, total = await queries.all_purchases(
        PurchaseFilters(promo_code_id=key), limit=paging.size, offset=paging.offset
    )
    last_day = _last_day(code, zone)
    given = {name: getattr(code, name) for name in ("code", "discount_percent", "discount_amount", "max_uses")}
    told = {name: "" if value is None else str(value) for name, value in given.items()}
    values = {
        "code": code,
        "given": {**told, "is_active": code.is_active, "last_day": last_day.isoformat() if last_day else ""},
        "uses": paging.of(uses, total),
        "names": await names.names({each.user_id for each in uses}, {each.item for each in uses}),
        "statuses": STATUSES,
        "kept_day": last_day.isoformat() if last_day else "",
    }
    return shown(request, "promo_codes", **values)


def _last_day(code: PromoCode, zone: ZoneInfo) -> date | None:
    return (code.expires_at - timedelta(microseconds=1)).astimezone(zone).date() if code.expires_at else None


def _values(form: Sent, zone: ZoneInfo) -> dict[str, Any]:
    """Raises Invalid."""
    body = {
        "code": line_of(form, "code") or "",
        "discount_percent": number_of(text_of(form, "discount_percent")) or 0,
        "discount_amount": number_of(text_of(form, "discount_amount")),
        "max_uses": number_of(text_of(form, "max_uses")),
        "is_active": is_on(form, "is_active"),
        "last_day": line_of(form, "last_day"),
    }
    code = checked(CodeForm, body)
    values = {name: getattr(code, name) for name in code.__struct_fields__ if name != "last_day"}
    return {**values, "expires_at": _end_of(code.last_day, zone)}


def _end_of(day: date | None, zone: ZoneInfo) -> Any:
    """None also for the last day that a calendar has: a code for ever."""
    try:
        return begin_of(day + timedelta(days=1), zone) if day else None
    except OverflowError:
        return None


def _as_given(form: Sent) -> dict[str, Any]:
    return {**{name: text_of(form, name) for name in _LINES}, "is_active": is_on(form, "is_active")}


HANDLERS: Sequence[BaseRouteHandler] = (
    show_codes,
    show_new_code,
    add_code_here,
    show_code_here,
    change_code_here,
    delete_code_here,
)
