"""The JSON of the shop (spec: store)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.errors import Invalid
from atg_core.shop.model import Item, ShopCourse, ShopLesson, TicketAuthor, TicketStatus, Via
from atg_core.shop.purchases import PurchaseStatus
from atg_entrypoints.http.openapi import exactly_one
from atg_entrypoints.http.wire import NO_NUL, TRIMMED, FilledName, Instant, Text, to_wire

_INT4 = 2**31 - 1

type Stars = Annotated[int, Meta(ge=0, le=1_000_000)]
type Serial = Annotated[int, Meta(ge=1, le=_INT4)]
type TelegramId = Annotated[int, Meta(ge=1, le=2**52)]
type Path = Annotated[str, Meta(max_length=1024, pattern=NO_NUL)]
type LongText = Annotated[str, Meta(max_length=500_000, pattern=NO_NUL)]
type Code = Annotated[
    str, Meta(max_length=50, pattern=r"^\s*[A-Za-z0-9_-]+\s*$(?!\n)", examples=["SPRING20"], extra=TRIMMED)
]
type PaymentId = Annotated[str, Meta(min_length=1, max_length=255, pattern=NO_NUL)]
# As Telegram has them, whose users join emoji by format characters.
type PersonName = Annotated[str, Meta(max_length=255, pattern=NO_NUL, extra=TRIMMED)]
type Nick = Annotated[str, Meta(max_length=64, pattern=NO_NUL, extra=TRIMMED)]
type LanguageCode = Annotated[str, Meta(min_length=1, max_length=35, pattern=r"^[A-Za-z0-9-]+$(?!\n)")]


class ShopLessonRow(Struct, frozen=True, kw_only=True):
    """`text_content` and `video_path` are null where the caller has no access; then `has_access` is false."""

    id: int
    title: str
    description: str
    price: int
    video_path: str | None
    text_content: str | None
    is_active: bool
    is_free: bool
    has_access: bool
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, lesson: ShopLesson, accesses: Mapping[int, Via]) -> "ShopLessonRow":
        return cls.shown(lesson, has_access=lesson.is_free or lesson.id in accesses)

    @classmethod
    def shown(cls, lesson: ShopLesson, *, has_access: bool) -> "ShopLessonRow":
        return cls(
            id=lesson.id,
            title=lesson.title,
            description=lesson.description,
            price=lesson.price,
            video_path=lesson.video_path if has_access else None,
            text_content=lesson.text_content if has_access else None,
            is_active=lesson.is_active,
            is_free=lesson.is_free,
            has_access=has_access,
            created_at=Instant.of(lesson.created_at),
            updated_at=Instant.of(lesson.updated_at),
        )


class ShopLessonCreation(Struct, frozen=True, kw_only=True):
    title: FilledName
    description: Text = ""
    price: Stars
    video_path: Path | None = None
    text_content: LongText | None = None
    is_active: bool = True
    is_free: bool = False


class ShopLessonChanges(Struct, frozen=True, kw_only=True):
    """Only the given fields change."""

    title: FilledName | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    price: Stars | UnsetType = UNSET
    video_path: Path | None | UnsetType = UNSET
    text_content: LongText | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    is_free: bool | UnsetType = UNSET


class ShopCourseRow(Struct, frozen=True, kw_only=True):
    id: int
    title: str
    description: str
    total_price: int
    discount_price: int | None
    is_active: bool
    lesson_ids: list[int]
    created_at: Instant
    updated_at: Instant


class ShopCourseReply(ShopCourseRow, frozen=True, kw_only=True):
    """With its lessons."""

    lessons: list[ShopLessonRow]

    @classmethod
    def of(cls, course: ShopCourse, lessons: list[ShopLessonRow]) -> "ShopCourseReply":
        row = to_wire(course, ShopCourseRow)
        return cls(**{name: getattr(row, name) for name in row.__struct_fields__}, lessons=lessons)


class ShopCourseCreation(Struct, frozen=True, kw_only=True):
    title: FilledName
    description: Text = ""
    total_price: Stars
    discount_price: Stars | None = None
    is_active: bool = True
    lesson_ids: Annotated[list[Serial], Meta(max_length=1_000)] = []


class ShopCourseChanges(Struct, frozen=True, kw_only=True):
    """Only the given fields change; `lesson_ids`: all lessons, in order."""

    title: FilledName | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    total_price: Stars | UnsetType = UNSET
    discount_price: Stars | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    lesson_ids: Annotated[list[Serial], Meta(max_length=1_000)] | UnsetType = UNSET


class CustomerRow(Struct, frozen=True, kw_only=True):
    id: int
    telegram_id: int
    username: str | None
    first_name: str
    last_name: str | None
    language_code: str
    is_active: bool
    created_at: Instant
    updated_at: Instant


class CustomerCreation(Struct, frozen=True, kw_only=True):
    """`language_code`: null, as Telegram gives it where it knows none, is `en`."""

    telegram_id: TelegramId
    first_name: PersonName
    last_name: PersonName | None = None
    username: Nick | None = None
    language_code: LanguageCode | None = None


class CustomerChanges(Struct, frozen=True, kw_only=True):
    """Only the given fields change; `is_active` by services and administrators only."""

    first_name: PersonName | UnsetType = UNSET
    last_name: PersonName | None | UnsetType = UNSET
    username: Nick | None | UnsetType = UNSET
    language_code: LanguageCode | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class ItemBody(Struct, frozen=True, kw_only=True):
    """Exactly one of both."""

    documented: ClassVar[Mapping[str, Any]] = exactly_one("lesson_id", "course_id")

    lesson_id: Serial | None = None
    course_id: Serial | None = None

    @property
    def item(self) -> Item:
        """Raises Invalid."""
        if (self.lesson_id is None) == (self.course_id is None):
            raise Invalid("exactly one of lesson_id and course_id is required", field="lesson_id", code="exactly_one")
        return Item(lesson_id=self.lesson_id, course_id=self.course_id)


class PurchaseCreation(ItemBody, frozen=True, kw_only=True):
    user_id: Serial
    payment_id: PaymentId
    promo_code: Annotated[str, Meta(max_length=50, pattern=NO_NUL, extra=TRIMMED)] | None = None


class PurchaseRow(Struct, frozen=True, kw_only=True):
    id: int
    user_id: int
    lesson_id: int | None
    course_id: int | None
    payment_id: str
    amount: int
    status: PurchaseStatus
    promo_code: str | None
    telegram_payment_charge_id: str | None
    created_at: Instant
    updated_at: Instant


class ItemSalesRow(Struct, frozen=True, kw_only=True):
    """What an item has brought; `amount`: in Stars."""

    lesson_id: int | None
    course_id: int | None
    title: str
    purchases: int
    amount: int


class DaySalesRow(Struct, frozen=True, kw_only=True):
    """What a day has brought; `amount`: in Stars."""

    day: date
    purchases: int
    amount: int


class Checked(Struct, frozen=True, kw_only=True):
    """`error_message`: for the customer, if it may not be paid."""

    ok: bool
    error_message: str | UnsetType = UNSET


class CheckoutBody(Struct, frozen=True, kw_only=True):
    """From the pre-checkout query: the amount in Stars, and the payer, since an invoice can be forwarded."""

    total_amount: Stars | None = None
    telegram_id: TelegramId | None = None


class Payment(Struct, frozen=True, kw_only=True):
    telegram_payment_charge_id: PaymentId
    total_amount: Stars


class Access(Struct, frozen=True, kw_only=True):
    has_access: bool
    via: Via | None


class PromoCodeRow(Struct, frozen=True, kw_only=True):
    id: int
    code: str
    discount_percent: int
    discount_amount: int | None
    max_uses: int | None
    current_uses: int
    is_active: bool
    expires_at: Instant | None
    created_at: Instant


class PromoCheck(ItemBody, frozen=True, kw_only=True):
    code: Annotated[str, Meta(min_length=1, max_length=50, pattern=NO_NUL, extra=TRIMMED)]


class PromoChecked(Struct, frozen=True, kw_only=True):
    """`amount`: the discounted price, `discount`: the difference; `reason`: why the code is invalid."""

    valid: bool
    amount: int | UnsetType = UNSET
    discount: int | UnsetType = UNSET
    reason: str | UnsetType = UNSET


class TicketRow(Struct, frozen=True, kw_only=True):
    id: int
    user_id: int
    subject: str
    message: str
    status: TicketStatus
    admin_response: str | None
    created_at: Instant
    updated_at: Instant


class TicketCreation(Struct, frozen=True, kw_only=True):
    """`user_id` is required from services and administrators; for a customer it is their own."""

    user_id: Serial | None = None
    subject: FilledName
    message: Annotated[str, Meta(min_length=1, max_length=10_000, pattern=NO_NUL)]


class TicketMessageCreation(Struct, frozen=True, kw_only=True):
    text: Annotated[str, Meta(min_length=1, max_length=10_000, pattern=NO_NUL)]


class TicketMessageRow(Struct, frozen=True, kw_only=True):
    id: int
    author: TicketAuthor
    text: str
    created_at: Instant


class TicketChanges(Struct, frozen=True, kw_only=True):
    """An answer goes to the customer; without a status the ticket is then in progress."""

    status: TicketStatus | UnsetType = UNSET
    admin_response: Annotated[str, Meta(min_length=1, max_length=3_800, pattern=NO_NUL)] | UnsetType = UNSET
