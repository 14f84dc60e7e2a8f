"""Products for Stars, their customers, and support tickets (spec: store)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PENDING_TIMEOUT = timedelta(minutes=30)
"""After this time a purchase that was not paid fails."""


class TicketStatus(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class TicketAuthor(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A user of the bot, identified by `telegram_id`; has no password."""

    id: int
    telegram_id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str = "en"
    is_active: bool = True
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopLesson:
    """`price`: in Stars. `text_content` and `video_path`: the content that buyers get."""

    id: int
    title: str
    description: str
    price: int
    video_path: str | None
    text_content: str | None
    is_active: bool
    is_free: bool
    created_at: datetime
    updated_at: datetime

    @property
    def base_price(self) -> int:
        return self.price


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopCourse:
    """A bundle of lessons, in their order."""

    id: int
    title: str
    description: str
    total_price: int
    discount_price: int | None
    is_active: bool
    lesson_ids: tuple[int, ...]
    created_at: datetime
    updated_at: datetime

    @property
    def base_price(self) -> int:
        return self.total_price if self.discount_price is None else self.discount_price


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a purchase is for: exactly one of both."""

    lesson_id: int | None = None
    course_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A support ticket; `user_id`: its customer. `message`: their first words; `admin_response`: the latest answer."""

    id: int
    user_id: int
    subject: str
    message: str
    status: TicketStatus
    admin_response: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMessage:
    """What was said in a ticket: the first words of its customer, further ones, and each answer."""

    id: int
    ticket_id: int
    author: TicketAuthor
    text: str
    created_at: datetime


class Via(StrEnum):
    """How a customer has access to a lesson."""

    FREE = "free"
    LESSON = "lesson"
    COURSE = "course"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedPayment:
    """A payment that matches no purchase: it is stored and refunded. `reason`: the code of the error."""

    charge_id: str
    telegram_id: int
    amount: int
    currency: str
    payload: str
    reason: str
    created_at: datetime
