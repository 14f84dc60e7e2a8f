"""What Telegram tells of payments: the same as the routes for purchases, in its own words (spec: store, Rules).

Updates come more than once and in any order; what was done once is not done again. An invoice's payload is the number
of the purchase.
"""

from dataclasses import dataclass

from atg_core.clock import Clock
from atg_core.errors import Conflict
from atg_core.jobs.ports import Jobs
from atg_core.opening import Open
from atg_core.store.buying import PreCheckout
from atg_core.store.model import StrayPayment
from atg_core.store.ports import PurchaseNotFound, Sales
from atg_core.store.purchases import Purchase, PurchaseStatus
from atg_core.store.support import REFUND_STARS

STARS = "XTR"
_UNKNOWN = "This purchase is not known, please begin anew"
_MOST_SERIAL = 2**31 - 1


class WrongPayer(Conflict):
    """Somebody else has paid, or in another currency"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What Telegram says of a payment; `amount` in Stars."""

    telegram_id: int
    currency: str
    amount: int
    payload: str
    charge_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCheckout:
    """Telegram's question whether a payment may go on: None if it may, else what the customer is told."""

    check: PreCheckout

    async def __call__(self, telegram_id: int, currency: str, amount: int, payload: str) -> str | None:
        try:
            if currency != STARS:
                return _UNKNOWN
            return await self.check(_number(payload), amount, telegram_id)
        except PurchaseNotFound:
            return _UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePayments:
    """Payments and refunds that have happened at Telegram."""

    open: Open[Sales]
    jobs: Jobs
    clock: Clock

    async def paid(self, payment: Paid, *, keep_stray: bool = True) -> None:
        """Grants the item, once; a payment that fits no purchase is kept apart, and a job gives it back."""
        async with self.open() as store:
            try:
                purchase = await self._of(store, payment)
                if purchase.telegram_payment_charge_id != payment.charge_id:
                    await store.save_purchase(purchase.completed(payment.charge_id, payment.amount, self.clock()))
            except (PurchaseNotFound, Conflict) as error:
                if keep_stray:
                    await self._set_aside(store, payment, error.code)

    async def refunded(self, payment: Paid) -> None:
        """Takes the access back. A refund that comes before its payment ends the purchase as if it had come after."""
        async with self.open() as store:
            try:
                purchase = await self._of(store, payment)
                now, after = self.clock(), purchase
                if purchase.status is PurchaseStatus.PENDING:
                    after = purchase.completed(payment.charge_id, payment.amount, now)
                if after.telegram_payment_charge_id != payment.charge_id:
                    return
                after = after.refunded(now)
            except (PurchaseNotFound, Conflict):  # the refund of a payment that was set aside
                return
            if after is not purchase:
                await store.save_purchase(after)
                if after.promo_code is not None:
                    await store.return_use(after.promo_code)

    async def _of(self, store: Sales, payment: Paid) -> Purchase:
        """Raises PurchaseNotFound, WrongPayer."""
        purchase = await store.purchase(_number(payment.payload))
        customer = await store.customer(purchase.user_id)
        if customer.telegram_id != payment.telegram_id or payment.currency != STARS:
            raise WrongPayer
        return purchase

    async def _set_aside(self, store: Sales, payment: Paid, reason: str) -> None:
        stray = StrayPayment(
            charge_id=payment.charge_id,
            telegram_id=payment.telegram_id,
            amount=payment.amount,
            currency=payment.currency,
            payload=payment.payload,
            reason=reason,
            created_at=self.clock(),
        )
        if await store.set_aside(stray):
            arguments = {"telegram_id": payment.telegram_id, "charge_id": payment.charge_id}
            await self.jobs.enqueue(REFUND_STARS, arguments)


def _number(payload: str) -> int:
    """Raises PurchaseNotFound."""
    if not (payload.isascii() and payload.isdigit() and 0 < int(payload[:20]) <= _MOST_SERIAL):
        raise PurchaseNotFound
    return int(payload)
