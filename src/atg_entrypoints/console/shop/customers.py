"""Customers: the list, and one with what they own, have bought and have asked."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.shop.customers import EditCustomers
from atg_core.shop.ports import CustomerNotFound, PurchaseFilters, ShopFilters
from atg_core.shop.purchases import PurchaseStatus
from atg_core.words import phrase
from atg_entrypoints.console.forms import Form, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.queries import choice_of, query_of
from atg_entrypoints.console.shop.asked import (
    ANSWERS,
    CHANGES_CUSTOMERS,
    LISTS_CUSTOMERS,
    SEES_CUSTOMERS,
    SEES_SALES,
    SHOP,
    Asked,
    Names,
    Pages,
    Queries,
    Short,
    WordsQuery,
    shown,
)
from atg_entrypoints.console.shop.sales import STATUSES
from atg_entrypoints.console.shop.tickets import TICKET_STATUSES
from atg_entrypoints.http.wire import serial_or

CUSTOMERS = f"{SHOP}/customers"
_DONE = {
    "blocked": phrase("The customer can no longer buy, nor see what was bought"),
    "admitted": phrase("The customer can buy again"),
}
_LATEST = 10

Edits = NamedDependency[SkipValidation[EditCustomers]]


@get("/shop/customers", policy=LISTS_CUSTOMERS)
async def show_customers(
    *, request: Asked, shop_queries: Queries, paging: Pages, q: WordsQuery = "", active: Short = ""
) -> Response[str]:
    filters = ShopFilters(q=q.strip() or None, is_active=choice_of(active))
    people, total = await shop_queries.customers(filters, limit=paging.size, offset=paging.offset)
    query = query_of({"q": q.strip(), "active": filters.is_active})
    values = {"found": paging.of(people, total), "q": q, "active": filters.is_active, "query": query}
    return page(request, "shop/customers", shown(request, "customers", **values))


@get("/shop/customers/{user_id:str}", policy=SEES_CUSTOMERS)
async def show_customer_here(
    *,
    request: Asked,
    user_id: FromPath[str],
    shop_queries: Queries,
    shop_name_queries: Names,
    paging: Pages,
    done: Short = "",
) -> Response[str]:
    """`page` turns what the customer owns; of purchases and tickets the latest are shown."""
    customer = await shop_queries.customer(serial_or(CustomerNotFound, user_id))
    own = PurchaseFilters(user_id=customer.id, status=PurchaseStatus.COMPLETED)
    owned, total = await shop_queries.all_purchases(own, limit=paging.size, offset=paging.offset)
    others, tried = await shop_queries.all_purchases(PurchaseFilters(user_id=customer.id), limit=_LATEST, offset=0)
    tickets, asked = await shop_queries.tickets(ShopFilters(user_id=customer.id), limit=_LATEST, offset=0)
    values = {
        "customer": customer,
        "owned": paging.of(owned, total),
        "latest": others,
        "tried": tried,
        "tickets": tickets,
        "asked": asked,
        "names": await shop_name_queries.names([], {each.item for each in (*owned, *others)}),
        "statuses": STATUSES,
        "ticket_statuses": TICKET_STATUSES,
        "may_change": request.user.role in CHANGES_CUSTOMERS.roles,
        "sees_sales": request.user.role in SEES_SALES.roles,
        "lists": request.user.role in LISTS_CUSTOMERS.roles,
        "answers": request.user.role in ANSWERS.roles,
    }
    return page(request, "shop/customer", shown(request, "customers", **values) | {"done": _DONE.get(done)})


@post("/shop/customers/{user_id:str}", policy=CHANGES_CUSTOMERS, status_code=HTTPStatus.OK)
async def admit_customer(data: Form, user_id: FromPath[str], edit_customers: Edits) -> Response[Any]:
    is_active = text_of(data, "active") == "true"
    customer = await edit_customers.change(serial_or(CustomerNotFound, user_id), {"is_active": is_active})
    return led_to(f"{CUSTOMERS}/{customer.id}?done={'admitted' if is_active else 'blocked'}")


HANDLERS: Sequence[BaseRouteHandler] = (show_customers, show_customer_here, admit_customer)
