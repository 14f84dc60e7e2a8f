"""What was sent by mail, in memory."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_core.identity.links import MailToken, Purpose


class MemoryMailTokens:
    """`MailTokens` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add_mail_token(self, token: MailToken) -> None:
        self.database.insert("mail_tokens", asdict(token))

    async def find_mail_token(self, token_id: UUID) -> MailToken | None:
        row = self.database.tables["mail_tokens"].get(token_id)
        return convert(row, MailToken) if row else None

    async def mail_token_of(self, token_hash: bytes) -> MailToken | None:
        row = next(self.database.rows("mail_tokens", token_hash=token_hash), None)
        return convert(row, MailToken) if row else None

    async def use_mail_token(self, token_id: UUID, now: datetime) -> bool:
        token = await self.find_mail_token(token_id)
        if token is None or not token.is_live(now):
            return False
        self.database.update("mail_tokens", token_id, used_at=now)
        return True

    async def end_mail_tokens(self, user_id: UUID, now: datetime) -> None:
        for purpose in (Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL):
            for row in list(self.database.rows("mail_tokens", user_id=user_id, purpose=purpose)):
                await self.use_mail_token(row["id"], now)

    async def forget_mail_tokens(self, before: datetime) -> None:
        for row in list(self.database.rows("mail_tokens")):
            if row["expires_at"] < before:
                self.database.delete("mail_tokens", id=row["id"])
