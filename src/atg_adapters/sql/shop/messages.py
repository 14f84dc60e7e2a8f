"""Messages to customers on SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.shop.purchases import owned_course, owned_lesson
from atg_adapters.sql.tables.shop import (
    purchases,
    shop_courses,
    shop_customers,
    shop_lessons,
    shop_message_recipients,
    shop_messages,
)
from atg_adapters.sql.types import UtcDateTime
from atg_core.shop.messages import (
    IDLE_SINCE,
    Audience,
    CustomerMessage,
    Delivery,
    DeliveryCounts,
    MessageNotDraft,
    MessageNotFound,
    MessageOver,
    MessageStatus,
    Recipient,
)
from atg_core.shop.ports import CourseNotFound, LessonNotFound
from atg_core.shop.purchases import PurchaseStatus

_messages, _recipients = shop_messages.c, shop_message_recipients.c
_key: sa.BindParameter[int] = sa.bindparam("key")
_now = sa.bindparam("now", type_=UtcDateTime)
_item: sa.BindParameter[int] = sa.bindparam("item")
_idle_since = sa.bindparam("idle_since", type_=UtcDateTime)
_people, _bought = shop_customers.c, purchases.c

_mine = sa.and_(_bought.user_id == _people.id, _bought.status == PurchaseStatus.COMPLETED)
_REACHED: dict[tuple[Audience, bool], sa.ColumnElement[bool]] = {
    (Audience.ALL, False): _people.is_active,
    (Audience.BUYERS, True): sa.and_(_people.is_active, owned_lesson(_people.id, _item)),
    (Audience.BUYERS, False): sa.and_(_people.is_active, owned_course(_people.id, _item)),
    (Audience.IDLE, False): sa.and_(
        _people.is_active,
        _people.created_at <= _idle_since,
        ~sa.exists().where(_mine, _bought.created_at > _idle_since),
    ),
}
"""By audience, and whether its item is a lesson."""
_REACH = {key: sa.select(sa.func.count()).select_from(shop_customers).where(who) for key, who in _REACHED.items()}
_FILL = {
    key: sa.insert(shop_message_recipients).from_select(
        ["message_id", "user_id", "chat_id", "status", "changed_at"],
        sa.select(sa.cast(_key, sa.Integer), _people.id, _people.telegram_id, sa.literal(Delivery.WAITING.value), _now)
        .where(who)
        .order_by(_people.id),
    )
    for key, who in _REACHED.items()
}
_MESSAGE = sa.select(shop_messages).where(_messages.id == _key)
_BEGIN = (
    sa.update(shop_messages)
    .where(_messages.id == _key, _messages.status == MessageStatus.DRAFT)
    .values(status=MessageStatus.SENDING, sent_at=_now)
    .returning(shop_messages)
)
_CANCEL = (
    sa.update(shop_messages)
    .where(_messages.id == _key, _messages.status.in_([MessageStatus.DRAFT, MessageStatus.SENDING]))
    .values(status=MessageStatus.CANCELLED, ended_at=_now)
    .returning(shop_messages)
)
_next = (
    sa.select(_recipients.id)
    .join(shop_messages, _messages.id == _recipients.message_id)
    .where(
        _recipients.message_id == _key,
        _recipients.status == Delivery.WAITING,
        _messages.status == MessageStatus.SENDING,
    )
    .order_by(_recipients.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=shop_message_recipients)
)
_CLAIM = (
    sa.update(shop_message_recipients)
    .where(_recipients.id == _next.scalar_subquery())
    .values(status=Delivery.SENDING, changed_at=_now)
    .returning(shop_message_recipients)
)
_TEXT = sa.select(_messages.text).where(_messages.id == _key)
_SETTLE = (
    sa.update(shop_message_recipients)
    .where(_recipients.id == _key, _recipients.status == Delivery.SENDING)
    .values(status=sa.bindparam("settled"), changed_at=_now)
)
_claimed = sa.and_(_recipients.message_id == _key, _recipients.status == Delivery.SENDING)
_FAIL_LOST = (
    sa.update(shop_message_recipients)
    .where(_claimed, _recipients.changed_at < sa.bindparam("before", type_=UtcDateTime))
    .values(status=Delivery.FAILED, changed_at=_now)
)
_CLAIMED = sa.select(sa.func.count()).select_from(shop_message_recipients).where(_claimed)
_open = sa.exists().where(
    _recipients.message_id == _messages.id, _recipients.status.in_([Delivery.WAITING, Delivery.SENDING])
)
_FINISH = (
    sa.update(shop_messages)
    .where(_messages.id == _key, _messages.status == MessageStatus.SENDING, ~_open)
    .values(status=MessageStatus.SENT, ended_at=_now)
)
_COUNTS = (
    sa.select(_recipients.message_id, _recipients.status, sa.func.count().label("number"))
    .where(is_among(_recipients.message_id, "keys"))
    .group_by(_recipients.message_id, _recipients.status)
)


def _audience(message: CustomerMessage, now: datetime) -> tuple[tuple[Audience, bool], dict[str, Any]]:
    """The key of its statement, and the parameters that this takes."""
    if message.audience is Audience.BUYERS:
        return (message.audience, message.lesson_id is not None), {"item": message.lesson_id or message.course_id}
    values = {"idle_since": now - IDLE_SINCE} if message.audience is Audience.IDLE else {}
    return (message.audience, False), values


def _message_of(row: Any) -> CustomerMessage:
    if row is None:
        raise MessageNotFound
    return convert(row, CustomerMessage, from_attributes=True)


class SqlCustomerMessages:
    """`CustomerMessages` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def add(self, message: CustomerMessage) -> CustomerMessage:
        for table, key, absent in (
            (shop_lessons, message.lesson_id, LessonNotFound),
            (shop_courses, message.course_id, CourseNotFound),
        ):
            if key is not None and await self._first(sa.select(table.c.id).where(table.c.id == _key), key=key) is None:
                raise absent
        values = {name: value for name, value in asdict(message).items() if name != "id"}
        return _message_of(await self._first(sa.insert(shop_messages).values(**values).returning(shop_messages)))

    async def begin(self, message_id: int, now: datetime) -> CustomerMessage:
        message = await self._moved(_BEGIN, message_id, now, MessageNotDraft)
        key, values = _audience(message, now)
        await self.connection.execute(_FILL[key], {"key": message_id, "now": now, **values})
        return message

    async def cancel(self, message_id: int, now: datetime) -> CustomerMessage:
        return await self._moved(_CANCEL, message_id, now, MessageOver)

    async def _moved(
        self, statement: sa.Executable, message_id: int, now: datetime, refused: type[Exception]
    ) -> CustomerMessage:
        row = await self._first(statement, key=message_id, now=now)
        if row is None:
            _message_of(await self._first(_MESSAGE, key=message_id))
            raise refused
        return _message_of(row)

    async def claim(self, message_id: int, now: datetime) -> tuple[Recipient, str] | None:
        row = await self._first(_CLAIM, key=message_id, now=now)
        if row is None:
            return None
        text: str = (await self.connection.execute(_TEXT, {"key": message_id})).scalar_one()
        return convert(row, Recipient, from_attributes=True), text

    async def settle(self, recipient_id: int, status: Delivery, now: datetime) -> None:
        await self.connection.execute(_SETTLE, {"key": recipient_id, "settled": status, "now": now})

    async def fail_lost(self, message_id: int, before: datetime, now: datetime) -> int:
        await self.connection.execute(_FAIL_LOST, {"key": message_id, "before": before, "now": now})
        claimed: int = (await self.connection.execute(_CLAIMED, {"key": message_id})).scalar_one()
        return claimed

    async def finish(self, message_id: int, now: datetime) -> None:
        await self.connection.execute(_FINISH, {"key": message_id, "now": now})


class SqlCustomerMessageQueries:
    """`CustomerMessageQueries`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def listed(self, *, limit: int, offset: int) -> tuple[list[tuple[CustomerMessage, DeliveryCounts]], int]:
        total = await self._number(sa.select(sa.func.count()).select_from(shop_messages))
        select = sa.select(shop_messages).order_by(_messages.id.desc()).limit(limit).offset(offset)
        messages = [_message_of(row) for row in await self.database.rows(select)]
        counts = await self._counts([each.id for each in messages])
        return [(each, counts[each.id]) for each in messages], total

    async def message(self, message_id: int) -> tuple[CustomerMessage, DeliveryCounts]:
        message = _message_of(await self.database.row(_MESSAGE, {"key": message_id}))
        return message, (await self._counts([message_id]))[message_id]

    async def _number(self, statement: sa.Select[Any], values: Mapping[str, Any] | None = None) -> int:
        [row] = await self.database.rows(statement, values or {})
        return int(row[0])

    async def _counts(self, keys: Sequence[int]) -> dict[int, DeliveryCounts]:
        found: dict[int, dict[str, int]] = {key: {} for key in keys}
        for row in await self.database.rows(_COUNTS, {"keys": keys}):
            status = Delivery.WAITING if row.status == Delivery.SENDING else row.status
            found[row.message_id][status] = found[row.message_id].get(status, 0) + row.number
        return {key: DeliveryCounts(**numbers) for key, numbers in found.items()}

    async def reach(self, message: CustomerMessage, now: datetime) -> int:
        key, values = _audience(message, now)
        return await self._number(_REACH[key], values)

    async def recipients(
        self, message_id: int, status: Delivery | None, *, limit: int, offset: int
    ) -> tuple[Sequence[Recipient], int]:
        _message_of(await self.database.row(_MESSAGE, {"key": message_id}))
        select = sa.select(shop_message_recipients).where(_recipients.message_id == message_id)
        if status is not None:
            select = select.where(_recipients.status == status)
        total = await self._number(sa.select(sa.func.count()).select_from(select.subquery()))
        rows = await self.database.rows(select.order_by(_recipients.id).limit(limit).offset(offset))
        return [convert(row, Recipient, from_attributes=True) for row in rows], total
