"""Tokens of calendar feeds on SQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.schedule import calendar_tokens

_token = insert(calendar_tokens)
_REPLACE_TOKEN = _token.on_conflict_do_update(
    index_elements=["user_id"], set_={"digest": _token.excluded.digest, "created_at": _token.excluded.created_at}
)


class SqlCalendarTokens:
    """`CalendarTokens` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def replace_calendar_token(self, user_id: UUID, digest: bytes, now: datetime) -> None:
        await self.connection.execute(_REPLACE_TOKEN, {"user_id": user_id, "digest": digest, "created_at": now})
