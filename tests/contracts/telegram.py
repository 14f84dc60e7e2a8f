"""Contract of `Telegram`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from atg_core.telegram.model import MAX_CHARACTERS, StarTransaction, Telegram, TelegramRefused

TEXT = "Здравствуйте!\n<b>Ответ</b> на *ваш* вопрос: 100% & «да» 🎓\n"
NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
ANNA, BORIS = 279058397, 2**52 - 1

type Done = Callable[[], list[tuple[int, str]]]
type Paid = Callable[[StarTransaction], None]


class TelegramContract:
    """Run by every adapter; the fixtures `sent` and `refunded` list what was done."""

    async def test_what_is_sent_arrives_as_it_was(self, telegram: Telegram, sent: Done) -> None:
        await telegram.send_message(ANNA, TEXT)
        await telegram.send_message(BORIS, "да")
        assert sorted(sent()) == sorted([(ANNA, TEXT), (BORIS, "да")])

    async def test_what_is_sent_twice_arrives_twice(self, telegram: Telegram, sent: Done) -> None:
        await telegram.send_message(ANNA, TEXT)
        await telegram.send_message(ANNA, TEXT)
        assert sent() == [(ANNA, TEXT)] * 2

    @pytest.mark.parametrize("text", ["", " \n\t", "x" * (MAX_CHARACTERS + 1), "half of \ud83d"])
    async def test_what_is_no_message_is_refused(self, telegram: Telegram, sent: Done, text: str) -> None:
        with pytest.raises(TelegramRefused) as refused:
            await telegram.send_message(ANNA, text)
        assert not text.strip() or text not in str(refused.value)
        assert sent() == []

    async def test_the_longest_message_is_sent(self, telegram: Telegram, sent: Done) -> None:
        await telegram.send_message(ANNA, "я" * MAX_CHARACTERS)
        assert sent() == [(ANNA, "я" * MAX_CHARACTERS)]

    async def test_a_payment_is_given_back_once(self, telegram: Telegram, refunded: Done) -> None:
        for charge in ("stx_1-a", "stx_1-a", "stx_2"):
            await telegram.refund_stars(ANNA, charge)
        assert sorted(refunded()) == [(ANNA, "stx_1-a"), (ANNA, "stx_2")]

    @pytest.mark.parametrize("charge", ["../../etc/passwd", "a b\r\n", "платёж", "k" * 300])
    async def test_any_charge_will_do(self, telegram: Telegram, refunded: Done, charge: str) -> None:
        await telegram.refund_stars(ANNA, charge)
        await telegram.refund_stars(ANNA, charge)
        assert refunded() == [(ANNA, charge)]

    async def test_where_nobody_has_paid_there_are_no_transactions(self, telegram: Telegram) -> None:
        assert await telegram.star_transactions(0, 100) == []


class TransactionsContract:
    """Run by adapters that list transactions; the fixture `paid` makes a payment."""

    async def test_transactions_come_in_their_order_and_in_pages(self, telegram: Telegram, paid: Paid) -> None:
        payments = [payment(number) for number in range(5)]
        for each in payments:
            paid(each)
        assert await telegram.star_transactions(0, 2) == payments[:2]
        assert await telegram.star_transactions(2, 2) == payments[2:4]
        assert await telegram.star_transactions(4, 2) == payments[4:]
        assert await telegram.star_transactions(5, 100) == []


def payment(number: int) -> StarTransaction:
    return StarTransaction(
        id=f"stx{number}",
        amount=100 + number,
        date=NOW + timedelta(minutes=number),
        telegram_id=ANNA + number,
        payload=f"purchase-{number}",
        is_incoming=True,
    )
