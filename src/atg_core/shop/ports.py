"""Ports of the shop: stores, queries and customer tokens, with the errors they raise."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from atg_core.errors import Conflict, NotFound, NotSignedIn
from atg_core.shop.model import (
    Customer,
    Item,
    ShopCourse,
    ShopLesson,
    Ticket,
    TicketAuthor,
    TicketMessage,
    UnmatchedPayment,
    Via,
)
from atg_core.shop.pricing import PromoCode, Refusal
from atg_core.shop.purchases import Purchase, PurchaseStatus


class CustomerNotFound(NotFound):
    """User not found"""


class LessonNotFound(NotFound):
    """Lesson not found"""


class CourseNotFound(NotFound):
    """Course not found"""


class PurchaseNotFound(NotFound):
    """Purchase not found"""


class PromoCodeNotFound(NotFound):
    """Promo code not found"""


class TicketNotFound(NotFound):
    """Support ticket not found"""


class TicketClosed(Conflict):
    """This ticket is closed, please open another one"""


class CodeTaken(Conflict):
    """There is a promo code of this name already"""


class AlreadyOwned(Conflict):
    """This is owned already"""


class ItemInactive(Conflict):
    """This is no longer for sale"""


class NotACustomer(NotSignedIn):
    """Sign in with Telegram first"""


class DuplicatePayment(Exception):
    """A concurrent request has stored a purchase with this `payment_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Price and availability of an item. `is_owned`: by the customer; the owner of a course owns its lessons."""

    title: str
    base_price: int
    is_active: bool
    is_owned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A purchase that is about to be paid, with the current state of its item."""

    purchase: Purchase
    is_active: bool
    is_owned: bool
    telegram_id: int


class Purchases(Protocol):
    """Purchases and the uses of promo codes, within one transaction. A purchase that was read stays locked."""

    async def customer(self, user_id: int) -> Customer:
        """Locks the customer, so that purchases of one customer are serialized. Raises CustomerNotFound."""

    async def offer(self, user_id: int, item: Item) -> Offer:
        """Raises LessonNotFound, CourseNotFound."""

    async def find_payment(self, payment_id: str) -> Purchase | None: ...

    async def purchase(self, purchase_id: int) -> Purchase:
        """Raises PurchaseNotFound."""

    async def add_purchase(self, purchase: Purchase) -> Purchase:
        """With its id. Raises DuplicatePayment, AlreadyOwned."""

    async def save_purchase(self, purchase: Purchase) -> None:
        """Raises AlreadyOwned if another purchase grants the item, PaymentConflict if another has this charge."""

    async def reconciled_transactions(self) -> int:
        """How many of Telegram's Star transactions were reconciled: the offset of the next page."""

    async def set_reconciled_transactions(self, number: int) -> None:
        """Never decreases."""

    async def add_unmatched_payment(self, unmatched: UnmatchedPayment) -> bool:
        """False if it is there already."""

    async def use_code(self, code: str, now: datetime) -> PromoCode | Refusal:
        """Takes one use, in one statement: `max_uses` holds under concurrency."""

    async def return_use(self, code_id: int) -> None:
        """Gives one use back, to the code that it was taken of."""

    async def fail_overdue(self, before: datetime, now: datetime) -> int:
        """Fails purchases pending since `before`, and returns the uses of their promo codes; their number."""


class Products(Protocol):
    """Products (lessons and courses for sale), within one transaction."""

    async def add_lesson(self, values: Mapping[str, Any], now: datetime) -> ShopLesson: ...

    async def change_lesson(self, lesson_id: int, values: Mapping[str, Any], now: datetime) -> ShopLesson:
        """Raises LessonNotFound."""

    async def delete_lesson(self, lesson_id: int, now: datetime) -> None:
        """One that was bought, or is part of a course, is deactivated instead. Raises LessonNotFound."""

    async def add_course(self, values: Mapping[str, Any], lesson_ids: Sequence[int], now: datetime) -> ShopCourse:
        """Raises LessonNotFound."""

    async def change_course(
        self, course_id: int, values: Mapping[str, Any], lesson_ids: Sequence[int] | None, now: datetime
    ) -> ShopCourse:
        """`lesson_ids`: None leaves them. Raises CourseNotFound, LessonNotFound."""

    async def delete_course(self, course_id: int, now: datetime) -> None:
        """One that was bought is deactivated instead. Raises CourseNotFound."""


class Customers(Protocol):
    """Customers, within one transaction."""

    async def get_or_add(self, new: Customer) -> tuple[Customer, bool]:
        """The customer with this `telegram_id`, added if there is none, and whether it was added."""

    async def change(self, user_id: int, values: Mapping[str, Any], now: datetime) -> Customer:
        """Raises CustomerNotFound."""


class PromoCodes(Protocol):
    """Promo codes, within one transaction."""

    async def add(self, values: Mapping[str, Any], now: datetime) -> PromoCode:
        """Raises CodeTaken."""

    async def change(self, code_id: int, values: Mapping[str, Any]) -> PromoCode:
        """Raises PromoCodeNotFound, CodeTaken."""

    async def delete(self, code_id: int) -> None:
        """Purchases keep its text. Raises PromoCodeNotFound."""


class SupportTickets(Protocol):
    """Support tickets, within one transaction."""

    async def add(self, user_id: int, subject: str, message: str, now: datetime) -> Ticket:
        """Raises CustomerNotFound."""

    async def ticket(self, ticket_id: int) -> Ticket:
        """Locks it. Raises TicketNotFound."""

    async def change(self, ticket_id: int, values: Mapping[str, Any], now: datetime) -> tuple[Ticket, int]:
        """The ticket, and the `telegram_id` of its customer. Raises TicketNotFound."""

    async def say(self, ticket_id: int, author: TicketAuthor, text: str, now: datetime) -> TicketMessage:
        """Adds to the thread of a ticket that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopFilters:
    """Filters of a list, None for any; `q`: a substring of title or description, or of names.

    `not_in_course`: lessons that are not in it. `newest_first`: lessons and courses, instead of the order of ids.
    """

    q: str | None = None
    is_active: bool | None = None
    is_free: bool | None = None
    min_price: int | None = None
    max_price: int | None = None
    not_in_course: int | None = None
    newest_first: bool = False
    status: str | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFilters:
    """Filters of purchases, None for any; `since`, `until`: when they were created, `until` excluded.

    `promo_code_id`: the code whose use was taken.
    """

    user_id: int | None = None
    lesson_id: int | None = None
    course_id: int | None = None
    promo_code_id: int | None = None
    status: PurchaseStatus | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSales:
    """What an item has brought; `amount`: in Stars."""

    lesson_id: int | None
    course_id: int | None
    title: str
    purchases: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySales:
    """What a day has brought; `amount`: in Stars."""

    day: date
    purchases: int
    amount: int


class ShopQueries(Protocol):
    """Reads for the API. A page comes with the total; lists are in the order of ids."""

    async def lessons(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[ShopLesson], int]: ...

    async def lesson(self, lesson_id: int) -> ShopLesson:
        """Raises LessonNotFound."""

    async def courses(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[ShopCourse], int]: ...

    async def course(self, course_id: int) -> tuple[ShopCourse, list[ShopLesson]]:
        """With its lessons in their order. Raises CourseNotFound."""

    async def accesses(self, user_id: int, lesson_ids: Sequence[int]) -> dict[int, Via]:
        """How the customer has access, by lesson, in one statement; lessons without access are left out."""

    async def customers(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[Customer], int]: ...

    async def customer(self, user_id: int) -> Customer:
        """Raises CustomerNotFound."""

    async def is_active_customer(self, user_id: int) -> bool: ...

    async def purchases(self, user_id: int, *, limit: int, offset: int) -> tuple[list[Purchase], int]:
        """Newest first. Raises CustomerNotFound."""

    async def all_purchases(self, filters: PurchaseFilters, *, limit: int, offset: int) -> tuple[list[Purchase], int]:
        """Newest first."""

    def every_purchase(self, filters: PurchaseFilters) -> AsyncGenerator[Sequence[Purchase]]:
        """The same, all as they were at one moment, in batches."""

    async def sales_by_item(self, filters: PurchaseFilters, *, limit: int, offset: int) -> tuple[list[ItemSales], int]:
        """What brought most first."""

    async def sales_by_day(
        self, filters: PurchaseFilters, days: Mapping[date, tuple[datetime, datetime]]
    ) -> list[DaySales]:
        """`days`: when each begins, and when the next one does. In their order."""

    async def purchase(self, purchase_id: int) -> Purchase:
        """Raises PurchaseNotFound."""

    async def checkout(self, purchase_id: int) -> Checkout:
        """In one statement. Raises PurchaseNotFound."""

    async def price(self, item: Item) -> int:
        """Raises LessonNotFound, CourseNotFound."""

    async def codes(self, *, limit: int, offset: int) -> tuple[list[PromoCode], int]: ...

    async def code(self, code_id: int) -> PromoCode:
        """Raises PromoCodeNotFound."""

    async def find_code(self, code: str) -> PromoCode | None: ...

    async def tickets(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[Ticket], int]: ...

    async def ticket(self, ticket_id: int) -> Ticket:
        """Raises TicketNotFound."""

    async def ticket_messages(self, ticket_id: int, *, limit: int, offset: int) -> tuple[list[TicketMessage], int]:
        """The thread of a ticket, newest first."""


class CustomerTokens(Protocol):
    """Access tokens of customers, which are not stored."""

    def token(self, customer_id: int, now: datetime) -> str:
        """Valid for an hour, and for the shop and its files only."""

    def customer(self, token: str, now: datetime) -> int:
        """Raises NotACustomer."""
