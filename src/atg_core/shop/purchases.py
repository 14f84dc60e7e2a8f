"""The states of a purchase: pending → completed or failed, completed → refunded (spec: store)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from atg_core.errors import Conflict
from atg_core.shop.model import PENDING_TIMEOUT, Item


class PurchaseStatus(StrEnum):
    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"
    REFUNDED = "refunded"


class AmountDiffers(Conflict):
    """What was paid is not what the purchase costs"""


class PaymentConflict(Conflict):
    """This payment belongs to another purchase"""


class PurchaseFailed(Conflict):
    """This purchase has failed, or was given back"""


class AlreadyPaid(Conflict):
    """This purchase was paid"""


class NotCompleted(Conflict):
    """Only a completed purchase can be given back"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """`amount`: Stars after the discount. `telegram_payment_charge_id`: set once it was paid.

    `promo_code`: as it was named; `promo_code_id`: the code whose use was taken, None also if it was deleted since.
    """

    id: int
    user_id: int
    lesson_id: int | None
    course_id: int | None
    payment_id: str
    amount: int
    status: PurchaseStatus
    promo_code: str | None
    promo_code_id: int | None = None
    telegram_payment_charge_id: str | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def item(self) -> Item:
        return Item(lesson_id=self.lesson_id, course_id=self.course_id)

    def is_overdue(self, now: datetime) -> bool:
        return self.status is PurchaseStatus.PENDING and now - self.created_at >= PENDING_TIMEOUT

    def completed(self, charge_id: str, amount: int, now: datetime) -> "Purchase":
        """Unchanged for a repeated notification. Raises AmountDiffers, PaymentConflict, PurchaseFailed."""
        if amount != self.amount:
            raise AmountDiffers
        if self.status is PurchaseStatus.COMPLETED:
            if self.telegram_payment_charge_id != charge_id:
                raise PaymentConflict
            return self
        if self.status is not PurchaseStatus.PENDING:
            raise PurchaseFailed
        return replace(self, status=PurchaseStatus.COMPLETED, telegram_payment_charge_id=charge_id, updated_at=now)

    def failed(self, now: datetime) -> "Purchase":
        """Unchanged if it has failed already. Raises AlreadyPaid."""
        if self.status is PurchaseStatus.FAILED:
            return self
        if self.status is not PurchaseStatus.PENDING:
            raise AlreadyPaid
        return replace(self, status=PurchaseStatus.FAILED, updated_at=now)

    def refunded(self, now: datetime) -> "Purchase":
        """Unchanged if it was refunded already. Raises NotCompleted."""
        if self.status is PurchaseStatus.REFUNDED:
            return self
        if self.status is not PurchaseStatus.COMPLETED:
            raise NotCompleted
        return replace(self, status=PurchaseStatus.REFUNDED, updated_at=now)
