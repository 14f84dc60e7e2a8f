"""Promo codes of the shop on SQL."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.shop import purchases, shop_promo_codes
from atg_core.shop.ports import CodeTaken, PromoCodeNotFound
from atg_core.shop.pricing import PromoCode

_codes = shop_promo_codes.c
_key: sa.BindParameter[int] = sa.bindparam("key")
_UPDATE = sa.update(shop_promo_codes).where(_codes.id == _key).returning(shop_promo_codes)
# Purchases are locked before codes, here as where they end, so that neither waits for the other.
_LET_GO = sa.update(purchases).where(purchases.c.promo_code_id == _key).values(promo_code_id=None)
_DELETE = sa.delete(shop_promo_codes).where(_codes.id == _key).returning(_codes.id)


class SqlPromoCodes:
    """`PromoCodes` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add(self, values: Mapping[str, Any], now: datetime) -> PromoCode:
        new = sa.insert(shop_promo_codes).values(**values, created_at=now).returning(shop_promo_codes)
        try:
            async with self.connection.begin_nested():
                row = (await self.connection.execute(new)).one()
        except IntegrityError:
            raise CodeTaken from None
        return convert(row, PromoCode, from_attributes=True)

    async def change(self, code_id: int, values: Mapping[str, Any]) -> PromoCode:
        update = _UPDATE.values(values or {"code": _codes.code})
        try:
            async with self.connection.begin_nested():
                row = (await self.connection.execute(update, {"key": code_id})).first()
        except IntegrityError:
            raise CodeTaken from None
        if row is None:
            raise PromoCodeNotFound
        return convert(row, PromoCode, from_attributes=True)

    async def delete(self, code_id: int) -> None:
        await self.connection.execute(_LET_GO, {"key": code_id})
        if (await self.connection.execute(_DELETE, {"key": code_id})).first() is None:
            raise PromoCodeNotFound
