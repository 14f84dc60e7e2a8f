"""Messages to customers in memory."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
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

_MESSAGES, _RECIPIENTS = "shop_messages", "shop_message_recipients"
_OPEN = {Delivery.WAITING, Delivery.SENDING}


def _message(database: MemoryDatabase, message_id: int) -> CustomerMessage:
    row = database.tables[_MESSAGES].get(message_id)
    if row is None:
        raise MessageNotFound
    return convert(row, CustomerMessage)


def _reached(database: MemoryDatabase, message: CustomerMessage, now: datetime) -> Iterator[Row]:
    """By id."""
    since = now - IDLE_SINCE
    links = database.rows("shop_course_lessons", lesson_id=message.lesson_id)
    items = {(message.lesson_id, message.course_id), *((None, row["course_id"]) for row in links)}
    for person in sorted(database.rows("shop_customers", is_active=True), key=lambda row: row["id"]):
        paid = list(database.rows("purchases", user_id=person["id"], status=PurchaseStatus.COMPLETED))
        reached = {
            Audience.ALL: True,
            Audience.BUYERS: any((row["lesson_id"], row["course_id"]) in items for row in paid),
            Audience.IDLE: person["created_at"] <= since and all(row["created_at"] <= since for row in paid),
        }
        if reached[message.audience]:
            yield person


def _recipients(database: MemoryDatabase, message_id: int, **values: Any) -> list[Row]:
    return sorted(database.rows(_RECIPIENTS, message_id=message_id, **values), key=lambda row: row["id"])


class MemoryCustomerMessages:
    """`CustomerMessages` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add(self, message: CustomerMessage) -> CustomerMessage:
        if message.lesson_id is not None and message.lesson_id not in self.database.tables["shop_lessons"]:
            raise LessonNotFound
        if message.course_id is not None and message.course_id not in self.database.tables["shop_courses"]:
            raise CourseNotFound
        values = {name: value for name, value in asdict(message).items() if name != "id"}
        return _message(self.database, self.database.insert(_MESSAGES, values))

    async def begin(self, message_id: int, now: datetime) -> CustomerMessage:
        message = _message(self.database, message_id)
        if message.status is not MessageStatus.DRAFT:
            raise MessageNotDraft
        self.database.update(_MESSAGES, message_id, status=MessageStatus.SENDING, sent_at=now)
        for person in list(_reached(self.database, message, now)):
            values = {"message_id": message_id, "user_id": person["id"], "chat_id": person["telegram_id"]}
            self.database.insert(_RECIPIENTS, {**values, "status": Delivery.WAITING, "changed_at": now})
        return _message(self.database, message_id)

    async def cancel(self, message_id: int, now: datetime) -> CustomerMessage:
        if _message(self.database, message_id).status not in {MessageStatus.DRAFT, MessageStatus.SENDING}:
            raise MessageOver
        self.database.update(_MESSAGES, message_id, status=MessageStatus.CANCELLED, ended_at=now)
        return _message(self.database, message_id)

    async def claim(self, message_id: int, now: datetime) -> tuple[Recipient, str] | None:
        message = self.database.tables[_MESSAGES].get(message_id)
        waiting = _recipients(self.database, message_id, status=Delivery.WAITING)
        if message is None or message["status"] != MessageStatus.SENDING or not waiting:
            return None
        key = waiting[0]["id"]
        self.database.update(_RECIPIENTS, key, status=Delivery.SENDING, changed_at=now)
        return convert(self.database.tables[_RECIPIENTS][key], Recipient), message["text"]

    async def settle(self, recipient_id: int, status: Delivery, now: datetime) -> None:
        if self.database.tables[_RECIPIENTS][recipient_id]["status"] == Delivery.SENDING:
            self.database.update(_RECIPIENTS, recipient_id, status=status, changed_at=now)

    async def fail_lost(self, message_id: int, before: datetime, now: datetime) -> int:
        claimed = _recipients(self.database, message_id, status=Delivery.SENDING)
        lost = [row for row in claimed if row["changed_at"] < before]
        for row in lost:
            self.database.update(_RECIPIENTS, row["id"], status=Delivery.FAILED, changed_at=now)
        return len(claimed) - len(lost)

    async def finish(self, message_id: int, now: datetime) -> None:
        is_open = any(row["status"] in _OPEN for row in _recipients(self.database, message_id))
        if not is_open and self.database.tables[_MESSAGES][message_id]["status"] == MessageStatus.SENDING:
            self.database.update(_MESSAGES, message_id, status=MessageStatus.SENT, ended_at=now)


class MemoryCustomerMessageQueries:
    """`CustomerMessageQueries`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def listed(self, *, limit: int, offset: int) -> tuple[list[tuple[CustomerMessage, DeliveryCounts]], int]:
        keys = sorted(self.database.tables[_MESSAGES], reverse=True)
        return [await self.message(key) for key in keys[offset : offset + limit]], len(keys)

    async def message(self, message_id: int) -> tuple[CustomerMessage, DeliveryCounts]:
        message = _message(self.database, message_id)
        found = Counter(str(row["status"]) for row in _recipients(self.database, message_id))
        found[Delivery.WAITING] += found.pop(Delivery.SENDING, 0)
        return message, DeliveryCounts(**{str(name): number for name, number in found.items()})

    async def reach(self, message: CustomerMessage, now: datetime) -> int:
        return len(list(_reached(self.database, message, now)))

    async def recipients(
        self, message_id: int, status: Delivery | None, *, limit: int, offset: int
    ) -> tuple[Sequence[Recipient], int]:
        _message(self.database, message_id)
        rows = _recipients(self.database, message_id, **({"status": status} if status is not None else {}))
        return [convert(row, Recipient) for row in rows[offset : offset + limit]], len(rows)
