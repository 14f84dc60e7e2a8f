"""Checkout: purchases of an item for Stars, from their creation to payment, failure or refund (spec: store)."""

from dataclasses import dataclass

from atg_core.clock import Clock
from atg_core.errors import Conflict
from atg_core.shop.model import PENDING_TIMEOUT, Item
from atg_core.shop.ports import AlreadyOwned, DuplicatePayment, ItemInactive, Purchases, ShopQueries
from atg_core.shop.pricing import Refusal, canonical
from atg_core.shop.purchases import PaymentConflict, Purchase, PurchaseStatus
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import phrase


class CustomerInactive(Conflict):
    """This customer may not buy"""


class PromoUnknown(Conflict):
    """There is no such promo code"""


class PromoInactive(Conflict):
    """This promo code is not active"""


class PromoExpired(Conflict):
    """This promo code has expired"""


class PromoExhausted(Conflict):
    """This promo code has been used up"""


_REFUSED: dict[Refusal, type[Conflict]] = {
    Refusal.UNKNOWN: PromoUnknown,
    Refusal.INACTIVE: PromoInactive,
    Refusal.EXPIRED: PromoExpired,
    Refusal.EXHAUSTED: PromoExhausted,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePurchase:
    """Creates a pending purchase and takes one use of its promo code; a free one is completed at once.

    `payment_id` is an idempotency key: repeated with the same content it gives the same purchase.

    Raises CustomerNotFound, CustomerInactive, LessonNotFound, CourseNotFound, ItemInactive, AlreadyOwned,
    PaymentConflict, PromoUnknown, PromoInactive, PromoExpired, PromoExhausted.
    """

    open: UnitOfWork[Purchases]
    clock: Clock

    async def __call__(
        self, user_id: int, item: Item, payment_id: str, promo_code: str | None = None
    ) -> tuple[Purchase, bool]:
        """The purchase, and whether it is new."""
        code = canonical(promo_code or "") or None
        try:
            return await self._create(user_id, item, payment_id, code)
        except DuplicatePayment:  # a concurrent request has stored it
            return await self._create(user_id, item, payment_id, code)

    async def _create(self, user_id: int, item: Item, payment_id: str, code: str | None) -> tuple[Purchase, bool]:
        now = self.clock()
        async with self.open() as store:
            customer = await store.customer(user_id)
            before = await store.find_payment(payment_id)
            if before is not None:
                if (before.user_id, before.item, before.promo_code) != (user_id, item, code):
                    raise PaymentConflict
                return before, False
            if not customer.is_active:
                raise CustomerInactive
            offer = await store.offer(user_id, item)
            if not offer.is_active:
                raise ItemInactive
            if offer.is_owned:
                raise AlreadyOwned
            amount, code_id = offer.base_price, None
            if code is not None:
                used = await store.use_code(code, now)
                if isinstance(used, Refusal):
                    raise _REFUSED[used]
                amount, code_id = used.discounted(amount), used.id
            purchase = Purchase(
                id=0,
                user_id=user_id,
                lesson_id=item.lesson_id,
                course_id=item.course_id,
                payment_id=payment_id,
                amount=amount,
                status=PurchaseStatus.PENDING if amount else PurchaseStatus.COMPLETED,
                promo_code=code,
                promo_code_id=code_id,
                created_at=now,
                updated_at=now,
            )
            return await store.add_purchase(purchase), True


@dataclass(frozen=True, slots=True, kw_only=True)
class PreCheckout:
    """Telegram's pre-checkout query: whether a purchase may be paid now. Raises PurchaseNotFound."""

    shop_queries: ShopQueries
    clock: Clock

    async def __call__(
        self, purchase_id: int, total_amount: int | None = None, telegram_id: int | None = None
    ) -> str | None:
        """None if it may be paid, else the error message for the customer, as the catalogue has it."""
        checkout = await self.shop_queries.checkout(purchase_id)
        purchase = checkout.purchase
        if telegram_id is not None and telegram_id != checkout.telegram_id:
            return phrase("This purchase is somebody else's")
        if purchase.status is not PurchaseStatus.PENDING or purchase.is_overdue(self.clock()):
            return phrase("This purchase has ended, please begin anew")
        if not checkout.is_active:
            return phrase("This is no longer for sale")
        if checkout.is_owned:
            return phrase("You own this already")
        if total_amount is not None and total_amount != purchase.amount:
            return phrase("The price has changed, please begin anew")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlePurchase:
    """Completes, fails or refunds a purchase; all are idempotent."""

    open: UnitOfWork[Purchases]
    clock: Clock

    async def complete(self, purchase_id: int, charge_id: str, total_amount: int) -> Purchase:
        """Grants access to the item.

        Raises PurchaseNotFound, AmountDiffers, PaymentConflict, PurchaseFailed, AlreadyOwned.
        """
        async with self.open() as store:
            purchase = await store.purchase(purchase_id)
            completed = purchase.completed(charge_id, total_amount, self.clock())
            if completed is not purchase:
                await store.save_purchase(completed)
            return completed

    async def fail(self, purchase_id: int) -> Purchase:
        """Returns the use of the promo code. Raises PurchaseNotFound, AlreadyPaid."""
        async with self.open() as store:
            purchase = await store.purchase(purchase_id)
            return await self._end(store, purchase, purchase.failed(self.clock()))

    async def refund(self, purchase_id: int) -> Purchase:
        """Revokes the access and returns the use of the promo code. Raises PurchaseNotFound, NotCompleted."""
        async with self.open() as store:
            return (await self.refund_within(store, purchase_id))[0]

    async def refund_within(self, store: Purchases, purchase_id: int) -> tuple[Purchase, bool]:
        """The same within a transaction of the caller; and whether this call refunded it."""
        purchase = await store.purchase(purchase_id)
        refunded = await self._end(store, purchase, purchase.refunded(self.clock()))
        return refunded, refunded is not purchase

    async def fail_overdue(self) -> int:
        """Fails purchases that are pending for 30 minutes; returns their number."""
        now = self.clock()
        async with self.open() as store:
            return await store.fail_overdue(now - PENDING_TIMEOUT, now)

    @staticmethod
    async def _end(store: Purchases, before: Purchase, after: Purchase) -> Purchase:
        if after is not before:
            await store.save_purchase(after)
            if after.promo_code_id is not None:
                await store.return_use(after.promo_code_id)
        return after
