"""What the shop is kept in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from atg_core.errors import Conflict, NotFound, NotSignedIn
from atg_core.store.model import Customer, Item, ShopCourse, ShopLesson, StrayPayment, Ticket, Via
from atg_core.store.pricing import PromoCode, Refusal
from atg_core.store.purchases import Purchase


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


class CodeTaken(Conflict):
    """There is a promo code of this name already"""


class AlreadyOwned(Conflict):
    """This is owned already"""


class ItemInactive(Conflict):
    """This is no longer for sale"""


class NotACustomer(NotSignedIn):
    """Sign in with Telegram first"""


class PaymentTaken(Exception):
    """Another request has stored a purchase of this payment a moment before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is asked for an item. `is_owned`: by the customer who asks; whoever owns a course owns its lessons."""

    title: str
    base_price: int
    is_active: bool
    is_owned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A purchase that is about to be paid, and what has become of its item."""

    purchase: Purchase
    is_active: bool
    is_owned: bool
    telegram_id: int


class Sales(Protocol):
    """Purchases and the uses of promo codes, within one transaction. A purchase that was read is held until its end."""

    async def customer(self, user_id: int) -> Customer:
        """Held, so that two purchases of one customer wait for each other. Raises CustomerNotFound."""

    async def offer(self, user_id: int, item: Item) -> Offer:
        """Raises LessonNotFound, CourseNotFound."""

    async def find_payment(self, payment_id: str) -> Purchase | None: ...

    async def purchase(self, purchase_id: int) -> Purchase:
        """Raises PurchaseNotFound."""

    async def add_purchase(self, purchase: Purchase) -> Purchase:
        """With its number. Raises PaymentTaken, AlreadyOwned."""

    async def save_purchase(self, purchase: Purchase) -> None:
        """Raises AlreadyOwned where another purchase grants the item, PaymentConflict for a charge that is known."""

    async def transactions_seen(self) -> int:
        """How many of Telegram's transactions have been gone through."""

    async def see_transactions(self, number: int) -> None:
        """Never fewer than before."""

    async def set_aside(self, stray: StrayPayment) -> bool:
        """False where it was set aside before."""

    async def use_code(self, code: str, now: datetime) -> PromoCode | Refusal:
        """One use more, in one statement: never more than there may be, however many ask."""

    async def return_use(self, code: str) -> None: ...

    async def fail_overdue(self, before: datetime, now: datetime) -> int:
        """Fails what is pending since then, and returns the uses of its promo codes; how many there were."""


class Goods(Protocol):
    """Lessons and courses for sale, within one transaction."""

    async def add_lesson(self, values: Mapping[str, Any], now: datetime) -> ShopLesson: ...

    async def change_lesson(self, lesson_id: int, values: Mapping[str, Any], now: datetime) -> ShopLesson:
        """Raises LessonNotFound."""

    async def delete_lesson(self, lesson_id: int, now: datetime) -> None:
        """One that was bought, or is part of a course, is put out of sale instead. Raises LessonNotFound."""

    async def add_course(self, values: Mapping[str, Any], lesson_ids: Sequence[int], now: datetime) -> ShopCourse:
        """Raises LessonNotFound."""

    async def change_course(
        self, course_id: int, values: Mapping[str, Any], lesson_ids: Sequence[int] | None, now: datetime
    ) -> ShopCourse:
        """`lesson_ids`: None where they stay. Raises CourseNotFound, LessonNotFound."""

    async def delete_course(self, course_id: int, now: datetime) -> None:
        """One that was bought is put out of sale instead. Raises CourseNotFound."""


class Desk(Protocol):
    """Customers, promo codes and support, within one transaction."""

    async def customer_of(self, new: Customer) -> tuple[Customer, bool]:
        """The customer of this `telegram_id`, the new one if there is none, and whether it is."""

    async def change_customer(self, user_id: int, values: Mapping[str, Any], now: datetime) -> Customer:
        """Raises CustomerNotFound."""

    async def add_code(self, values: Mapping[str, Any], now: datetime) -> PromoCode:
        """Raises CodeTaken."""

    async def change_code(self, code_id: int, values: Mapping[str, Any]) -> PromoCode:
        """Raises PromoCodeNotFound, CodeTaken."""

    async def delete_code(self, code_id: int) -> None:
        """Raises PromoCodeNotFound."""

    async def add_ticket(self, user_id: int, subject: str, message: str, now: datetime) -> Ticket:
        """Raises CustomerNotFound."""

    async def change_ticket(self, ticket_id: int, values: Mapping[str, Any], now: datetime) -> tuple[Ticket, int]:
        """The ticket, and the `telegram_id` of who asked. Raises TicketNotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; `q`: words in title or description, or in names."""

    q: str | None = None
    is_active: bool | None = None
    is_free: bool | None = None
    min_price: int | None = None
    max_price: int | None = None
    status: str | None = None
    user_id: int | None = None


class Shop(Protocol):
    """Plain reads. Pages come with how many there are; lists are by id."""

    async def lessons(self, wanted: Wanted, *, limit: int, offset: int) -> tuple[list[ShopLesson], int]: ...

    async def lesson(self, lesson_id: int) -> ShopLesson:
        """Raises LessonNotFound."""

    async def courses(self, wanted: Wanted, *, limit: int, offset: int) -> tuple[list[ShopCourse], int]: ...

    async def course(self, course_id: int) -> tuple[ShopCourse, list[ShopLesson]]:
        """With its lessons in their order. Raises CourseNotFound."""

    async def accesses(self, user_id: int, lesson_ids: Sequence[int]) -> dict[int, Via]:
        """By what a customer may read which of the lessons, in one statement; the others are left out."""

    async def customers(self, wanted: Wanted, *, limit: int, offset: int) -> tuple[list[Customer], int]: ...

    async def customer(self, user_id: int) -> Customer:
        """Raises CustomerNotFound."""

    async def purchases(self, user_id: int, *, limit: int, offset: int) -> tuple[list[Purchase], int]:
        """Newest first. Raises CustomerNotFound."""

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

    async def tickets(self, wanted: Wanted, *, limit: int, offset: int) -> tuple[list[Ticket], int]: ...

    async def ticket(self, ticket_id: int) -> Ticket:
        """Raises TicketNotFound."""


class CustomerTokens(Protocol):
    """What a customer shows after signing in; none is stored."""

    def token(self, customer_id: int, now: datetime) -> str:
        """Good for an hour, and for the shop alone."""

    def customer(self, token: str, now: datetime) -> int:
        """Raises NotACustomer."""
