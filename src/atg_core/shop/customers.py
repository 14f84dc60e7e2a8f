"""Registering and editing customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atg_core.clock import Clock
from atg_core.shop.model import Customer
from atg_core.shop.ports import Customers
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCustomers:
    """Registers a customer at the first contact, and changes what is known of them."""

    open: UnitOfWork[Customers]
    clock: Clock

    async def register(self, telegram_id: int, values: Mapping[str, Any]) -> tuple[Customer, bool]:
        """The customer with this `telegram_id`, added if there is none, and whether it was added."""
        now = self.clock()
        async with self.open() as store:
            new = Customer(id=0, telegram_id=telegram_id, created_at=now, updated_at=now, **values)
            return await store.get_or_add(new)

    async def change(self, user_id: int, values: Mapping[str, Any]) -> Customer:
        """Raises CustomerNotFound."""
        async with self.open() as store:
            return await store.change(user_id, values, self.clock())
