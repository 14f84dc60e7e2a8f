"""Support tickets of the shop's customers."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.errors import Invalid
from atg_core.shop.model import TicketStatus
from atg_core.shop.ports import ShopFilters, ShopQueries, TicketNotFound
from atg_core.shop.support_tickets import AnswerTicket, CreateTicket
from atg_entrypoints.http.policy import ADMIN_OR_SERVICE, CUSTOMER
from atg_entrypoints.http.shop.shopper import shopper_of
from atg_entrypoints.http.shop.wire import (
    TicketChanges,
    TicketCreation,
    TicketRow,
)
from atg_entrypoints.http.wire import Page, Paging, present_fields, serial_or, to_wire

_TAGS = ["shop, support"]

Queries = NamedDependency[SkipValidation[ShopQueries]]
Pages = NamedDependency[SkipValidation[Paging]]
CallOf = Request[Any, Any, Any]


@post("/api/support-tickets", policy=CUSTOMER, tags=_TAGS, summary="Create a support ticket", also={404})
async def add_ticket(
    request: CallOf, data: JSONBody[TicketCreation], create_ticket: NamedDependency[SkipValidation[CreateTicket]]
) -> TicketRow:
    shopper = shopper_of(request)
    user_id = data.user_id if data.user_id is not None else shopper.customer_id
    if user_id is None:
        raise Invalid("is required", field="user_id", code="required")
    own = shopper.require_own(user_id)
    return to_wire(await create_ticket(own, data.subject, data.message), TicketRow)


@get("/api/support-tickets", policy=CUSTOMER, tags=_TAGS, summary="Support tickets", also={400})
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


@get("/api/support-tickets/{ticket_id:str}", policy=CUSTOMER, tags=_TAGS, summary="A support ticket")
async def show_ticket(request: CallOf, ticket_id: FromPath[str], shop_queries: Queries) -> TicketRow:
    ticket = await shop_queries.ticket(serial_or(TicketNotFound, ticket_id))
    shopper = shopper_of(request)
    if not shopper.is_staff and ticket.user_id != shopper.customer_id:
        raise TicketNotFound
    return to_wire(ticket, TicketRow)


@put(
    "/api/support-tickets/{ticket_id:str}",
    policy=ADMIN_OR_SERVICE,
    tags=_TAGS,
    summary="Change or answer a support ticket",
)
async def answer_ticket(
    ticket_id: FromPath[str],
    data: JSONBody[TicketChanges],
    answer_ticket: NamedDependency[SkipValidation[AnswerTicket]],
) -> TicketRow:
    return to_wire(await answer_ticket(serial_or(TicketNotFound, ticket_id), present_fields(data)), TicketRow)


HANDLERS: Sequence[BaseRouteHandler] = (add_ticket, list_tickets, show_ticket, answer_ticket)
