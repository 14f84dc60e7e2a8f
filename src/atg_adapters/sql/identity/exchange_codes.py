"""Codes of sign-ins that a frontend elsewhere completes, on SQL."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.identity import oauth_exchange_codes
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.exchange_codes import ExchangeCode

_codes = oauth_exchange_codes.c
_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)
_has_hash = _codes.code_hash == sa.bindparam("hash")
_FIND = sa.select(_codes.user_id).where(_has_hash)
_USE = sa.delete(oauth_exchange_codes).where(_has_hash, _codes.expires_at > _now).returning(oauth_exchange_codes)
_DELETE_EXPIRED = sa.delete(oauth_exchange_codes).where(_codes.expires_at < _now)
REMOVE_EXCHANGE_CODES = sa.delete(oauth_exchange_codes).where(_codes.user_id == sa.bindparam("user", type_=sa.Uuid))


class SqlExchangeCodes:
    """`ExchangeCodes` within the transaction of `connection`."""

    connection: Connection

    async def add_exchange_code(self, code: ExchangeCode) -> None:
        await self.connection.execute(sa.insert(oauth_exchange_codes), asdict(code))

    async def find_exchange_code(self, code_hash: bytes) -> UUID | None:
        user_id: UUID | None = await self.connection.scalar(_FIND, {"hash": code_hash})
        return user_id

    async def use_exchange_code(self, code_hash: bytes, now: datetime) -> ExchangeCode | None:
        row = (await self.connection.execute(_USE, {"hash": code_hash, "now": now})).first()
        return convert(row, ExchangeCode, from_attributes=True) if row else None

    async def delete_exchange_codes(self, before: datetime) -> int:
        return (await self.connection.execute(_DELETE_EXPIRED, {"now": before})).rowcount
