"""Customers of the shop in memory."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_core.shop.model import Customer
from atg_core.shop.ports import CustomerNotFound

_TABLE = "shop_customers"


class MemoryCustomers:
    """`Customers` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def get_or_add(self, new: Customer) -> tuple[Customer, bool]:
        found = next(self.database.rows(_TABLE, telegram_id=new.telegram_id), None)
        if found is not None:
            return convert(found, Customer), False
        values = {name: value for name, value in asdict(new).items() if name != "id"}
        return self._customer(self.database.insert(_TABLE, values)), True

    async def change(self, user_id: int, values: Mapping[str, Any], now: datetime) -> Customer:
        if user_id not in self.database.tables[_TABLE]:
            raise CustomerNotFound
        self.database.update(_TABLE, user_id, **values, updated_at=now)
        return self._customer(user_id)

    def _customer(self, user_id: int) -> Customer:
        return convert(self.database.tables[_TABLE][user_id], Customer)
