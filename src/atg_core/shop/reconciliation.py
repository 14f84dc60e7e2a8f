"""Nightly reconciliation: payments that Telegram has and the shop missed, as after a crash (spec: store)."""

from dataclasses import dataclass

from atg_core.shop.ports import Purchases
from atg_core.shop.telegram_payments import STARS, RecordPayments, TelegramPayment
from atg_core.telegram.model import MAX_TRANSACTIONS, StarTransaction, Telegram
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileStars:
    """Replays the Star transactions since the last run; replaying is idempotent.

    A transaction that matches no purchase is ignored: a bot may sell other things, too.
    """

    open: UnitOfWork[Purchases]
    telegram: Telegram
    record_payments: RecordPayments

    async def __call__(self) -> int:
        """Returns the number of transactions.

        Raises TelegramAway, TelegramRefused; pages reconciled before that are not read again.
        """
        replayed = 0
        while True:
            async with self.open() as store:
                offset = await store.reconciled_transactions()
            page = await self.telegram.star_transactions(offset, MAX_TRANSACTIONS)
            for transaction in page:
                await self._record(transaction)
            async with self.open() as store:
                await store.set_reconciled_transactions(offset + len(page))
            replayed += len(page)
            if len(page) < MAX_TRANSACTIONS:
                return replayed

    async def _record(self, transaction: StarTransaction) -> None:
        if transaction.telegram_id is None or transaction.payload is None:
            return
        payment = TelegramPayment(
            telegram_id=transaction.telegram_id,
            currency=STARS,
            amount=transaction.amount,
            payload=transaction.payload,
            charge_id=transaction.id,
        )
        if transaction.is_incoming:
            await self.record_payments.paid(payment, keep_unmatched=False)
        else:
            await self.record_payments.refunded(payment)
