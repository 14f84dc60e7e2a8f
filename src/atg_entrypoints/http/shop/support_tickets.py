"""Support tickets of the shop's customers."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.errors import Invalid
from atg_core.shop.model import Ticket, TicketStatus
from atg_core.shop.ports import ShopFilters, ShopQueries, TicketNotFound
from atg_core.shop.support_tickets import AddToTicket, AnswerTicket, CreateTicket
from atg_entrypoints.http.policy import CUSTOMER_OR_SUPPORT, TICKETS_OR_SERVICE
from atg_entrypoints.http.shop.shopper import shopper_of
from atg_entrypoints.http.shop.wire import (
    TicketChanges,
    TicketCreation,
    TicketMessageCreation,
    TicketMessageRow,
    TicketRow,
)
from atg_entrypoints.http.wire import Page, Paging, present_fields, serial_or, to_wire

_TAGS = ["shop, support"]
_THREAD = "/api/support-tickets/{ticket_id:str}/messages"

Queries = NamedDependency[SkipValidation[ShopQueries]]
Pages = NamedDependency[SkipValidation[Paging]]
CallOf = Request[Any, Any, Any]


@post("/api/support-tickets", policy=CUSTOMER_OR_SUPPORT, tags=_TAGS, summary="Create a support ticket", also={404})
async def add_ticket(
    request: CallOf, data: JSONBody[TicketCreation], create_ticket: NamedDependency[SkipValidation[CreateTicket]]
) -> TicketRow:
    shopper = shopper_of(request)
    user_id = data.user_id if data.user_id is not None else shopper.customer_id
    if user_id is None:
        raise Invalid("is required", field="user_id", code="required")
    own = shopper.require_own(user_id)
    return to_wire(await create_ticket(own, data.subject, data.message), TicketRow)


@get("/api/support-tickets", policy=CUSTOMER_OR_SUPPORT, tags=_TAGS, summary="Support tickets", also={400})
async def list_tickets(
    request: CallOf,
    shop_queries: Queries,
    paging: Pages,
    status: Annotated[TicketStatus | None, QueryParameter(name="status")] = None,
    user_id: Annotated[int | None, QueryParameter(name="user_id", ge=1, le=2**31 - 1)] = None,
) -> Page[TicketRow]:
    """Customers see their own."""
    shopper = shopper_of(request)
    whose = user_id if shopper.is_staff else shopper.customer_id
    found, total = await shop_queries.tickets(
        ShopFilters(status=status, user_id=whose), limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[TicketRow]), total)


@get("/api/support-tickets/{ticket_id:str}", policy=CUSTOMER_OR_SUPPORT, tags=_TAGS, summary="A support ticket")
async def show_ticket(request: CallOf, ticket_id: FromPath[str], shop_queries: Queries) -> TicketRow:
    return to_wire(await _own(request, ticket_id, shop_queries), TicketRow)


@get(_THREAD, policy=CUSTOMER_OR_SUPPORT, tags=_TAGS, summary="What was said in a support ticket", also={400})
async def list_ticket_messages(
    request: CallOf, ticket_id: FromPath[str], shop_queries: Queries, paging: Pages
) -> Page[TicketMessageRow]:
    """Newest first: the words of the customer, of which the ticket has the first, and every answer."""
    ticket = await _own(request, ticket_id, shop_queries)
    said, total = await shop_queries.ticket_messages(ticket.id, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(said, list[TicketMessageRow]), total)


@post(_THREAD, policy=CUSTOMER_OR_SUPPORT, tags=_TAGS, summary="Add to a support ticket", also={409})
async def add_ticket_message(
    request: CallOf,
    ticket_id: FromPath[str],
    data: JSONBody[TicketMessageCreation],
    add_to_ticket: NamedDependency[SkipValidation[AddToTicket]],
) -> TicketMessageRow:
    """Further words of the customer; the ticket is open then. A closed one stays closed."""
    shopper = shopper_of(request)
    customer = None if shopper.is_staff else shopper.customer_id
    said = await add_to_ticket(serial_or(TicketNotFound, ticket_id), data.text, of=customer)
    return to_wire(said, TicketMessageRow)


async def _own(request: CallOf, ticket_id: str, queries: ShopQueries) -> Ticket:
    """Raises TicketNotFound for another's, unless staff asks."""
    ticket = await queries.ticket(serial_or(TicketNotFound, ticket_id))
    shopper = shopper_of(request)
    if not shopper.is_staff and ticket.user_id != shopper.customer_id:
        raise TicketNotFound
    return ticket


@put(
    "/api/support-tickets/{ticket_id:str}",
    policy=TICKETS_OR_SERVICE,
    tags=_TAGS,
    summary="Change or answer a support ticket",
)
async def answer_ticket(
    ticket_id: FromPath[str],
    data: JSONBody[TicketChanges],
    answer_ticket: NamedDependency[SkipValidation[AnswerTicket]],
) -> TicketRow:
    return to_wire(await answer_ticket(serial_or(TicketNotFound, ticket_id), present_fields(data)), TicketRow)


HANDLERS: Sequence[BaseRouteHandler] = (
    add_ticket,
    list_tickets,
    show_ticket,
    list_ticket_messages,
    add_ticket_message,
    answer_ticket,
)
