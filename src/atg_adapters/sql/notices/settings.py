"""How people want to be told, on SQL."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.notices.delivery import DECLINED, RECIPIENTS, recipients_of
from atg_adapters.sql.tables.identity import user_profiles
from atg_adapters.sql.tables.notices import notice_choices, notice_settings, telegram_links
from atg_core.notices.model import Channel, QuietHours, Recipient
from atg_core.notices.ports import RecipientNotFound
from atg_core.notifier import NoticeKind

_user: sa.BindParameter[UUID] = sa.bindparam("user", type_=sa.Uuid)
_set = insert(notice_settings)
_PUT_QUIET_HOURS = _set.on_conflict_do_update(
    index_elements=["user_id"], set_={name: _set.excluded[name] for name in ("quiet_from", "quiet_until")}
)
_choose = insert(notice_choices)
_PUT_CHOICE = _choose.on_conflict_do_update(
    index_elements=["user_id", "kind", "channel"], set_={"is_wanted": _choose.excluded.is_wanted}
)
_PROFILE = insert(user_profiles)
_link = insert(telegram_links)
_LINK = _link.on_conflict_do_update(
    index_elements=["user_id"], set_={name: _link.excluded[name] for name in ("chat_id", "linked_at")}
)
_UNLINK = sa.delete(telegram_links).where(telegram_links.c.user_id == _user)
_UNLINK_OTHERS = sa.delete(telegram_links).where(
    telegram_links.c.chat_id == sa.bindparam("chat", type_=sa.BigInteger), telegram_links.c.user_id != _user
)


class SqlNoticeSettings:
    """`NoticeSettings` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def recipient(self, user_id: UUID) -> Recipient:
        asked = {"people": [user_id]}
        recipients = recipients_of(*await self.connection.results((RECIPIENTS, asked), (DECLINED, asked)))
        if not recipients:
            raise RecipientNotFound
        return recipients[0]

    async def put_quiet_hours(self, user_id: UUID, quiet_hours: QuietHours | None) -> None:
        start, end = (quiet_hours.start, quiet_hours.end) if quiet_hours else (None, None)
        values = {"user_id": user_id, "quiet_from": start, "quiet_until": end}
        await self.connection.execute(_PUT_QUIET_HOURS, values)

    async def put_choices(self, user_id: UUID, choices: Mapping[tuple[NoticeKind, Channel], bool]) -> None:
        """In one order, so that two requests at once do not wait for each other."""
        rows = [
            {"user_id": user_id, "kind": kind, "channel": channel, "is_wanted": choices[kind, channel]}
            for kind, channel in sorted(choices)
        ]
        await self.connection.execute(_PUT_CHOICE, rows)

    async def put_switches(self, user_id: UUID, switches: Mapping[str, bool], now: datetime) -> None:
        put = _PROFILE.on_conflict_do_update(index_elements=["id"], set_={**switches, "updated_at": now})
        await self.connection.execute(put, {"id": user_id, **switches})

    async def link(self, user_id: UUID, chat_id: int, now: datetime) -> None:
        await self.connection.execute(_UNLINK_OTHERS, {"chat": chat_id, "user": user_id})
        await self.connection.execute(_LINK, {"user_id": user_id, "chat_id": chat_id, "linked_at": now})

    async def unlink(self, user_id: UUID) -> None:
        await self.connection.execute(_UNLINK, {"user": user_id})
