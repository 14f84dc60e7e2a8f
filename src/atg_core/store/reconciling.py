"""Once a night: payments that Telegram has and we do not, such as when a process died between the two (spec: store)."""

from dataclasses import dataclass

from atg_core.opening import Open
from atg_core.store.ports import Sales
from atg_core.store.updates import STARS, NotePayments, Paid
from atg_core.telegram.model import MOST_TRANSACTIONS, StarTransaction, Telegram


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileStars:
    """Goes through what has come since the last time, and does again what was done: that changes nothing.

    What fits no purchase is left alone: a bot may take Stars for other things, too.
    """

    open: Open[Sales]
    telegram: Telegram
    note: NotePayments

    async def __call__(self) -> None:
        """Raises TelegramAway, TelegramRefused; what was seen until then is not looked at again."""
        while True:
            async with self.open() as store:
                seen = await store.transactions_seen()
            page = await self.telegram.star_transactions(seen, MOST_TRANSACTIONS)
            for transaction in page:
                await self._note(transaction)
            async with self.open() as store:
                await store.see_transactions(seen + len(page))
            if len(page) < MOST_TRANSACTIONS:
                return

    async def _note(self, transaction: StarTransaction) -> None:
        if transaction.telegram_id is None or transaction.payload is None:
            return
        payment = Paid(
            telegram_id=transaction.telegram_id,
            currency=STARS,
            amount=transaction.amount,
            payload=transaction.payload,
            charge_id=transaction.id,
        )
        if transaction.is_incoming:
            await self.note.paid(payment, keep_stray=False)
        else:
            await self.note.refunded(payment)
