"""Buying: an item for a customer, paid in Stars, with a promo code perhaps (spec: store)."""

from dataclasses import dataclass

from atg_core.clock import Clock
from atg_core.errors import Conflict
from atg_core.opening import Open
from atg_core.store.model import PENDING_LIVES, Item
from atg_core.store.ports import AlreadyOwned, ItemInactive, PaymentTaken, Sales, Shop
from atg_core.store.pricing import Refusal, canonical
from atg_core.store.purchases import PaymentConflict, Purchase, PurchaseStatus


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
    """A pending purchase, with one use of the promo code taken; one that costs nothing is completed at once.

    The same payment with the same content is the same purchase. Raises CustomerNotFound, CustomerInactive,
    LessonNotFound, CourseNotFound, ItemInactive, AlreadyOwned, PaymentConflict, and what is wrong with a promo code.
    """

    open: Open[Sales]
    clock: Clock

    async def __call__(
        self, user_id: int, item: Item, payment_id: str, promo_code: str | None = None
    ) -> tuple[Purchase, bool]:
        """The purchase, and whether it is new."""
        code = canonical(promo_code) if promo_code else None
        try:
            return await self._create(user_id, item, payment_id, code)
        except PaymentTaken:  # by a request of the same moment, which has been stored by now
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
            amount = offer.base_price
            if code is not None:
                used = await store.use_code(code, now)
                if isinstance(used, Refusal):
                    raise _REFUSED[used]
                amount = used.applied(amount)
            purchase = Purchase(
                id=0,
                user_id=user_id,
                lesson_id=item.lesson_id,
                course_id=item.course_id,
                payment_id=payment_id,
                amount=amount,
                status=PurchaseStatus.PENDING if amount else PurchaseStatus.COMPLETED,
                promo_code=code,
                created_at=now,
                updated_at=now,
            )
            return await store.add_purchase(purchase), True


@dataclass(frozen=True, slots=True, kw_only=True)
class PreCheckout:
    """Whether a purchase may be paid now: Telegram asks within ten seconds. Raises PurchaseNotFound."""

    shop: Shop
    clock: Clock

    async def __call__(
        self, purchase_id: int, total_amount: int | None = None, telegram_id: int | None = None
    ) -> str | None:
        """None if it may, else what the customer is told."""
        checkout = await self.shop.checkout(purchase_id)
        purchase = checkout.purchase
        if telegram_id is not None and telegram_id != checkout.telegram_id:
            return "This purchase is somebody else's"
        if purchase.status is not PurchaseStatus.PENDING or purchase.is_overdue(self.clock()):
            return "This purchase has ended, please begin anew"
        if not checkout.is_active:
            return "This is no longer for sale"
        if checkout.is_owned:
            return "You own this already"
        if total_amount is not None and total_amount != purchase.amount:
            return "The price has changed, please begin anew"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlePurchase:
    """What becomes of a purchase; each of them done again changes nothing."""

    open: Open[Sales]
    clock: Clock

    async def complete(self, purchase_id: int, charge_id: str, total_amount: int) -> Purchase:
        """Grants the item. Raises PurchaseNotFound, AmountDiffers, PaymentConflict, PurchaseFailed, AlreadyOwned."""
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
        """Takes the access back and returns the use of the promo code. Raises PurchaseNotFound, NotCompleted."""
        async with self.open() as store:
            return (await self.refund_within(store, purchase_id))[0]

    async def refund_within(self, store: Sales, purchase_id: int) -> tuple[Purchase, bool]:
        """Within a transaction; and whether it was not so before."""
        purchase = await store.purchase(purchase_id)
        refunded = await self._end(store, purchase, purchase.refunded(self.clock()))
        return refunded, refunded is not purchase

    async def fail_overdue(self) -> int:
        """Fails what was not paid for 30 minutes; how many there were."""
        now = self.clock()
        async with self.open() as store:
            return await store.fail_overdue(now - PENDING_LIVES, now)

    @staticmethod
    async def _end(store: Sales, before: Purchase, after: Purchase) -> Purchase:
        if after is not before:
            await store.save_purchase(after)
            if after.promo_code is not None:
                await store.return_use(after.promo_code)
        return after


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPromo:
    """What a promo code would make of a price; takes no use."""

    shop: Shop
    clock: Clock

    async def __call__(self, code: str, item: Item) -> tuple[int, int] | Refusal:
        """The amount, and by how much it is less. Raises LessonNotFound, CourseNotFound."""
        price = await self.shop.price(item)
        promo = await self.shop.find_code(canonical(code))
        refusal = promo.refusal(self.clock()) if promo else Refusal.UNKNOWN
        if promo is None or refusal is not None:
            return refusal or Refusal.UNKNOWN
        amount = promo.applied(price)
        return amount, price - amount
