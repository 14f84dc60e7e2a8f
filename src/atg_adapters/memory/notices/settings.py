"""How people want to be told, in memory."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.notices.delivery import recipient_of
from atg_core.notices.model import Channel, QuietHours, Recipient
from atg_core.notices.ports import RecipientNotFound
from atg_core.notifier import NoticeKind


class MemoryNoticeSettings:
    """`NoticeSettings` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def recipient(self, user_id: UUID) -> Recipient:
        recipient = recipient_of(self.database, user_id)
        if recipient is None:
            raise RecipientNotFound
        return recipient

    async def put_quiet_hours(self, user_id: UUID, quiet_hours: QuietHours | None) -> None:
        start, end = (quiet_hours.start, quiet_hours.end) if quiet_hours else (None, None)
        self.tables["notice_settings"][user_id] = {"id": user_id, "quiet_from": start, "quiet_until": end}

    async def put_choices(self, user_id: UUID, choices: Mapping[tuple[NoticeKind, Channel], bool]) -> None:
        for (kind, channel), is_wanted in choices.items():
            key = (user_id, kind, channel)
            row = {"id": key, "user_id": user_id, "kind": kind, "channel": channel, "is_wanted": is_wanted}
            self.tables["notice_choices"][key] = row

    async def put_switches(self, user_id: UUID, switches: Mapping[str, bool], now: datetime) -> None:
        former = self.tables["user_profiles"].get(user_id, {"id": user_id})
        self.tables["user_profiles"][user_id] = {**former, **switches, "updated_at": now}

    async def link(self, user_id: UUID, chat_id: int, now: datetime) -> None:
        self.database.delete("telegram_links", chat_id=chat_id)
        self.tables["telegram_links"][user_id] = {"id": user_id, "chat_id": chat_id, "linked_at": now}

    async def unlink(self, user_id: UUID) -> None:
        self.database.delete("telegram_links", id=user_id)
