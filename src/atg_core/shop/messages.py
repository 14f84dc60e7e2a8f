"""Messages to customers by the bot: drafts, whom they reach, and what came of them (spec: store)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from atg_core.errors import Conflict, NotFound
from atg_core.shop.model import Item

IDLE_SINCE = timedelta(days=30)
"""Who has not bought for that long is idle."""


class Audience(StrEnum):
    """ALL: customers who may buy. BUYERS: of these, who own the item. IDLE: who has bought nothing for a month.

    Who has bought a course owns its lessons. Newcomers of the last month are not idle.
    """

    ALL = "all"
    BUYERS = "buyers"
    IDLE = "idle"


class MessageStatus(StrEnum):
    DRAFT = "draft"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"


class Delivery(StrEnum):
    """What came of a message to one customer.

    SENDING: claimed by a worker. FAILED: refused by Telegram, or unclear, which is not tried again.
    BLOCKED: the customer has blocked the bot, or deleted the account.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    BLOCKED = "blocked"
    FAILED = "failed"


class MessageNotFound(NotFound):
    """Message not found"""


class MessageNotDraft(Conflict):
    """This message was sent or cancelled already"""


class MessageOver(Conflict):
    """This message has been sent to everybody, or was cancelled"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMessage:
    """`lesson_id`, `course_id`: the item of BUYERS, else both None. `text`: plain, at most 4096 characters.

    `sent_at`: when sending was begun; `ended_at`: when everybody was served, or it was cancelled.
    """

    id: int
    text: str
    audience: Audience
    lesson_id: int | None = None
    course_id: int | None = None
    status: MessageStatus = MessageStatus.DRAFT
    created_at: datetime
    sent_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def item(self) -> Item | None:
        if self.lesson_id is None and self.course_id is None:
            return None
        return Item(lesson_id=self.lesson_id, course_id=self.course_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A customer to whom a message goes; `chat_id`: their number in Telegram, where the chat has the same."""

    id: int
    user_id: int
    chat_id: int
    status: Delivery
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCounts:
    """How many recipients are in which state; of a draft all are 0. SENDING counts as waiting."""

    waiting: int = 0
    sent: int = 0
    blocked: int = 0
    failed: int = 0

    @property
    def recipients(self) -> int:
        return self.waiting + self.sent + self.blocked + self.failed
