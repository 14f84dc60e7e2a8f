"""Email tokens in memory."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_core.identity.email_tokens import REVOCABLE, EmailToken


class MemoryEmailTokens:
    """`EmailTokens` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add_email_token(self, token: EmailToken) -> None:
        self.database.insert("mail_tokens", asdict(token))

    async def find_email_token(self, token_id: UUID) -> EmailToken | None:
        row = self.database.tables["mail_tokens"].get(token_id)
        return convert(row, EmailToken) if row else None

    async def email_token_by_hash(self, token_hash: bytes) -> EmailToken | None:
        row = next(self.database.rows("mail_tokens", token_hash=token_hash), None)
        return convert(row, EmailToken) if row else None

    async def use_email_token(self, token_id: UUID, now: datetime) -> bool:
        token = await self.find_email_token(token_id)
        if token is None or not token.is_live(now):
            return False
        self.database.update("mail_tokens", token_id, used_at=now)
        return True

    async def revoke_email_tokens(self, user_id: UUID, now: datetime) -> None:
        for purpose in REVOCABLE:
            for row in list(self.database.rows("mail_tokens", user_id=user_id, purpose=purpose)):
                await self.use_email_token(row["id"], now)

    async def delete_email_tokens(self, before: datetime) -> int:
        old = [row["id"] for row in self.database.rows("mail_tokens") if row["expires_at"] < before]
        for row_id in old:
            self.database.delete("mail_tokens", id=row_id)
        return len(old)
