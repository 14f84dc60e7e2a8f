"""The shop's customers, what they own, and what they ask."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.errors import Forbidden, Invalid
from atg_core.store.keeping import KeepCustomers, KeepTickets
from atg_core.store.model import TicketStatus
from atg_core.store.ports import CustomerNotFound, Shop, TicketNotFound, Wanted
from atg_core.store.support import AnswerTicket
from atg_entrypoints.http.policy import ADMIN_OR_SERVICE, CUSTOMER
from atg_entrypoints.http.shop_wire import (
    Access,
    CustomerChanges,
    CustomerCreation,
    CustomerRow,
    PurchaseRow,
    TicketChanges,
    TicketCreation,
    TicketRow,
)
from atg_entrypoints.http.shopper import shopper_of
from atg_entrypoints.http.wire import NO_NUL, Page, Paging, named, serial_or, to_wire

_TAGS, _SUPPORT = ["shop, customers"], ["shop, support"]

Reads = NamedDependency[SkipValidation[Shop]]
Pages = NamedDependency[SkipValidation[Paging]]
CallOf = Request[Any, Any, Any]


@post(
    "/api/users",
    policy=ADMIN_OR_SERVICE,
    tags=_TAGS,
    summary="The customer of a Telegram account",
    instead={200: ResponseSpec(CustomerRow, generate_examples=False, description="The account was there")},
)
async def meet_customer(
    data: JSONBody[CustomerCreation], keep_customers: NamedDependency[SkipValidation[KeepCustomers]]
) -> Response[CustomerRow]:
    """201 at the first contact, 200 and the customer as they are at any further one."""
    values = named(data)
    customer, made = await keep_customers.meet(values.pop("telegram_id"), values)
    return Response(to_wire(customer, CustomerRow), status_code=201 if made else 200)


@get("/api/users", policy=ADMIN_OR_SERVICE, tags=_TAGS, summary="Customers", also={400})
async def list_customers(
    shop: Reads,
    paging: Pages,
    is_active: Annotated[bool | None, QueryParameter(name="is_active")] = None,
    q: Annotated[str | None, QueryParameter(name="q", max_length=200, pattern=NO_NUL)] = None,
) -> Page[CustomerRow]:
    found, total = await shop.customers(Wanted(is_active=is_active, q=q), limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[CustomerRow]), total)


@get("/api/users/{user_id:str}", policy=CUSTOMER, tags=_TAGS, summary="A customer")
async def show_customer(request: CallOf, user_id: FromPath[str], shop: Reads) -> CustomerRow:
    own = shopper_of(request).require_own(serial_or(CustomerNotFound, user_id))
    return to_wire(await shop.customer(own), CustomerRow)


@put("/api/users/{user_id:str}", policy=CUSTOMER, tags=_TAGS, summary="Change a customer", also={403})
async def change_customer(
    request: CallOf,
    user_id: FromPath[str],
    data: JSONBody[CustomerChanges],
    keep_customers: NamedDependency[SkipValidation[KeepCustomers]],
) -> CustomerRow:
    shopper, values = shopper_of(request), named(data)
    own = shopper.require_own(serial_or(CustomerNotFound, user_id))
    if "is_active" in values and not shopper.is_staff:
        raise Forbidden
    return to_wire(await keep_customers.change(own, values), CustomerRow)


@get("/api/users/{user_id:str}/purchases", policy=CUSTOMER, tags=_TAGS, summary="A customer's purchases", also={400})
async def list_purchases(request: CallOf, user_id: FromPath[str], shop: Reads, paging: Pages) -> Page[PurchaseRow]:
    own = shopper_of(request).require_own(serial_or(CustomerNotFound, user_id))
    found, total = await shop.purchases(own, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[PurchaseRow]), total)


@get(
    "/api/users/{user_id:str}/access",
    policy=CUSTOMER,
    tags=_TAGS,
    summary="May a customer read a lesson",
    also={400},
    needs={"lesson_id"},
)
async def show_access(
    request: CallOf,
    user_id: FromPath[str],
    shop: Reads,
    lesson_id: Annotated[int | None, QueryParameter(name="lesson_id", ge=1, le=2**31 - 1)] = None,
) -> Access:
    own = shopper_of(request).require_own(serial_or(CustomerNotFound, user_id))
    if lesson_id is None:
        raise Invalid("lesson_id is required", field="lesson_id")
    await shop.customer(own)
    via = (await shop.accesses(own, [lesson_id])).get(lesson_id)
    if via is None:
        await shop.lesson(lesson_id)
    return Access(has_access=via is not None, via=via)


@post("/api/support-tickets", policy=CUSTOMER, tags=_SUPPORT, summary="Ask support", also={404})
async def add_ticket(
    request: CallOf, data: JSONBody[TicketCreation], keep_tickets: NamedDependency[SkipValidation[KeepTickets]]
) -> TicketRow:
    shopper = shopper_of(request)
    user_id = data.user_id if data.user_id is not None else shopper.customer_id
    if user_id is None:
        raise Invalid("user_id is required", field="user_id")
    own = shopper.require_own(user_id)
    return to_wire(await keep_tickets.add(own, data.subject, data.message), TicketRow)


@get("/api/support-tickets", policy=CUSTOMER, tags=_SUPPORT, summary="Questions to support", also={400})
async def list_tickets(
    request: CallOf,
    shop: Reads,
    paging: Pages,
    status: Annotated[TicketStatus | None, QueryParameter(name="status")] = None,
    user_id: Annotated[int | None, QueryParameter(name="user_id", ge=1, le=2**31 - 1)] = None,
) -> Page[TicketRow]:
    """A customer sees their own."""
    shopper = shopper_of(request)
    whose = user_id if shopper.is_staff else shopper.customer_id
    found, total = await shop.tickets(Wanted(status=status, user_id=whose), limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[TicketRow]), total)


@get("/api/support-tickets/{ticket_id:str}", policy=CUSTOMER, tags=_SUPPORT, summary="A question to support")
async def show_ticket(request: CallOf, ticket_id: FromPath[str], shop: Reads) -> TicketRow:
    ticket = await shop.ticket(serial_or(TicketNotFound, ticket_id))
    shopper = shopper_of(request)
    if not shopper.is_staff and ticket.user_id != shopper.customer_id:
        raise TicketNotFound
    return to_wire(ticket, TicketRow)


@put("/api/support-tickets/{ticket_id:str}", policy=ADMIN_OR_SERVICE, tags=_SUPPORT, summary="Answer a question")
async def answer_ticket(
    ticket_id: FromPath[str],
    data: JSONBody[TicketChanges],
    answer_ticket: NamedDependency[SkipValidation[AnswerTicket]],
) -> TicketRow:
    return to_wire(await answer_ticket(serial_or(TicketNotFound, ticket_id), named(data)), TicketRow)


HANDLERS: Sequence[BaseRouteHandler] = (
    meet_customer,
    list_customers,
    show_customer,
    change_customer,
    list_purchases,
    show_access,
    add_ticket,
    list_tickets,
    show_ticket,
    answer_ticket,
)
