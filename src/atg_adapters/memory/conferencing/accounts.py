"""Conference accounts in memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from atg_adapters.memory.conferencing.pool import account_of, live
from atg_adapters.memory.database import DuplicateKey, MemoryDatabase
from atg_core.conferencing.model import Account
from atg_core.conferencing.ports import AccountBusy, LabelTaken


class MemoryAccounts:
    """`Accounts` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add(self, values: Mapping[str, Any], now: datetime) -> Account:
        stored = {"sealed": None, **values, "made_on": None, "made": 0, "created_at": now, "updated_at": now}
        try:
            return account_of(self.database, self.database.insert("conference_accounts", stored))
        except DuplicateKey:
            raise LabelTaken from None

    async def change(self, account_id: int, values: Mapping[str, Any], now: datetime) -> Account:
        account_of(self.database, account_id)
        try:
            self.database.update("conference_accounts", account_id, **values, updated_at=now)
        except DuplicateKey:
            raise LabelTaken from None
        return account_of(self.database, account_id)

    async def delete(self, account_id: int) -> None:
        account_of(self.database, account_id)
        if live(self.database, account_id):
            raise AccountBusy
        for lease in list(self.database.rows("conference_leases", account_id=account_id)):
            self.database.update("conference_leases", lease["id"], account_id=None)
        self.database.delete("conference_accounts", id=account_id)

    async def sealed(self) -> list[tuple[int, str]]:
        rows = self.database.rows("conference_accounts")
        return sorted((row["id"], row["sealed"]) for row in rows if row["sealed"] is not None)
