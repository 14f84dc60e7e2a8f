"""Tokens of calendar feeds in memory."""

from datetime import datetime
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase


class MemoryCalendarTokens:
    """`CalendarTokens` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def replace_calendar_token(self, user_id: UUID, digest: bytes, now: datetime) -> None:
        self.database.delete("calendar_tokens", user_id=user_id)
        self.database.insert("calendar_tokens", {"user_id": user_id, "digest": digest, "created_at": now})
