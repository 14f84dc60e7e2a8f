"""Payments and refunds as Telegram reports them in updates (spec: store, Rules).

Updates are delivered more than once and in any order; handling them is idempotent. The payload of an invoice is the id
of the purchase.
"""

from dataclasses import dataclass

from atg_core.clock import Clock
from atg_core.errors import Conflict
from atg_core.jobs.ports import JobQueue
from atg_core.shop.checkout import PreCheckout
from atg_core.shop.model import UnmatchedPayment
from atg_core.shop.ports import PurchaseNotFound, Purchases
from atg_core.shop.purchases import Purchase, PurchaseStatus
from atg_core.shop.refunds import REFUND_STARS
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import phrase

STARS = "XTR"
_UNKNOWN = phrase("This purchase is not known, please begin anew")
_MAX_ID = 2**31 - 1


class WrongPayer(Conflict):
    """Somebody else has paid, or in another currency"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramPayment:
    """A payment as Telegram reports it; `amount`: in Stars."""

    telegram_id: int
    currency: str
    amount: int
    payload: str
    charge_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPreCheckout:
    """Answers a pre-checkout query: None if the payment may proceed, else the error message for the customer."""

    pre_checkout: PreCheckout

    async def __call__(self, telegram_id: int, currency: str, amount: int, payload: str) -> str | None:
        try:
            if currency != STARS:
                return _UNKNOWN
            return await self.pre_checkout(_purchase_id(payload), amount, telegram_id)
        except PurchaseNotFound:
            return _UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayments:
    """Records payments and refunds that Telegram has made."""

    open: UnitOfWork[Purchases]
    jobs: JobQueue
    clock: Clock

    async def paid(self, payment: TelegramPayment, *, keep_unmatched: bool = True) -> None:
        """Grants access, once; a payment that matches no purchase is stored, and a job refunds it."""
        async with self.open() as store:
            try:
                purchase = await self._of(store, payment)
                if purchase.telegram_payment_charge_id != payment.charge_id:
                    await store.save_purchase(purchase.completed(payment.charge_id, payment.amount, self.clock()))
            except (PurchaseNotFound, Conflict) as error:
                if keep_unmatched:
                    await self._keep_unmatched(store, payment, error.code)

    async def refunded(self, payment: TelegramPayment) -> None:
        """Revokes the access. A refund delivered before its payment ends the purchase likewise."""
        async with self.open() as store:
            try:
                purchase = await self._of(store, payment)
                now, after = self.clock(), purchase
                if purchase.status is PurchaseStatus.PENDING:
                    after = purchase.completed(payment.charge_id, payment.amount, now)
                if after.telegram_payment_charge_id != payment.charge_id:
                    return
                after = after.refunded(now)
            except (PurchaseNotFound, Conflict):  # the refund of an unmatched payment
                return
            if after is not purchase:
                await store.save_purchase(after)
                if after.promo_code_id is not None:
                    await store.return_use(after.promo_code_id)

    async def _of(self, store: Purchases, payment: TelegramPayment) -> Purchase:
        """Raises PurchaseNotFound, WrongPayer."""
        purchase = await store.purchase(_purchase_id(payment.payload))
        customer = await store.customer(purchase.user_id)
        if customer.telegram_id != payment.telegram_id or payment.currency != STARS:
            raise WrongPayer
        return purchase

    async def _keep_unmatched(self, store: Purchases, payment: TelegramPayment, reason: str) -> None:
        unmatched = UnmatchedPayment(
            charge_id=payment.charge_id,
            telegram_id=payment.telegram_id,
            amount=payment.amount,
            currency=payment.currency,
            payload=payment.payload,
            reason=reason,
            created_at=self.clock(),
        )
        if await store.add_unmatched_payment(unmatched):
            arguments = {"telegram_id": payment.telegram_id, "charge_id": payment.charge_id}
            await self.jobs.enqueue(REFUND_STARS, arguments)


def _purchase_id(payload: str) -> int:
    """Raises PurchaseNotFound."""
    if not (payload.isascii() and payload.isdigit() and 0 < int(payload[:20]) <= _MAX_ID):
        raise PurchaseNotFound
    return int(payload)
