"""Customers of the shop on SQL."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.folding import with_folded
from atg_adapters.sql.tables.shop import shop_customers
from atg_core.shop.model import Customer
from atg_core.shop.ports import CustomerNotFound

_key: sa.BindParameter[int] = sa.bindparam("key")
_ADD = insert(shop_customers).on_conflict_do_nothing(index_elements=["telegram_id"]).returning(shop_customers)
_BY_TELEGRAM_ID = sa.select(shop_customers).where(shop_customers.c.telegram_id == _key)
_UPDATE = sa.update(shop_customers).where(shop_customers.c.id == _key).returning(shop_customers)


class SqlCustomers:
    """`Customers` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def get_or_add(self, new: Customer) -> tuple[Customer, bool]:
        values = {name: value for name, value in asdict(new).items() if name != "id"}
        row = (await self.connection.execute(_ADD, with_folded(shop_customers, values))).first()
        if row is not None:
            return convert(row, Customer, from_attributes=True), True
        found = (await self.connection.execute(_BY_TELEGRAM_ID, {"key": new.telegram_id})).one()
        return convert(found, Customer, from_attributes=True), False

    async def change(self, user_id: int, values: Mapping[str, Any], now: datetime) -> Customer:
        update = _UPDATE.values(with_folded(shop_customers, {**values, "updated_at": now}))
        row = (await self.connection.execute(update, {"key": user_id})).first()
        if row is None:
            raise CustomerNotFound
        return convert(row, Customer, from_attributes=True)
