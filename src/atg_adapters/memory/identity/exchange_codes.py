"""Codes of sign-ins that a frontend elsewhere completes, in memory."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_core.identity.exchange_codes import ExchangeCode

_TABLE = "oauth_exchange_codes"


class MemoryExchangeCodes:
    """`ExchangeCodes` within a transaction."""

    database: MemoryDatabase

    async def add_exchange_code(self, code: ExchangeCode) -> None:
        self.database.insert(_TABLE, asdict(code))

    async def find_exchange_code(self, code_hash: bytes) -> UUID | None:
        row = next(self.database.rows(_TABLE, code_hash=code_hash), None)
        return row["user_id"] if row else None

    async def use_exchange_code(self, code_hash: bytes, now: datetime) -> ExchangeCode | None:
        row = next(self.database.rows(_TABLE, code_hash=code_hash), None)
        if row is None or row["expires_at"] <= now:
            return None
        self.database.delete(_TABLE, code_hash=code_hash)
        return convert(row, ExchangeCode)

    async def delete_exchange_codes(self, before: datetime) -> int:
        old = [row["id"] for row in self.database.rows(_TABLE) if row["expires_at"] < before]
        for row_id in old:
            self.database.delete(_TABLE, id=row_id)
        return len(old)
