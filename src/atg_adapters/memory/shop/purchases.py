"""Purchases and the uses of promo codes in memory."""

from dataclasses import asdict
from datetime import datetime

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase
from atg_core.shop.model import Customer, Item, UnmatchedPayment, Via
from atg_core.shop.ports import (
    AlreadyOwned,
    CourseNotFound,
    CustomerNotFound,
    DuplicatePayment,
    LessonNotFound,
    Offer,
    PurchaseNotFound,
)
from atg_core.shop.pricing import PromoCode, Refusal
from atg_core.shop.purchases import PaymentConflict, Purchase, PurchaseStatus


def via_of(database: MemoryDatabase, user_id: int, lesson_id: int) -> Via | None:
    """How a customer has access to a lesson, None for not at all."""
    bought = list(database.rows("purchases", user_id=user_id, status=PurchaseStatus.COMPLETED))
    in_courses = {row["course_id"] for row in database.rows("shop_course_lessons", lesson_id=lesson_id)}
    if database.tables["shop_lessons"][lesson_id]["is_free"]:
        return Via.FREE
    if any(row["lesson_id"] == lesson_id for row in bought):
        return Via.LESSON
    return Via.COURSE if any(row["course_id"] in in_courses for row in bought) else None


def owns(database: MemoryDatabase, user_id: int, item: Item) -> bool:
    if item.lesson_id is not None:
        return via_of(database, user_id, item.lesson_id) is not None
    bought = database.rows("purchases", user_id=user_id, status=PurchaseStatus.COMPLETED, course_id=item.course_id)
    return any(bought)


class MemoryPurchases:
    """`Purchases` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def customer(self, user_id: int) -> Customer:
        row = self.database.tables["shop_customers"].get(user_id)
        if row is None:
            raise CustomerNotFound
        return convert(row, Customer)

    async def offer(self, user_id: int, item: Item) -> Offer:
        if item.lesson_id is not None:
            row = self.database.tables["shop_lessons"].get(item.lesson_id)
            if row is None:
                raise LessonNotFound
            price = row["price"]
        else:
            row = self.database.tables["shop_courses"].get(item.course_id)
            if row is None:
                raise CourseNotFound
            price = row["total_price"] if row["discount_price"] is None else row["discount_price"]
        owned = owns(self.database, user_id, item)
        return Offer(title=row["title"], base_price=price, is_active=row["is_active"], is_owned=owned)

    async def find_payment(self, payment_id: str) -> Purchase | None:
        row = next(self.database.rows("purchases", payment_id=payment_id), None)
        return convert(row, Purchase) if row else None

    async def purchase(self, purchase_id: int) -> Purchase:
        row = self.database.tables["purchases"].get(purchase_id)
        if row is None:
            raise PurchaseNotFound
        return convert(row, Purchase)

    async def add_purchase(self, purchase: Purchase) -> Purchase:
        self._require_not_granted(purchase)
        values = {name: value for name, value in asdict(purchase).items() if name != "id"}
        try:
            purchase_id = self.database.insert("purchases", values)
        except DuplicateKey:
            raise DuplicatePayment from None
        return convert(self.database.tables["purchases"][purchase_id], Purchase)

    async def save_purchase(self, purchase: Purchase) -> None:
        self._require_not_granted(purchase)
        try:
            self.database.update("purchases", purchase.id, **asdict(purchase))
        except DuplicateKey:
            raise PaymentConflict from None

    def _require_not_granted(self, purchase: Purchase) -> None:
        same = {"lesson_id": purchase.lesson_id, "course_id": purchase.course_id}
        granted = self.database.rows("purchases", user_id=purchase.user_id, status=PurchaseStatus.COMPLETED, **same)
        if purchase.status is PurchaseStatus.COMPLETED and any(row["id"] != purchase.id for row in granted):
            raise AlreadyOwned

    async def reconciled_transactions(self) -> int:
        return sum(row["seen"] for row in self.database.rows("star_transactions"))

    async def set_reconciled_transactions(self, number: int) -> None:
        most = max(number, await self.reconciled_transactions())
        self.database.tables["star_transactions"][1] = {"id": 1, "seen": most}

    async def add_unmatched_payment(self, unmatched: UnmatchedPayment) -> bool:
        if unmatched.charge_id in self.database.tables["stray_payments"]:
            return False
        self.database.insert("stray_payments", {"id": unmatched.charge_id, **asdict(unmatched)})
        return True

    async def use_code(self, code: str, now: datetime) -> PromoCode | Refusal:
        row = next(self.database.rows("shop_promo_codes", code=code), None)
        if row is None:
            return Refusal.UNKNOWN
        if refusal := convert(row, PromoCode).refusal(now):
            return refusal
        self.database.update("shop_promo_codes", row["id"], current_uses=row["current_uses"] + 1)
        return convert(self.database.tables["shop_promo_codes"][row["id"]], PromoCode)

    async def return_use(self, code_id: int) -> None:
        if row := self.database.tables["shop_promo_codes"].get(code_id):
            self.database.update("shop_promo_codes", code_id, current_uses=max(0, row["current_uses"] - 1))

    async def fail_overdue(self, before: datetime, now: datetime) -> int:
        pending = list(self.database.rows("purchases", status=PurchaseStatus.PENDING))
        overdue = [row for row in pending if row["created_at"] <= before]
        for row in overdue:
            self.database.update("purchases", row["id"], status=PurchaseStatus.FAILED, updated_at=now)
            if row["promo_code_id"] is not None:
                await self.return_use(row["promo_code_id"])
        return len(overdue)
