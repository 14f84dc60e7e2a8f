"""What was sent by mail, on SQL."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.database import Row
from atg_adapters.sql.tables.identity import mail_tokens
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.links import MailToken, Purpose

_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)
_id: sa.BindParameter[UUID] = sa.bindparam("id_", type_=sa.Uuid)
_BY_ID = sa.select(mail_tokens).where(mail_tokens.c.id == _id)
_BY_HASH = sa.select(mail_tokens).where(mail_tokens.c.token_hash == sa.bindparam("token_hash"))
_is_live = mail_tokens.c.used_at.is_(None) & (mail_tokens.c.expires_at > _now)
_USE = sa.update(mail_tokens).where(mail_tokens.c.id == _id, _is_live).values(used_at=_now).returning(mail_tokens.c.id)
_END = (
    sa.update(mail_tokens)
    .where(mail_tokens.c.user_id == sa.bindparam("user"), _is_live)
    .where(mail_tokens.c.purpose.in_((Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL)))
    .values(used_at=_now)
)
_FORGET = sa.delete(mail_tokens).where(mail_tokens.c.expires_at < _now)


class SqlMailTokens:
    """`MailTokens` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add_mail_token(self, token: MailToken) -> None:
        await self.connection.execute(sa.insert(mail_tokens), asdict(token))

    async def find_mail_token(self, token_id: UUID) -> MailToken | None:
        return _token(await self._first(_BY_ID, id_=token_id))

    async def mail_token_of(self, token_hash: bytes) -> MailToken | None:
        return _token(await self._first(_BY_HASH, token_hash=token_hash))

    async def use_mail_token(self, token_id: UUID, now: datetime) -> bool:
        return await self._first(_USE, id_=token_id, now=now) is not None

    async def end_mail_tokens(self, user_id: UUID, now: datetime) -> None:
        await self.connection.execute(_END, {"user": user_id, "now": now})

    async def forget_mail_tokens(self, before: datetime) -> None:
        await self.connection.execute(_FORGET, {"now": before})

    async def _first(self, statement: sa.Executable, **values: Any) -> Row | None:
        return (await self.connection.execute(statement, values)).first()


def _token(row: Row | None) -> MailToken | None:
    return convert(row, MailToken, from_attributes=True) if row else None
