"""Telegram in memory."""

from atg_core.telegram.model import StarTransaction, TelegramBlocked, checked_text


class MemoryTelegram:
    """`Telegram`. `sent`: messages; `refunded`: charges, each once.

    `transactions`: those that `star_transactions` lists, oldest first. `blocked_by`: customers.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []
        self.refunded: list[tuple[int, str]] = []
        self.transactions: list[StarTransaction] = []
        self.blocked_by: set[int] = set()

    async def send_message(self, chat_id: int, text: str) -> None:
        """`Telegram.send_message`."""
        checked = checked_text(text)
        if chat_id in self.blocked_by:
            raise TelegramBlocked("the customer has blocked the bot")
        self.sent.append((chat_id, checked))

    async def refund_stars(self, telegram_id: int, charge_id: str) -> None:
        """`Telegram.refund_stars`."""
        if (telegram_id, charge_id) not in self.refunded:
            self.refunded.append((telegram_id, charge_id))

    async def star_transactions(self, offset: int, limit: int) -> list[StarTransaction]:
        """`Telegram.star_transactions`."""
        return self.transactions[offset : offset + limit]
