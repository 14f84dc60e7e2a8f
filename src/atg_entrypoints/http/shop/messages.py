"""Messages to the customers of the shop: a draft, its confirmation, what came of it, and cancelling."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import Meta, Struct

from atg_core.errors import Invalid
from atg_core.shop.message_ports import CustomerMessageQueries
from atg_core.shop.message_sending import CancelMessage, SendMessageToCustomers, ShowMessage, WriteMessage
from atg_core.shop.messages import (
    Audience,
    CustomerMessage,
    Delivery,
    DeliveryCounts,
    MessageNotFound,
    MessageStatus,
)
from atg_core.shop.model import Item
from atg_core.telegram.model import MAX_CHARACTERS
from atg_entrypoints.http.policy import SHOP
from atg_entrypoints.http.shop.wire import Serial
from atg_entrypoints.http.wire import NO_NUL, Instant, Page, Paging, serial_or, to_wire

_TAGS = ["shop, messages"]
_PATH, _ONE = "/admin/shop/messages", "/admin/shop/messages/{message_id:str}"

Queries = NamedDependency[SkipValidation[CustomerMessageQueries]]
Pages = NamedDependency[SkipValidation[Paging]]
Shows = NamedDependency[SkipValidation[ShowMessage]]


class MessageCreation(Struct, frozen=True, kw_only=True):
    """`text`: plain. `audience`: all; buyers of the item, which is exactly one of both; idle: for a month."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_CHARACTERS, pattern=NO_NUL)]
    audience: Audience = Audience.ALL
    lesson_id: Serial | None = None
    course_id: Serial | None = None

    @property
    def item(self) -> Item | None:
        """Raises Invalid."""
        if not self.text.strip():
            raise Invalid("is required", field="text", code="required")
        named = (self.lesson_id is not None) + (self.course_id is not None)
        if self.audience is Audience.BUYERS and named != 1:
            raise Invalid("exactly one of lesson_id and course_id is required", field="lesson_id", code="exactly_one")
        if self.audience is not Audience.BUYERS and named:
            raise Invalid("is for buyers of an item alone", field="lesson_id", code="not_for_audience")
        return Item(lesson_id=self.lesson_id, course_id=self.course_id) if named else None


class MessageRow(Struct, frozen=True, kw_only=True):
    """`recipients`: of a draft those whom it reaches now. `waiting`: after cancelling those who get nothing."""

    id: int
    text: str
    audience: Audience
    lesson_id: int | None
    course_id: int | None
    status: MessageStatus
    created_at: Instant
    sent_at: Instant | None
    ended_at: Instant | None
    recipients: int
    waiting: int
    sent: int
    blocked: int
    failed: int

    @classmethod
    def of(cls, message: CustomerMessage, counts: DeliveryCounts) -> "MessageRow":
        return cls(
            id=message.id,
            text=message.text,
            audience=message.audience,
            lesson_id=message.lesson_id,
            course_id=message.course_id,
            status=message.status,
            created_at=Instant.of(message.created_at),
            sent_at=Instant.of(message.sent_at) if message.sent_at else None,
            ended_at=Instant.of(message.ended_at) if message.ended_at else None,
            recipients=counts.recipients,
            waiting=counts.waiting,
            sent=counts.sent,
            blocked=counts.blocked,
            failed=counts.failed,
        )


class RecipientRow(Struct, frozen=True, kw_only=True):
    """`changed_at`: when the status became what it is."""

    user_id: int
    status: Delivery
    changed_at: Instant


@get(_PATH, policy=SHOP, tags=_TAGS, summary="Messages to customers", also={400})
async def list_messages(customer_message_queries: Queries, paging: Pages) -> Page[MessageRow]:
    """Newest first; of drafts the list does not count whom they reach."""
    found, total = await customer_message_queries.listed(limit=paging.size, offset=paging.offset)
    return paging.of([MessageRow.of(message, counts) for message, counts in found], total)


@post(_PATH, policy=SHOP, tags=_TAGS, summary="Draft a message to customers", also={404})
async def add_message(
    data: JSONBody[MessageCreation],
    write_message: NamedDependency[SkipValidation[WriteMessage]],
    show_message: Shows,
) -> MessageRow:
    """`recipients` says how many it reaches; nothing is sent before `send`."""
    message = await write_message(data.text, data.audience, data.item)
    return MessageRow.of(*await show_message(message.id))


@get(_ONE, policy=SHOP, tags=_TAGS, summary="A message to customers, and what came of it")
async def show_message_of_shop(message_id: FromPath[str], show_message: Shows) -> MessageRow:
    return MessageRow.of(*await show_message(serial_or(MessageNotFound, message_id)))


@get(f"{_ONE}/recipients", policy=SHOP, tags=_TAGS, summary="The recipients of a message", also={400})
async def list_recipients(
    message_id: FromPath[str],
    customer_message_queries: Queries,
    paging: Pages,
    status: Annotated[Delivery | None, QueryParameter(name="status")] = None,
) -> Page[RecipientRow]:
    key = serial_or(MessageNotFound, message_id)
    found, total = await customer_message_queries.recipients(key, status, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(list(found), list[RecipientRow]), total)


@post(f"{_ONE}/send", status_code=200, policy=SHOP, tags=_TAGS, summary="Send a message to customers", also={409})
async def send_message_of_shop(
    message_id: FromPath[str],
    send_message_to_customers: NamedDependency[SkipValidation[SendMessageToCustomers]],
    show_message: Shows,
) -> MessageRow:
    """To everybody whom it reaches now, each at most once; a job keeps to Telegram's limits."""
    message = await send_message_to_customers(serial_or(MessageNotFound, message_id))
    return MessageRow.of(*await show_message(message.id))


@post(f"{_ONE}/cancel", status_code=200, policy=SHOP, tags=_TAGS, summary="Cancel a message", also={409})
async def cancel_message_of_shop(
    message_id: FromPath[str], cancel_message: NamedDependency[SkipValidation[CancelMessage]], show_message: Shows
) -> MessageRow:
    """Who has it already keeps it."""
    message = await cancel_message(serial_or(MessageNotFound, message_id))
    return MessageRow.of(*await show_message(message.id))


HANDLERS: Sequence[BaseRouteHandler] = (
    list_messages,
    add_message,
    show_message_of_shop,
    list_recipients,
    send_message_of_shop,
    cancel_message_of_shop,
)
