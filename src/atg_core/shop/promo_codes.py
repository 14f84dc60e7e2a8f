"""Editing promo codes, and checking one before a purchase."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atg_core.clock import Clock
from atg_core.shop.model import Item
from atg_core.shop.ports import PromoCodes, ShopQueries
from atg_core.shop.pricing import PromoCode, Refusal, canonical
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPromoCodes:
    """Adds, changes and deletes promo codes, which are stored in upper case."""

    open: UnitOfWork[PromoCodes]
    clock: Clock

    async def add(self, values: Mapping[str, Any]) -> PromoCode:
        """Raises CodeTaken."""
        async with self.open() as store:
            return await store.add({**values, "code": canonical(values["code"])}, self.clock())

    async def change(self, code_id: int, values: Mapping[str, Any]) -> PromoCode:
        """Raises PromoCodeNotFound, CodeTaken."""
        if "code" in values:
            values = {**values, "code": canonical(values["code"])}
        async with self.open() as store:
            return await store.change(code_id, values)

    async def delete(self, code_id: int) -> None:
        """Purchases keep its name. Raises PromoCodeNotFound."""
        async with self.open() as store:
            await store.delete(code_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPromoCode:
    """The price of an item with a promo code; the code is not used up."""

    shop_queries: ShopQueries
    clock: Clock

    async def __call__(self, code: str, item: Item) -> tuple[int, int] | Refusal:
        """The discounted price and the discount, in Stars. Raises LessonNotFound, CourseNotFound."""
        price = await self.shop_queries.price(item)
        promo = await self.shop_queries.find_code(canonical(code))
        refusal = promo.refusal(self.clock()) if promo else Refusal.UNKNOWN
        if promo is None or refusal is not None:
            return refusal or Refusal.UNKNOWN
        amount = promo.discounted(price)
        return amount, price - amount
