"""Customers, promo codes and support of the shop on SQL."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.tables.store import shop_customers, shop_promo_codes, support_tickets
from atg_core.store.model import Customer, Ticket, TicketStatus
from atg_core.store.ports import CodeTaken, CustomerNotFound, PromoCodeNotFound, TicketNotFound
from atg_core.store.pricing import PromoCode

_id: sa.BindParameter[int] = sa.bindparam("key")
_NEW_CUSTOMER = insert(shop_customers).on_conflict_do_nothing(index_elements=["telegram_id"]).returning(shop_customers)
_CUSTOMER_OF = sa.select(shop_customers).where(shop_customers.c.telegram_id == _id)
_TELEGRAM_ID = sa.select(shop_customers.c.telegram_id).where(shop_customers.c.id == _id)


class SqlDesk:
    """`Desk` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def customer_of(self, new: Customer) -> tuple[Customer, bool]:
        values = {name: value for name, value in asdict(new).items() if name != "id"}
        row = (await self.connection.execute(_NEW_CUSTOMER, values)).first()
        if row is not None:
            return convert(row, Customer, from_attributes=True), True
        found = (await self.connection.execute(_CUSTOMER_OF, {"key": new.telegram_id})).one()
        return convert(found, Customer, from_attributes=True), False

    async def change_customer(self, user_id: int, values: Mapping[str, Any], now: datetime) -> Customer:
        row = await self._changed(shop_customers, user_id, {**values, "updated_at": now})
        if row is None:
            raise CustomerNotFound
        return convert(row, Customer, from_attributes=True)

    async def add_code(self, values: Mapping[str, Any], now: datetime) -> PromoCode:
        new = sa.insert(shop_promo_codes).values(**values, created_at=now).returning(shop_promo_codes)
        try:
            async with self.connection.begin_nested():
                row = (await self.connection.execute(new)).one()
        except IntegrityError:
            raise CodeTaken from None
        return convert(row, PromoCode, from_attributes=True)

    async def change_code(self, code_id: int, values: Mapping[str, Any]) -> PromoCode:
        try:
            async with self.connection.begin_nested():
                row = await self._changed(shop_promo_codes, code_id, values or {"code": shop_promo_codes.c.code})
        except IntegrityError:
            raise CodeTaken from None
        if row is None:
            raise PromoCodeNotFound
        return convert(row, PromoCode, from_attributes=True)

    async def delete_code(self, code_id: int) -> None:
        table = shop_promo_codes
        gone = await self.connection.execute(
            sa.delete(table).where(table.c.id == _id).returning(table.c.id), {"key": code_id}
        )
        if gone.first() is None:
            raise PromoCodeNotFound

    async def add_ticket(self, user_id: int, subject: str, message: str, now: datetime) -> Ticket:
        if (await self.connection.execute(_TELEGRAM_ID, {"key": user_id})).first() is None:
            raise CustomerNotFound
        values = {"user_id": user_id, "subject": subject, "message": message, "status": TicketStatus.OPEN}
        new = sa.insert(support_tickets).values(**values, created_at=now, updated_at=now).returning(support_tickets)
        return convert((await self.connection.execute(new)).one(), Ticket, from_attributes=True)

    async def change_ticket(self, ticket_id: int, values: Mapping[str, Any], now: datetime) -> tuple[Ticket, int]:
        row = await self._changed(support_tickets, ticket_id, {**values, "updated_at": now})
        if row is None:
            raise TicketNotFound
        telegram_id: int = (await self.connection.execute(_TELEGRAM_ID, {"key": row.user_id})).scalar_one()
        return convert(row, Ticket, from_attributes=True), telegram_id

    async def _changed(self, table: sa.Table, key: int, values: Mapping[str, Any]) -> Any:
        update = sa.update(table).where(table.c.id == _id).values(values).returning(table)
        return (await self.connection.execute(update, {"key": key})).first()
