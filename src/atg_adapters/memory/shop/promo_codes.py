"""Promo codes of the shop in memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase
from atg_core.shop.ports import CodeTaken, PromoCodeNotFound
from atg_core.shop.pricing import PromoCode

_TABLE = "shop_promo_codes"


class MemoryPromoCodes:
    """`PromoCodes` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add(self, values: Mapping[str, Any], now: datetime) -> PromoCode:
        try:
            code_id = self.database.insert(_TABLE, {**values, "current_uses": 0, "created_at": now})
        except DuplicateKey:
            raise CodeTaken from None
        return convert(self.database.tables[_TABLE][code_id], PromoCode)

    async def change(self, code_id: int, values: Mapping[str, Any]) -> PromoCode:
        self._require(code_id)
        try:
            self.database.update(_TABLE, code_id, **values)
        except DuplicateKey:
            raise CodeTaken from None
        return convert(self.database.tables[_TABLE][code_id], PromoCode)

    async def delete(self, code_id: int) -> None:
        self._require(code_id)
        for row in list(self.database.rows("purchases", promo_code_id=code_id)):
            self.database.update("purchases", row["id"], promo_code_id=None)
        self.database.delete(_TABLE, id=code_id)

    def _require(self, code_id: int) -> None:
        if code_id not in self.database.tables[_TABLE]:
            raise PromoCodeNotFound
