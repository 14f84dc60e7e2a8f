"""What the shop tells its customers and Telegram: answers of support, and Stars that are given back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atg_core.clock import Clock
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import Jobs
from atg_core.opening import Open
from atg_core.store.buying import SettlePurchase
from atg_core.store.model import Ticket, TicketStatus
from atg_core.store.ports import Desk, Sales
from atg_core.store.purchases import Purchase
from atg_core.telegram.model import Telegram, TelegramRefused

SEND_MESSAGE = "send_telegram_message"
REFUND_STARS = "refund_stars"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTicket:
    """Changes a ticket; an answer is sent to the customer, and without a status the ticket is in progress then.

    Raises TicketNotFound.
    """

    open: Open[Desk]
    jobs: Jobs
    clock: Clock

    async def __call__(self, ticket_id: int, values: Mapping[str, Any]) -> Ticket:
        answer = values.get("admin_response")
        if answer is not None:
            values = {"status": TicketStatus.IN_PROGRESS, **values}
        async with self.open() as store:
            ticket, telegram_id = await store.change_ticket(ticket_id, values, self.clock())
            if answer is not None:
                text = f"{ticket.subject}\n\n{answer}"
                await self.jobs.enqueue(SEND_MESSAGE, {"chat_id": telegram_id, "text": text})
        return ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPurchase:
    """Takes the access back at once, and the Stars go back by a job. Raises PurchaseNotFound, NotCompleted."""

    open: Open[Sales]
    settle: SettlePurchase
    jobs: Jobs

    async def __call__(self, purchase_id: int) -> Purchase:
        async with self.open() as store:
            refunded, changed = await self.settle.refund_within(store, purchase_id)
            charge_id = refunded.telegram_payment_charge_id
            if changed and charge_id is not None:
                customer = await store.customer(refunded.user_id)
                await self.jobs.enqueue(REFUND_STARS, {"telegram_id": customer.telegram_id, "charge_id": charge_id})
        return refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """The job `send_telegram_message`. Who has blocked the bot is told nothing."""

    telegram: Telegram

    async def __call__(self, arguments: Arguments) -> None:
        try:
            await self.telegram.send_message(arguments["chat_id"], arguments["text"])
        except TelegramRefused:
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStars:
    """The job `refund_stars`; what was given back before is no error."""

    telegram: Telegram

    async def __call__(self, arguments: Arguments) -> None:
        await self.telegram.refund_stars(arguments["telegram_id"], arguments["charge_id"])
