"""What the shop has sold: sums by day and by item, purchases, and refunding one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.errors import Invalid
from atg_core.shop.model import Item
from atg_core.shop.ports import PurchaseFilters, PurchaseNotFound, ShopQueries
from atg_core.shop.purchases import PurchaseStatus
from atg_core.shop.refunds import RefundPurchase
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Refusals, form_again
from atg_entrypoints.console.pages import led_to, message_of, page
from atg_entrypoints.console.queries import day_of, query_of, serial_of
from atg_entrypoints.console.shop.asked import (
    REFUNDS,
    SEES_SALES,
    SHOP,
    Asked,
    KnowsSettings,
    KnowsTime,
    Names,
    Pages,
    Queries,
    Short,
    shown,
)
from atg_entrypoints.http.days import days_of, period_of
from atg_entrypoints.http.wire import serial_or
from atg_entrypoints.settings import Settings

PURCHASES = f"{SHOP}/purchases"
_DONE = {"refunded": phrase("The purchase is refunded: the customer no longer has access, and gets the Stars back")}
STATUSES = {
    PurchaseStatus.PENDING: phrase("Not paid yet"),
    PurchaseStatus.COMPLETED: phrase("Paid"),
    PurchaseStatus.FAILED: phrase("Not paid"),
    PurchaseStatus.REFUNDED: phrase("Refunded"),
}

Refunding = NamedDependency[SkipValidation[RefundPurchase]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The filters of an address; `given`: as they stand in it."""

    filters: PurchaseFilters
    first: date | None
    last: date | None
    given: Mapping[str, object]

    def of(self, settings: Settings) -> PurchaseFilters:
        """With the period. Raises Invalid."""
        since, until = period_of(self.first, self.last, settings.zone)
        return replace(self.filters, since=since, until=until)


def wanted_by(query: Mapping[str, str]) -> Wanted:
    status = query.get("status", "")
    filters = PurchaseFilters(
        user_id=serial_of(query.get("user_id", "")),
        lesson_id=serial_of(query.get("lesson_id", "")),
        course_id=serial_of(query.get("course_id", "")),
        status=PurchaseStatus(status) if status in set(PurchaseStatus) else None,
    )
    first, last = day_of(query.get("from", "")), day_of(query.get("to", ""))
    given = {name: getattr(filters, name) for name in ("user_id", "lesson_id", "course_id", "status")}
    return Wanted(filters=filters, first=first, last=last, given={"from": first, "to": last, **given})


@get("/shop", policy=SEES_SALES)
async def show_sales(
    request: Asked, shop_queries: Queries, clock: KnowsTime, settings: KnowsSettings, paging: Pages
) -> Response[str]:
    """Of what was paid; by default the latest thirty days. `page` turns the days."""
    wanted, fault = wanted_by(request.query_params), ""
    try:
        days = days_of(wanted.first, wanted.last, clock(), settings.zone)
    except Invalid as error:
        fault = message_of(request, error.faults[0])
        days = days_of(None, None, clock(), settings.zone)
    paid = PurchaseFilters(status=PurchaseStatus.COMPLETED)
    since, until = period_of(days.first, days.last, settings.zone)
    within = replace(paid, since=since, until=until)
    by_day = await shop_queries.sales_by_day(paid, days.bounds(0, days.number))
    by_item, items = await shop_queries.sales_by_item(within, limit=paging.size, offset=paging.offset)
    values = {
        "days": by_day,
        "amount": sum(each.amount for each in by_day),
        "purchases": sum(each.purchases for each in by_day),
        "found": paging.of(by_item, items),
        "first": days.first,
        "last": days.last,
        "query": query_of({"from": days.first, "to": days.last}),
        "fault": fault,
    }
    return page(request, "shop/sales", shown(request, "sales", **values))


@get("/shop/purchases", policy=SEES_SALES)
async def show_purchases(
    *,
    request: Asked,
    shop_queries: Queries,
    shop_name_queries: Names,
    settings: KnowsSettings,
    paging: Pages,
    done: Short = "",
) -> Response[str]:
    wanted, fault = wanted_by(request.query_params), ""
    try:
        filters = wanted.of(settings)
    except Invalid as error:
        filters, fault = wanted.filters, message_of(request, error.faults[0])
    bought, total = await shop_queries.all_purchases(filters, limit=paging.size, offset=paging.offset)
    item = _item(filters)
    names = await shop_name_queries.names(
        {each.user_id for each in bought} | ({filters.user_id} if filters.user_id else set()),
        {each.item for each in bought} | ({item} if item else set()),
    )
    values = {
        "found": paging.of(bought, total),
        "names": names,
        "item": item,
        "wanted": wanted,
        "statuses": STATUSES,
        "query": query_of(wanted.given),
        "fault": fault,
        "may_refund": request.user.role in REFUNDS.roles,
    }
    return page(request, "shop/purchases", shown(request, "purchases", **values) | {"done": _DONE.get(done)})


def _item(filters: PurchaseFilters) -> Item | None:
    if filters.lesson_id is None and filters.course_id is None:
        return None
    return Item(lesson_id=filters.lesson_id, course_id=filters.course_id)


@get("/shop/purchases/{purchase_id:str}/refund", policy=REFUNDS)
async def ask_refund(
    request: Asked, purchase_id: FromPath[str], shop_queries: Queries, shop_name_queries: Names
) -> Response[str]:
    values = await _about(request, shop_queries, shop_name_queries, purchase_id)
    return page(request, "shop/refund", {**values, **CLEAN})


@post("/shop/purchases/{purchase_id:str}/refund", policy=REFUNDS, status_code=HTTPStatus.OK)
async def refund(
    request: Asked,
    purchase_id: FromPath[str],
    refund_purchase: Refunding,
    shop_queries: Queries,
    shop_name_queries: Names,
) -> Response[Any]:
    try:
        refunded = await refund_purchase(serial_or(PurchaseNotFound, purchase_id))
    except Refusals as error:
        values = await _about(request, shop_queries, shop_name_queries, purchase_id)
        return form_again(request, "shop/refund", values, error)
    return led_to(f"{PURCHASES}?user_id={refunded.user_id}&done=refunded")


async def _about(request: Asked, queries: ShopQueries, names: Names, purchase_id: str) -> dict[str, Any]:
    purchase = await queries.purchase(serial_or(PurchaseNotFound, purchase_id))
    found = await names.names([purchase.user_id], [purchase.item])
    return shown(request, "purchases", purchase=purchase, names=found, back=PURCHASES)


HANDLERS: Sequence[BaseRouteHandler] = (show_sales, show_purchases, ask_refund, refund)
