"""Names of customers and items, which lists of purchases and tickets show."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from atg_core.shop.model import Customer, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopNames:
    """`customers`: by id. `items`: their titles."""

    customers: Mapping[int, Customer]
    items: Mapping[Item, str]


class ShopNameQueries(Protocol):
    """Reads names for lists."""

    async def names(self, user_ids: Collection[int], items: Collection[Item] = ()) -> ShopNames:
        """In three statements at most, however many are asked for; what is not there is left out."""
