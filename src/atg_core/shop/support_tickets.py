"""Support tickets with what was said in them, and the Telegram messages with their answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atg_core.clock import Clock
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import JobQueue
from atg_core.shop.model import Ticket, TicketAuthor, TicketMessage, TicketStatus
from atg_core.shop.ports import SupportTickets, TicketClosed, TicketNotFound
from atg_core.telegram.model import Telegram, TelegramRefused
from atg_core.unit_of_work import UnitOfWork

SEND_MESSAGE = "send_telegram_message"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTicket:
    """Raises CustomerNotFound."""

    open: UnitOfWork[SupportTickets]
    clock: Clock

    async def __call__(self, user_id: int, subject: str, message: str) -> Ticket:
        now = self.clock()
        async with self.open() as store:
            ticket = await store.add(user_id, subject, message, now)
            await store.say(ticket.id, TicketAuthor.CUSTOMER, message, now)
        return ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToTicket:
    """Further words of its customer, after which a ticket waits for an answer. Raises TicketNotFound, TicketClosed."""

    open: UnitOfWork[SupportTickets]
    clock: Clock

    async def __call__(self, ticket_id: int, text: str, *, of: int | None = None) -> TicketMessage:
        """`of`: the customer who writes, None where somebody else passes it on. Another's ticket is not found."""
        now = self.clock()
        async with self.open() as store:
            ticket = await store.ticket(ticket_id)
            if of not in {None, ticket.user_id}:
                raise TicketNotFound
            if ticket.status is TicketStatus.CLOSED:
                raise TicketClosed
            await store.change(ticket_id, {"status": TicketStatus.OPEN}, now)
            return await store.say(ticket_id, TicketAuthor.CUSTOMER, text, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTicket:
    """Changes a ticket; an answer is sent to the customer, and without a status the ticket is in progress then.

    Raises TicketNotFound.
    """

    open: UnitOfWork[SupportTickets]
    jobs: JobQueue
    clock: Clock

    async def __call__(self, ticket_id: int, values: Mapping[str, Any]) -> Ticket:
        answer = values.get("admin_response")
        if answer is not None:
            values = {"status": TicketStatus.IN_PROGRESS, **values}
        now = self.clock()
        async with self.open() as store:
            ticket, telegram_id = await store.change(ticket_id, values, now)
            if answer is not None:
                await store.say(ticket_id, TicketAuthor.STAFF, answer, now)
                text = f"{ticket.subject}\n\n{answer}"
                await self.jobs.enqueue(SEND_MESSAGE, {"chat_id": telegram_id, "text": text})
        return ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """The job `send_telegram_message`; a message that Telegram refuses, as of a bot that was blocked, is dropped."""

    telegram: Telegram

    async def __call__(self, arguments: Arguments) -> None:
        try:
            await self.telegram.send_message(arguments["chat_id"], arguments["text"])
        except TelegramRefused:
            return
