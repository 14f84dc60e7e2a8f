"""Messages to customers: writing one, seeing whom it reaches, sending it, and what came of it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.shop.message_ports import CustomerMessageQueries
from atg_core.shop.message_sending import CancelMessage, SendMessageToCustomers, ShowMessage, WriteMessage
from atg_core.shop.messages import Audience, Delivery, MessageNotFound, MessageStatus
from atg_core.shop.model import Item
from atg_core.shop.ports import ShopFilters, ShopQueries
from atg_core.telegram.model import MAX_CHARACTERS
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.queries import query_of, serial_of
from atg_entrypoints.console.shop.asked import SENDS_MESSAGES, SHOP, Asked, Names, Pages, Queries, Sent, Short, shown
from atg_entrypoints.http.shop.messages import MessageCreation
from atg_entrypoints.http.wire import serial_or

MESSAGES = f"{SHOP}/messages"
_PAGE = "shop/message_new"
_MOST_ITEMS = 100
"""Of lessons, and of courses, in the list to choose from."""
_AUDIENCES = {
    Audience.ALL: phrase("All customers"),
    Audience.BUYERS: phrase("Who owns an item"),
    Audience.IDLE: phrase("Who has not bought for a month"),
}
_STATUSES = {
    MessageStatus.DRAFT: phrase("Draft"),
    MessageStatus.SENDING: phrase("Being sent"),
    MessageStatus.SENT: phrase("Sent"),
    MessageStatus.CANCELLED: phrase("Cancelled"),
}
_DELIVERIES = {
    Delivery.WAITING: phrase("Waits"),
    Delivery.SENDING: phrase("Being sent"),
    Delivery.SENT: phrase("Received"),
    Delivery.BLOCKED: phrase("Has blocked the bot"),
    Delivery.FAILED: phrase("Not delivered"),
}
_DONE = {
    "sent": phrase("The bot is sending the message"),
    "cancelled": phrase("Nobody gets the message any longer"),
}

MessageQueries = NamedDependency[SkipValidation[CustomerMessageQueries]]
Shows = NamedDependency[SkipValidation[ShowMessage]]


@get("/shop/messages", policy=SENDS_MESSAGES)
async def show_messages(request: Asked, customer_message_queries: MessageQueries, paging: Pages) -> Response[str]:
    found, total = await customer_message_queries.listed(limit=paging.size, offset=paging.offset)
    values = {"found": paging.of(found, total), "audiences": _AUDIENCES, "statuses": _STATUSES}
    return page(request, "shop/messages", shown(request, "messages", **values))


@get("/shop/messages/new", policy=SENDS_MESSAGES)
async def show_new_message(request: Asked, shop_queries: Queries) -> Response[str]:
    values = await _form(request, shop_queries, {"text": "", "audience": Audience.ALL.value, "item": ""})
    return page(request, _PAGE, {**values, **CLEAN})


@post("/shop/messages/new", policy=SENDS_MESSAGES, status_code=HTTPStatus.OK)
async def write_message_here(
    request: Asked, data: Form, shop_queries: Queries, write_message: NamedDependency[SkipValidation[WriteMessage]]
) -> Response[Any]:
    """Keeps a draft, which its page lets one send."""
    try:
        given = checked(MessageCreation, _body(data))
        message = await write_message(given.text, given.audience, given.item)
    except Refusals as error:
        again = {name: text_of(data, name) for name in ("text", "audience", "item")}
        return form_again(request, _PAGE, await _form(request, shop_queries, again), error)
    return led_to(f"{MESSAGES}/{message.id}")


@get("/shop/messages/{message_id:str}", policy=SENDS_MESSAGES)
async def show_message_here(
    *,
    request: Asked,
    message_id: FromPath[str],
    show_message: Shows,
    customer_message_queries: MessageQueries,
    shop_name_queries: Names,
    paging: Pages,
    status: Short = "",
    done: Short = "",
) -> Response[str]:
    """`status`: of the recipients that are listed."""
    values = await _values(request, show_message, message_id)
    chosen = Delivery(status) if status in set(Delivery) else None
    key = values["message"].id
    found, total = await customer_message_queries.recipients(key, chosen, limit=paging.size, offset=paging.offset)
    item = values["message"].item
    names = await shop_name_queries.names({each.user_id for each in found}, [item] if item else [])
    listed = {"found": paging.of(list(found), total), "names": names, "chosen": chosen, "deliveries": _DELIVERIES}
    query = query_of({"status": chosen})
    return page(request, "shop/message", {**values, **listed, **CLEAN, "query": query, "done": _DONE.get(done)})


@post("/shop/messages/{message_id:str}/send", policy=SENDS_MESSAGES, status_code=HTTPStatus.OK)
async def send_message_here(
    message_id: FromPath[str], send_message_to_customers: NamedDependency[SkipValidation[SendMessageToCustomers]]
) -> Response[Any]:
    message = await send_message_to_customers(serial_or(MessageNotFound, message_id))
    return led_to(f"{MESSAGES}/{message.id}?done=sent")


@post("/shop/messages/{message_id:str}/cancel", policy=SENDS_MESSAGES, status_code=HTTPStatus.OK)
async def cancel_message_here(
    message_id: FromPath[str], cancel_message: NamedDependency[SkipValidation[CancelMessage]]
) -> Response[Any]:
    message = await cancel_message(serial_or(MessageNotFound, message_id))
    return led_to(f"{MESSAGES}/{message.id}?done=cancelled")


async def _values(request: Asked, show_message: ShowMessage, message_id: str) -> dict[str, Any]:
    message, counts = await show_message(serial_or(MessageNotFound, message_id))
    told = {"message": message, "counts": counts, "audiences": _AUDIENCES, "statuses": _STATUSES}
    return shown(request, "messages", **told)


async def _form(request: Asked, queries: ShopQueries, given: dict[str, str]) -> dict[str, Any]:
    """With the newest items, which are few in a shop."""
    newest = ShopFilters(newest_first=True)
    lessons, _ = await queries.lessons(newest, limit=_MOST_ITEMS, offset=0)
    courses, _ = await queries.courses(newest, limit=_MOST_ITEMS, offset=0)
    items = [(f"lesson-{each.id}", each.title) for each in lessons]
    items += [(f"course-{each.id}", each.title) for each in courses]
    told = {"given": given, "items": items, "audiences": _AUDIENCES, "most": MAX_CHARACTERS, "back": f"{MESSAGES}/new"}
    return shown(request, "messages", **told)


def _body(form: Sent) -> dict[str, Any]:
    """The item is taken of buyers alone: the others' list stands as it was before."""
    text, audience = text_of(form, "text").replace("\r\n", "\n").strip(), text_of(form, "audience")
    kind, _, number = text_of(form, "item").partition("-")
    item = _item(kind, serial_of(number)) if audience == Audience.BUYERS else Item()
    return {"text": text, "audience": audience, "lesson_id": item.lesson_id, "course_id": item.course_id}


def _item(kind: str, number: int | None) -> Item:
    return Item(course_id=number) if kind == "course" else Item(lesson_id=number)


HANDLERS: Sequence[BaseRouteHandler] = (
    show_messages,
    show_new_message,
    write_message_here,
    show_message_here,
    send_message_here,
    cancel_message_here,
)
