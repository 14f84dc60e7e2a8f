"""Support tickets in memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_core.shop.model import Ticket, TicketAuthor, TicketMessage, TicketStatus
from atg_core.shop.ports import CustomerNotFound, TicketNotFound

_TABLE, _MESSAGES = "support_tickets", "shop_ticket_messages"


class MemorySupportTickets:
    """`SupportTickets` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add(self, user_id: int, subject: str, message: str, now: datetime) -> Ticket:
        if user_id not in self.database.tables["shop_customers"]:
            raise CustomerNotFound
        ticket = {
            "user_id": user_id,
            "subject": subject,
            "message": message,
            "status": TicketStatus.OPEN,
            "admin_response": None,
            "created_at": now,
            "updated_at": now,
        }
        ticket_id = self.database.insert(_TABLE, ticket)
        return convert(self.database.tables[_TABLE][ticket_id], Ticket)

    async def ticket(self, ticket_id: int) -> Ticket:
        row = self.database.tables[_TABLE].get(ticket_id)
        if row is None:
            raise TicketNotFound
        return convert(row, Ticket)

    async def change(self, ticket_id: int, values: Mapping[str, Any], now: datetime) -> tuple[Ticket, int]:
        await self.ticket(ticket_id)
        self.database.update(_TABLE, ticket_id, **values, updated_at=now)
        ticket = await self.ticket(ticket_id)
        return ticket, self.database.tables["shop_customers"][ticket.user_id]["telegram_id"]

    async def say(self, ticket_id: int, author: TicketAuthor, text: str, now: datetime) -> TicketMessage:
        said = {"ticket_id": ticket_id, "author": author, "text": text, "created_at": now}
        return convert(self.database.tables[_MESSAGES][self.database.insert(_MESSAGES, said)], TicketMessage)
