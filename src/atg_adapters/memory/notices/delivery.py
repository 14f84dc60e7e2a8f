"""What is to be sent, and how people want to be told, in memory."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_core.notices.model import DEFAULT_QUIET_HOURS, Channel, Notice, QuietHours, Recipient
from atg_core.notices.ports import Untold
from atg_core.time_zones import zone_or
from atg_core.words import Language

_SENT = {Channel.MAIL: "mailed_at", Channel.TELEGRAM: "messaged_at"}


class MemoryDelivery:
    """`DeliveryStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def take(self, now: datetime, people: int) -> list[Untold]:
        waiting = [row for row in self.database.rows("notices") if row["deliver_at"] and row["deliver_at"] <= now]
        chosen = sorted({row["user_id"] for row in waiting})[:people]
        taken = [row for row in waiting if row["user_id"] in chosen]
        for row in taken:
            self.database.update("notices", row["id"], deliver_at=None)
        untold = [Untold(row["id"], row["user_id"], row["kind"]) for row in taken]
        return sorted(untold, key=lambda each: (each.user_id, each.id))

    async def postpone(self, notice_ids: Collection[int], until: datetime) -> None:
        for notice_id in notice_ids:
            self.database.update("notices", notice_id, deliver_at=until)

    async def recipients(self, user_ids: Collection[UUID]) -> list[Recipient]:
        found = [recipient_of(self.database, user_id) for user_id in sorted(set(user_ids))]
        return [recipient for recipient in found if recipient]

    async def unsent(self, channel: Channel, notice_ids: Collection[int]) -> list[Notice]:
        rows = [self.tables["notices"].get(notice_id) for notice_id in sorted(notice_ids)]
        return [convert(row, Notice) for row in rows if row and row[_SENT[channel]] is None]

    async def note_sent(self, channel: Channel, notice_ids: Collection[int], now: datetime) -> None:
        for notice in await self.unsent(channel, notice_ids):
            self.database.update("notices", notice.id, **{_SENT[channel]: now})


def recipient_of(database: MemoryDatabase, user_id: UUID) -> Recipient | None:
    """None for who is not active."""
    user = database.tables["users"].get(user_id)
    if user is None or not user["is_active"]:
        return None
    profile = database.tables["user_profiles"].get(user_id, {})
    chosen, link = database.tables["notice_settings"].get(user_id), database.tables["telegram_links"].get(user_id)
    quiet: QuietHours | None = DEFAULT_QUIET_HOURS
    if chosen is not None:
        quiet = (
            QuietHours(start=chosen["quiet_from"], end=chosen["quiet_until"])
            if chosen["quiet_from"] is not None
            else None
        )
    return Recipient(
        user_id=user_id,
        email=user.get("email"),
        language=Language.of(profile.get("language")) or Language.RU,
        zone=zone_or(profile.get("time_zone"), None),
        quiet_hours=quiet,
        chat_id=link["chat_id"] if link else None,
        email_notifications=profile.get("email_notifications", True),
        push_notifications=profile.get("push_notifications", True),
        weekly_report=profile.get("weekly_report", False),
        declined=frozenset(
            (row["kind"], row["channel"]) for row in database.rows("notice_choices", user_id=user_id, is_wanted=False)
        ),
    )
