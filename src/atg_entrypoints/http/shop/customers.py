"""Customers of the shop, their purchases and their access to lessons."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.errors import Forbidden, Invalid
from atg_core.shop.customers import EditCustomers
from atg_core.shop.ports import CustomerNotFound, ShopFilters, ShopQueries
from atg_entrypoints.http.policy import CUSTOMER, CUSTOMER_OR_SUPPORT, SHOP_OR_SERVICE
from atg_entrypoints.http.shop.shopper import shopper_of
from atg_entrypoints.http.shop.wire import (
    Access,
    CustomerChanges,
    CustomerCreation,
    CustomerRow,
    PurchaseRow,
)
from atg_entrypoints.http.wire import NO_NUL, Page, Paging, present_fields, serial_or, to_wire

_TAGS = ["shop, customers"]

Queries = NamedDependency[SkipValidation[ShopQueries]]
Pages = NamedDependency[SkipValidation[Paging]]
CallOf = Request[Any, Any, Any]


@post(
    "/api/users",
    policy=SHOP_OR_SERVICE,
    tags=_TAGS,
    summary="Register the customer of a Telegram account",
    instead={200: ResponseSpec(CustomerRow, generate_examples=False, description="The customer was registered before")},
)
async def meet_customer(
    data: JSONBody[CustomerCreation], edit_customers: NamedDependency[SkipValidation[EditCustomers]]
) -> Response[CustomerRow]:
    """201 at the first contact, 200 and the customer unchanged after that."""
    values = _values(data)
    customer, made = await edit_customers.register(values.pop("telegram_id"), values)
    return Response(to_wire(customer, CustomerRow), status_code=201 if made else 200)


@get("/api/users", policy=SHOP_OR_SERVICE, tags=_TAGS, summary="Customers", also={400})
async def list_customers(
    shop_queries: Queries,
    paging: Pages,
    is_active: Annotated[bool | None, QueryParameter(name="is_active")] = None,
    q: Annotated[str | None, QueryParameter(name="q", max_length=200, pattern=NO_NUL)] = None,
) -> Page[CustomerRow]:
    found, total = await shop_queries.customers(
        ShopFilters(is_active=is_active, q=q), limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[CustomerRow]), total)


@get("/api/users/{user_id:str}", policy=CUSTOMER_OR_SUPPORT, tags=_TAGS, summary="A customer")
async def show_customer(request: CallOf, user_id: FromPath[str], shop_queries: Queries) -> CustomerRow:
    own = shopper_of(request).require_own(serial_or(CustomerNotFound, user_id))
    return to_wire(await shop_queries.customer(own), CustomerRow)


@put("/api/users/{user_id:str}", policy=CUSTOMER, tags=_TAGS, summary="Change a customer", also={403})
async def change_customer(
    request: CallOf,
    user_id: FromPath[str],
    data: JSONBody[CustomerChanges],
    edit_customers: NamedDependency[SkipValidation[EditCustomers]],
) -> CustomerRow:
    shopper, values = shopper_of(request), _values(data)
    own = shopper.require_own(serial_or(CustomerNotFound, user_id))
    if "is_active" in values and not shopper.is_staff:
        raise Forbidden
    return to_wire(await edit_customers.change(own, values), CustomerRow)


@get(
    "/api/users/{user_id:str}/purchases",
    policy=CUSTOMER_OR_SUPPORT,
    tags=_TAGS,
    summary="A customer's purchases",
    also={400},
)
async def list_purchases(
    request: CallOf, user_id: FromPath[str], shop_queries: Queries, paging: Pages
) -> Page[PurchaseRow]:
    own = shopper_of(request).require_own(serial_or(CustomerNotFound, user_id))
    found, total = await shop_queries.purchases(own, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[PurchaseRow]), total)


@get(
    "/api/users/{user_id:str}/access",
    policy=CUSTOMER_OR_SUPPORT,
    tags=_TAGS,
    summary="Whether a customer has access to a lesson",
    also={400},
    needs={"lesson_id"},
)
async def show_access(
    request: CallOf,
    user_id: FromPath[str],
    shop_queries: Queries,
    lesson_id: Annotated[int | None, QueryParameter(name="lesson_id", ge=1, le=2**31 - 1)] = None,
) -> Access:
    own = shopper_of(request).require_own(serial_or(CustomerNotFound, user_id))
    if lesson_id is None:
        raise Invalid("is required", field="lesson_id", code="required")
    await shop_queries.customer(own)
    via = (await shop_queries.accesses(own, [lesson_id])).get(lesson_id)
    if via is None:
        await shop_queries.lesson(lesson_id)
    return Access(has_access=via is not None, via=via)


def _values(body: CustomerCreation | CustomerChanges) -> dict[str, Any]:
    values = present_fields(body)
    return {**values, "language_code": values["language_code"] or "en"} if "language_code" in values else values


HANDLERS: Sequence[BaseRouteHandler] = (
    meet_customer,
    list_customers,
    show_customer,
    change_customer,
    list_purchases,
    show_access,
)
