"""Email tokens on SQL."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.identity import mail_tokens
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.email_tokens import REVOCABLE, EmailToken

_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)
_id: sa.BindParameter[UUID] = sa.bindparam("id_", type_=sa.Uuid)
_BY_ID = sa.select(mail_tokens).where(mail_tokens.c.id == _id)
_BY_HASH = sa.select(mail_tokens).where(mail_tokens.c.token_hash == sa.bindparam("token_hash"))
_is_live = mail_tokens.c.used_at.is_(None) & (mail_tokens.c.expires_at > _now)
_USE = sa.update(mail_tokens).where(mail_tokens.c.id == _id, _is_live).values(used_at=_now).returning(mail_tokens.c.id)
_END = (
    sa.update(mail_tokens)
    .where(mail_tokens.c.user_id == sa.bindparam("user"), _is_live)
    .where(mail_tokens.c.purpose.in_(REVOCABLE))
    .values(used_at=_now)
)
_FORGET = sa.delete(mail_tokens).where(mail_tokens.c.expires_at < _now)


class SqlEmailTokens:
    """`EmailTokens` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add_email_token(self, token: EmailToken) -> None:
        await self.connection.execute(sa.insert(mail_tokens), asdict(token))

    async def find_email_token(self, token_id: UUID) -> EmailToken | None:
        return _token(await self._first(_BY_ID, id_=token_id))

    async def email_token_by_hash(self, token_hash: bytes) -> EmailToken | None:
        return _token(await self._first(_BY_HASH, token_hash=token_hash))

    async def use_email_token(self, token_id: UUID, now: datetime) -> bool:
        return await self._first(_USE, id_=token_id, now=now) is not None

    async def revoke_email_tokens(self, user_id: UUID, now: datetime) -> None:
        await self.connection.execute(_END, {"user": user_id, "now": now})

    async def delete_email_tokens(self, before: datetime) -> int:
        return (await self.connection.execute(_FORGET, {"now": before})).rowcount

    async def _first(self, statement: sa.Executable, **values: Any) -> Row | None:
        return (await self.connection.execute(statement, values)).first()


def _token(row: Row | None) -> EmailToken | None:
    return convert(row, EmailToken, from_attributes=True) if row else None
