"""Support tickets: the list, and one as a thread, to be answered and closed."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.shop.model import TicketStatus
from atg_core.shop.ports import ShopFilters, ShopQueries, TicketNotFound
from atg_core.shop.support_tickets import AnswerTicket
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.queries import query_of, serial_of
from atg_entrypoints.console.shop.asked import ANSWERS, SHOP, Asked, Names, Pages, Queries, Short, is_on, shown
from atg_entrypoints.http.shop.wire import TicketChanges
from atg_entrypoints.http.wire import Paging, present_fields, serial_or

TICKETS = f"{SHOP}/tickets"
TICKET_STATUSES = {
    TicketStatus.OPEN: phrase("Waits for an answer"),
    TicketStatus.IN_PROGRESS: phrase("In progress"),
    TicketStatus.CLOSED: phrase("Dealt with"),
}
_PAGE = "shop/ticket"
_DONE = {
    "answered": phrase("The answer goes to the customer by Telegram"),
    "closed": phrase("The ticket is closed"),
    "opened": phrase("The ticket is open again"),
}
_CHANGES = {"closed": TicketStatus.CLOSED, "opened": TicketStatus.IN_PROGRESS}

Answers = NamedDependency[SkipValidation[AnswerTicket]]


@get("/shop/tickets", policy=ANSWERS)
async def show_tickets(
    *,
    request: Asked,
    shop_queries: Queries,
    shop_name_queries: Names,
    paging: Pages,
    status: Short = "",
    user_id: Short = "",
) -> Response[str]:
    """Those that wait, if nothing else is asked for; with a customer all of theirs."""
    customer = serial_of(user_id)
    chosen = TicketStatus(status) if status in set(TicketStatus) else None
    if not status and customer is None:
        chosen = TicketStatus.OPEN
    filters = ShopFilters(status=chosen, user_id=customer)
    tickets, total = await shop_queries.tickets(filters, limit=paging.size, offset=paging.offset)
    people = {each.user_id for each in tickets} | ({customer} if customer is not None else set())
    values = {
        "found": paging.of(tickets, total),
        "names": await shop_name_queries.names(people),
        "chosen": chosen,
        "customer": customer,
        "statuses": TICKET_STATUSES,
        "query": query_of({"status": chosen or "any", "user_id": customer}),
    }
    return page(request, "shop/tickets", shown(request, "tickets", **values))


@get("/shop/tickets/{ticket_id:str}", policy=ANSWERS)
async def show_ticket_here(
    *,
    request: Asked,
    ticket_id: FromPath[str],
    shop_queries: Queries,
    shop_name_queries: Names,
    paging: Pages,
    done: Short = "",
) -> Response[str]:
    """`page` goes back in the thread, whose latest words come first to be seen."""
    key = serial_or(TicketNotFound, ticket_id)
    values = await _values(request, shop_queries, shop_name_queries, key, paging)
    return page(request, _PAGE, {**values, **CLEAN, "done": _DONE.get(done)})


@post("/shop/tickets/{ticket_id:str}", policy=ANSWERS, status_code=HTTPStatus.OK)
async def answer_ticket_here(
    *,
    request: Asked,
    data: Form,
    ticket_id: FromPath[str],
    answer_ticket: Answers,
    shop_queries: Queries,
    shop_name_queries: Names,
    paging: Pages,
) -> Response[Any]:
    """Answers it, and closes it if that is asked for."""
    key, text, closes = serial_or(TicketNotFound, ticket_id), line_of(data, "admin_response"), is_on(data, "close")
    status = TicketStatus.CLOSED if closes else TicketStatus.IN_PROGRESS
    try:
        changes = checked(TicketChanges, {"admin_response": text or "", "status": status})
        await answer_ticket(key, present_fields(changes))
    except Refusals as error:
        values = await _values(request, shop_queries, shop_name_queries, key, paging)
        return form_again(request, _PAGE, {**values, "text": text or "", "closes": closes}, error)
    return led_to(f"{TICKETS}/{key}?done=answered")


@post("/shop/tickets/{ticket_id:str}/status", policy=ANSWERS, status_code=HTTPStatus.OK)
async def change_ticket_here(data: Form, ticket_id: FromPath[str], answer_ticket: Answers) -> Response[Any]:
    """Closes a ticket without an answer, or opens it again."""
    key, how = serial_or(TicketNotFound, ticket_id), text_of(data, "how")
    if how in _CHANGES:
        await answer_ticket(key, {"status": _CHANGES[how]})
    return led_to(f"{TICKETS}/{key}?done={how if how in _CHANGES else ''}")


async def _values(request: Asked, queries: ShopQueries, names: Names, key: int, paging: Paging) -> dict[str, Any]:
    ticket = await queries.ticket(key)
    said, total = await queries.ticket_messages(key, limit=paging.size, offset=paging.offset)
    found = await names.names([ticket.user_id])
    customer = found.customers[ticket.user_id]
    thread = paging.of(said[::-1], total)
    form = {"text": "", "closes": True, "back": f"{TICKETS}/{key}"}
    return shown(request, "tickets", ticket=ticket, thread=thread, customer=customer, statuses=TICKET_STATUSES, **form)


HANDLERS: Sequence[BaseRouteHandler] = (show_tickets, show_ticket_here, answer_ticket_here, change_ticket_here)
