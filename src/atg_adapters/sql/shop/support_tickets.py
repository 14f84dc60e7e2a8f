"""Support tickets on SQL."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.shop import shop_customers, shop_ticket_messages, support_tickets
from atg_core.shop.model import Ticket, TicketAuthor, TicketMessage, TicketStatus
from atg_core.shop.ports import CustomerNotFound, TicketNotFound

_key: sa.BindParameter[int] = sa.bindparam("key")
_TELEGRAM_ID = sa.select(shop_customers.c.telegram_id).where(shop_customers.c.id == _key)
_TICKET = sa.select(support_tickets).where(support_tickets.c.id == _key).with_for_update()
_SAY = sa.insert(shop_ticket_messages).returning(shop_ticket_messages)
_UPDATE = sa.update(support_tickets).where(support_tickets.c.id == _key).returning(support_tickets)


class SqlSupportTickets:
    """`SupportTickets` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add(self, user_id: int, subject: str, message: str, now: datetime) -> Ticket:
        if (await self.connection.execute(_TELEGRAM_ID, {"key": user_id})).first() is None:
            raise CustomerNotFound
        values = {"user_id": user_id, "subject": subject, "message": message, "status": TicketStatus.OPEN}
        new = sa.insert(support_tickets).values(**values, created_at=now, updated_at=now).returning(support_tickets)
        return convert((await self.connection.execute(new)).one(), Ticket, from_attributes=True)

    async def ticket(self, ticket_id: int) -> Ticket:
        row = (await self.connection.execute(_TICKET, {"key": ticket_id})).first()
        if row is None:
            raise TicketNotFound
        return convert(row, Ticket, from_attributes=True)

    async def change(self, ticket_id: int, values: Mapping[str, Any], now: datetime) -> tuple[Ticket, int]:
        update = _UPDATE.values({**values, "updated_at": now})
        row = (await self.connection.execute(update, {"key": ticket_id})).first()
        if row is None:
            raise TicketNotFound
        telegram_id: int = (await self.connection.execute(_TELEGRAM_ID, {"key": row.user_id})).scalar_one()
        return convert(row, Ticket, from_attributes=True), telegram_id

    async def say(self, ticket_id: int, author: TicketAuthor, text: str, now: datetime) -> TicketMessage:
        said = {"ticket_id": ticket_id, "author": author, "text": text, "created_at": now}
        return convert((await self.connection.execute(_SAY, said)).one(), TicketMessage, from_attributes=True)
