"""Refunds: access ends at once, a job refunds the Stars."""

from dataclasses import dataclass

from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import JobQueue
from atg_core.shop.checkout import SettlePurchase
from atg_core.shop.ports import Purchases
from atg_core.shop.purchases import Purchase
from atg_core.telegram.model import Telegram
from atg_core.unit_of_work import UnitOfWork

REFUND_STARS = "refund_stars"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPurchase:
    """Revokes the access and enqueues the refund of the Stars. Raises PurchaseNotFound, NotCompleted."""

    open: UnitOfWork[Purchases]
    settle_purchase: SettlePurchase
    jobs: JobQueue

    async def __call__(self, purchase_id: int) -> Purchase:
        async with self.open() as store:
            refunded, changed = await self.settle_purchase.refund_within(store, purchase_id)
            charge_id = refunded.telegram_payment_charge_id
            if changed and charge_id is not None:
                customer = await store.customer(refunded.user_id)
                await self.jobs.enqueue(REFUND_STARS, {"telegram_id": customer.telegram_id, "charge_id": charge_id})
        return refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStars:
    """The job `refund_stars`; a charge that was refunded before is no error."""

    telegram: Telegram

    async def __call__(self, arguments: Arguments) -> None:
        await self.telegram.refund_stars(arguments["telegram_id"], arguments["charge_id"])
