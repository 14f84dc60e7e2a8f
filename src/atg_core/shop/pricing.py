"""Prices and discounts in whole Stars (spec: store, Rules)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MIN_PAYMENT = 1
"""The smallest payment, in Stars; a free purchase needs none."""


class Refusal(StrEnum):
    """Why a promo code can not be used."""

    UNKNOWN = "unknown"
    INACTIVE = "inactive"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoCode:
    """`code`: in upper case. `discount_amount`: in Stars, wins over the percent. `max_uses`: None for unlimited."""

    id: int
    code: str
    discount_percent: int
    discount_amount: int | None
    max_uses: int | None
    current_uses: int
    is_active: bool
    expires_at: datetime | None
    created_at: datetime

    def refusal(self, now: datetime) -> Refusal | None:
        if not self.is_active:
            return Refusal.INACTIVE
        if self.expires_at is not None and self.expires_at <= now:
            return Refusal.EXPIRED
        if self.max_uses is not None and self.current_uses >= self.max_uses:
            return Refusal.EXHAUSTED
        return None

    def discounted(self, price: int) -> int:
        """The price after the discount: at least one Star, but 0 if the percent is 100."""
        if self.discount_amount is not None:
            return max(MIN_PAYMENT, price - self.discount_amount) if price else 0
        if self.discount_percent == 100:
            return 0
        return max(MIN_PAYMENT, price - price * self.discount_percent // 100) if price else 0


def canonical(code: str) -> str:
    """The code as it is stored and compared: trimmed, in upper case."""
    return code.strip().upper()
