"""Support tickets in memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_core.shop.model import Ticket, TicketStatus
from atg_core.shop.ports import CustomerNotFound, TicketNotFound

_TABLE = "support_tickets"


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

    async def change(self, ticket_id: int, values: Mapping[str, Any], now: datetime) -> tuple[Ticket, int]:
        if ticket_id not in self.database.tables[_TABLE]:
            raise TicketNotFound
        self.database.update(_TABLE, ticket_id, **values, updated_at=now)
        ticket = convert(self.database.tables[_TABLE][ticket_id], Ticket)
        return ticket, self.database.tables["shop_customers"][ticket.user_id]["telegram_id"]
