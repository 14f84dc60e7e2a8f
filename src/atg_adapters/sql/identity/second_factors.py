"""Second factors, recovery codes and tickets of sign-ins on SQL."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.identity import recovery_codes, second_factors, sign_in_tickets
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.second_factor import TRIES_OF_TICKET, SecondFactor, SignInTicket

_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)
_user: sa.BindParameter[UUID] = sa.bindparam("user", type_=sa.Uuid)
_id: sa.BindParameter[UUID] = sa.bindparam("id_", type_=sa.Uuid)
_step: sa.BindParameter[int] = sa.bindparam("step", type_=sa.BigInteger)
_FIND = sa.select(second_factors).where(second_factors.c.user_id == _user)
_ADD = insert(second_factors)
_PUT = _ADD.on_conflict_do_update(
    index_elements=["user_id"],
    set_={name: _ADD.excluded[name] for name in ("secret", "created_at", "confirmed_at", "last_step")},
)
_USE_STEP = (
    sa.update(second_factors)
    .where(second_factors.c.user_id == _user)
    .where(second_factors.c.last_step.is_(None) | (second_factors.c.last_step < _step))
    .values(last_step=_step)
    .returning(second_factors.c.user_id)
)
_REMOVE = sa.delete(second_factors).where(second_factors.c.user_id == _user).returning(second_factors.c.confirmed_at)
_REMOVE_CODES = sa.delete(recovery_codes).where(recovery_codes.c.user_id == _user)
_USE_CODE = (
    sa.update(recovery_codes)
    .where(recovery_codes.c.user_id == _user, recovery_codes.c.code_hash == sa.bindparam("hash"))
    .where(recovery_codes.c.used_at.is_(None))
    .values(used_at=_now)
    .returning(recovery_codes.c.user_id)
)
_COUNT_CODES = (
    sa.select(sa.func.count())
    .select_from(recovery_codes)
    .where(recovery_codes.c.user_id == _user, recovery_codes.c.used_at.is_(None))
)
_is_live = sign_in_tickets.c.used_at.is_(None) & (sign_in_tickets.c.expires_at > _now)
_TRY = (
    sa.update(sign_in_tickets)
    .where(sign_in_tickets.c.ticket_hash == sa.bindparam("hash"), _is_live)
    .where(sign_in_tickets.c.tries < TRIES_OF_TICKET)
    .values(tries=sign_in_tickets.c.tries + 1)
    .returning(sign_in_tickets)
)
_USE = (
    sa.update(sign_in_tickets)
    .where(sign_in_tickets.c.id == _id, _is_live)
    .values(used_at=_now)
    .returning(sign_in_tickets.c.id)
)
REMOVE_TICKETS = sa.delete(sign_in_tickets).where(sign_in_tickets.c.user_id == _user)
_DELETE_EXPIRED = sa.delete(sign_in_tickets).where(sign_in_tickets.c.expires_at < _now)


class SqlSecondFactors:
    """`SecondFactors` within the transaction of `connection`."""

    connection: Connection

    async def find_second_factor(self, user_id: UUID) -> SecondFactor | None:
        row = await self._row(_FIND, user=user_id)
        return convert(row, SecondFactor, from_attributes=True) if row else None

    async def put_second_factor(self, factor: SecondFactor) -> None:
        await self.connection.execute(_PUT, asdict(factor))

    async def use_time_step(self, user_id: UUID, step: int) -> bool:
        return await self._row(_USE_STEP, user=user_id, step=step) is not None

    async def second_factor_secrets(self) -> list[tuple[UUID, str]]:
        rows = await self.connection.execute(sa.select(second_factors.c.user_id, second_factors.c.secret))
        return [(row.user_id, row.secret) for row in rows]

    async def replace_secret(self, user_id: UUID, old: str, new: str) -> None:
        replaced = sa.update(second_factors).where(second_factors.c.user_id == user_id, second_factors.c.secret == old)
        await self.connection.execute(replaced.values(secret=new))

    async def remove_second_factor(self, user_id: UUID) -> bool:
        removed = await self._row(_REMOVE, user=user_id)
        for statement in (_REMOVE_CODES, REMOVE_TICKETS):
            await self.connection.execute(statement, {"user": user_id})
        return removed is not None and removed.confirmed_at is not None

    async def replace_recovery_codes(self, user_id: UUID, hashes: list[bytes]) -> None:
        await self.connection.execute(_REMOVE_CODES, {"user": user_id})
        rows = [{"user_id": user_id, "code_hash": each} for each in hashes]
        await self.connection.execute(sa.insert(recovery_codes), rows)

    async def use_recovery_code(self, user_id: UUID, code_hash: bytes, now: datetime) -> bool:
        return await self._row(_USE_CODE, user=user_id, hash=code_hash, now=now) is not None

    async def count_recovery_codes(self, user_id: UUID) -> int:
        return int((await self.connection.execute(_COUNT_CODES, {"user": user_id})).scalar_one())

    async def add_ticket(self, ticket: SignInTicket) -> None:
        await self.connection.execute(sa.insert(sign_in_tickets), asdict(ticket))

    async def try_ticket(self, ticket_hash: bytes, now: datetime) -> SignInTicket | None:
        row = await self._row(_TRY, hash=ticket_hash, now=now)
        return convert(row, SignInTicket, from_attributes=True) if row else None

    async def use_ticket(self, ticket_id: UUID, now: datetime) -> bool:
        return await self._row(_USE, id_=ticket_id, now=now) is not None

    async def delete_tickets(self, before: datetime) -> int:
        return (await self.connection.execute(_DELETE_EXPIRED, {"now": before})).rowcount

    async def _row(self, statement: sa.Executable, **values: Any) -> Row | None:
        return (await self.connection.execute(statement, values)).first()
