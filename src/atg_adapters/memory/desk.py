"""Customers, promo codes and support of the shop in memory."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase
from atg_core.store.model import Customer, Ticket, TicketStatus
from atg_core.store.ports import CodeTaken, CustomerNotFound, PromoCodeNotFound, TicketNotFound
from atg_core.store.pricing import PromoCode


class MemoryDesk:
    """`Desk` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def customer_of(self, new: Customer) -> tuple[Customer, bool]:
        found = next(self.database.rows("shop_customers", telegram_id=new.telegram_id), None)
        if found is not None:
            return convert(found, Customer), False
        values = {name: value for name, value in asdict(new).items() if name != "id"}
        return convert(self._row("shop_customers", self.database.insert("shop_customers", values)), Customer), True

    async def change_customer(self, user_id: int, values: Mapping[str, Any], now: datetime) -> Customer:
        if user_id not in self.database.tables["shop_customers"]:
            raise CustomerNotFound
        self.database.update("shop_customers", user_id, **values, updated_at=now)
        return convert(self._row("shop_customers", user_id), Customer)

    async def add_code(self, values: Mapping[str, Any], now: datetime) -> PromoCode:
        try:
            code_id = self.database.insert("shop_promo_codes", {**values, "current_uses": 0, "created_at": now})
        except DuplicateKey:
            raise CodeTaken from None
        return convert(self._row("shop_promo_codes", code_id), PromoCode)

    async def change_code(self, code_id: int, values: Mapping[str, Any]) -> PromoCode:
        if code_id not in self.database.tables["shop_promo_codes"]:
            raise PromoCodeNotFound
        try:
            self.database.update("shop_promo_codes", code_id, **values)
        except DuplicateKey:
            raise CodeTaken from None
        return convert(self._row("shop_promo_codes", code_id), PromoCode)

    async def delete_code(self, code_id: int) -> None:
        if code_id not in self.database.tables["shop_promo_codes"]:
            raise PromoCodeNotFound
        self.database.delete("shop_promo_codes", id=code_id)

    async def add_ticket(self, user_id: int, subject: str, message: str, now: datetime) -> Ticket:
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
        return convert(self._row("support_tickets", self.database.insert("support_tickets", ticket)), Ticket)

    async def change_ticket(self, ticket_id: int, values: Mapping[str, Any], now: datetime) -> tuple[Ticket, int]:
        if ticket_id not in self.database.tables["support_tickets"]:
            raise TicketNotFound
        self.database.update("support_tickets", ticket_id, **values, updated_at=now)
        ticket = convert(self._row("support_tickets", ticket_id), Ticket)
        return ticket, self._row("shop_customers", ticket.user_id)["telegram_id"]

    def _row(self, table: str, key: int) -> dict[str, Any]:
        return self.database.tables[table][key]
