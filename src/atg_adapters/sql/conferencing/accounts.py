"""Conference accounts on SQL."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.conferencing.leasing import ACCOUNT_COLUMNS
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.conferencing import (
    conference_accounts,
    conference_leases,
    conference_places,
)
from atg_core.conferencing.model import Account
from atg_core.conferencing.ports import AccountBusy, AccountNotFound, LabelTaken

_id: sa.BindParameter[Any] = sa.bindparam("key")
_accounts, _leases, _places = conference_accounts.c, conference_leases.c, conference_places.c

ACCOUNT = sa.select(*ACCOUNT_COLUMNS).where(_accounts.id == _id)
_HOLD_ACCOUNT = ACCOUNT.with_for_update()
_HOSTS = sa.select(sa.exists().where(_leases.account_id == _id, _leases.ended_at.is_(None)))
_HOLD_PLACES = sa.select(_places.number).where(_places.account_id == _id).with_for_update()


class SqlAccounts:
    """`Accounts` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add(self, values: Mapping[str, Any], now: datetime) -> Account:
        stored = {**values, "created_at": now, "updated_at": now}
        return await self._stored(sa.insert(conference_accounts).values(stored).returning(*ACCOUNT_COLUMNS), {})

    async def change(self, account_id: int, values: Mapping[str, Any], now: datetime) -> Account:
        changing = sa.update(conference_accounts).where(_accounts.id == _id).returning(*ACCOUNT_COLUMNS)
        return await self._stored(changing.values({**values, "updated_at": now}), {"key": account_id})

    async def _stored(self, statement: sa.Executable, values: Mapping[str, Any]) -> Account:
        try:
            async with self.connection.begin_nested():
                row = (await self.connection.execute(statement, values)).first()
        except IntegrityError:
            raise LabelTaken from None
        if row is None:
            raise AccountNotFound
        return convert(row, Account, from_attributes=True)

    async def delete(self, account_id: int) -> None:
        # Locked in the same order as by a start.
        await self.connection.execute(_HOLD_PLACES, {"key": account_id})
        if (await self.connection.execute(_HOLD_ACCOUNT, {"key": account_id})).first() is None:
            raise AccountNotFound
        if await self.connection.scalar(_HOSTS, {"key": account_id}):
            raise AccountBusy
        await self.connection.execute(sa.delete(conference_accounts).where(_accounts.id == _id), {"key": account_id})

    async def sealed(self) -> list[tuple[int, str]]:
        holding = sa.select(_accounts.id, _accounts.sealed).where(_accounts.sealed.is_not(None)).order_by(_accounts.id)
        return [(row.id, row.sealed) for row in await self.connection.execute(holding.with_for_update())]
