"""What is to be sent, and how people want to be told, on SQL."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.tables.notices import notice_choices, notice_settings, notices, telegram_links
from atg_adapters.sql.types import UtcDateTime
from atg_core.notices.model import DEFAULT_QUIET_HOURS, Channel, Notice, QuietHours, Recipient
from atg_core.notices.ports import Untold
from atg_core.notifier import NoticeKind
from atg_core.time_zones import zone_or
from atg_core.words import Language

_notices = notices.c
_now = sa.bindparam("now", type_=UtcDateTime)
_IS_DUE = _notices.deliver_at <= _now
_waiting = sa.select(_notices.user_id).where(_IS_DUE).distinct().limit(sa.bindparam("most", type_=sa.Integer))
# A person is held, so that of several who take at once one gets all that waits for them.
_HOLD_PEOPLE = sa.select(users.c.id).where(users.c.id.in_(_waiting)).with_for_update(skip_locked=True, key_share=True)
_TAKE = (
    sa.update(notices)
    .where(_IS_DUE, is_among(_notices.user_id, "people"))
    .values(deliver_at=None)
    .returning(_notices.id, _notices.user_id, _notices.kind)
)
_POSTPONE = sa.update(notices).where(is_among(_notices.id, "ids")).values(deliver_at=_now)

RECIPIENTS = (
    sa.select(
        users.c.id.label("user_id"),
        users.c.email,
        *(
            user_profiles.c[name]
            for name in ("language", "time_zone", "email_notifications", "push_notifications", "weekly_report")
        ),
        notice_settings.c.user_id.is_not(None).label("is_set"),
        notice_settings.c.quiet_from,
        notice_settings.c.quiet_until,
        telegram_links.c.chat_id,
    )
    .outerjoin(user_profiles, user_profiles.c.id == users.c.id)
    .outerjoin(notice_settings, notice_settings.c.user_id == users.c.id)
    .outerjoin(telegram_links, telegram_links.c.user_id == users.c.id)
    .where(is_among(users.c.id, "people"), users.c.is_active)
    .order_by(users.c.id)
)
DECLINED = sa.select(notice_choices.c.user_id, notice_choices.c.kind, notice_choices.c.channel).where(
    is_among(notice_choices.c.user_id, "people"), ~notice_choices.c.is_wanted
)
NOTICE = tuple(
    _notices[name]
    for name in ("id", "user_id", "kind", "subject", "occasion", "title", "details", "created_at", "read_at")
)
_SENT = {Channel.MAIL: _notices.mailed_at, Channel.TELEGRAM: _notices.messaged_at}
_UNSENT = {
    channel: sa.select(*NOTICE).where(is_among(_notices.id, "ids"), sent.is_(None)).order_by(_notices.id)
    for channel, sent in _SENT.items()
}
_NOTE_SENT = {
    channel: sa.update(notices).where(is_among(_notices.id, "ids"), sent.is_(None)).values({sent: _now})
    for channel, sent in _SENT.items()
}


class SqlDelivery:
    """`DeliveryStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def take(self, now: datetime, people: int) -> list[Untold]:
        held = await self.connection.scalars(_HOLD_PEOPLE, {"now": now, "most": people})
        rows = await self.connection.execute(_TAKE, {"now": now, "people": held})
        taken = [Untold(row.id, row.user_id, NoticeKind(row.kind)) for row in rows]
        return sorted(taken, key=lambda each: (each.user_id, each.id))

    async def postpone(self, notice_ids: Collection[int], until: datetime) -> None:
        await self.connection.execute(_POSTPONE, {"ids": notice_ids, "now": until})

    async def recipients(self, user_ids: Collection[UUID]) -> list[Recipient]:
        asked = {"people": user_ids}
        found, declined = await self.connection.results((RECIPIENTS, asked), (DECLINED, asked))
        return recipients_of(found, declined)

    async def unsent(self, channel: Channel, notice_ids: Collection[int]) -> list[Notice]:
        rows = await self.connection.execute(_UNSENT[channel], {"ids": notice_ids})
        return [convert(row, Notice, from_attributes=True) for row in rows]

    async def note_sent(self, channel: Channel, notice_ids: Collection[int], now: datetime) -> None:
        await self.connection.execute(_NOTE_SENT[channel], {"ids": notice_ids, "now": now})


def recipients_of(found: Iterable[Row], declined: Iterable[Row]) -> list[Recipient]:
    """From the rows of `RECIPIENTS` and `DECLINED`."""
    choices: dict[UUID, set[tuple[NoticeKind, Channel]]] = {}
    for row in declined:
        choices.setdefault(row.user_id, set()).add((NoticeKind(row.kind), Channel(row.channel)))
    return [_recipient(row, choices.get(row.user_id, set())) for row in found]


def _recipient(row: Any, declined: set[tuple[NoticeKind, Channel]]) -> Recipient:
    quiet = QuietHours(start=row.quiet_from, end=row.quiet_until) if row.quiet_from is not None else None
    return Recipient(
        user_id=row.user_id,
        email=row.email,
        language=Language.of(row.language) or Language.RU,
        zone=zone_or(row.time_zone, None),
        quiet_hours=quiet if row.is_set else DEFAULT_QUIET_HOURS,
        chat_id=row.chat_id,
        email_notifications=row.email_notifications is not False,
        push_notifications=row.push_notifications is not False,
        weekly_report=bool(row.weekly_report),
        declined=frozenset(declined),
    )
