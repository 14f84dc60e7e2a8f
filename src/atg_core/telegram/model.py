"""The port to the Bot API: messages, refunds of Stars and Star transactions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from atg_core.errors import Unavailable

MAX_CHARACTERS = 4096
"""In one message."""
MAX_TRANSACTIONS = 100
"""In one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StarTransaction:
    """An incoming or outgoing transaction of the bot's Stars.

    `id`: the charge id of a payment; its refund has the same id, and is not incoming.
    `telegram_id`: the customer; None for other parties, such as Telegram itself.
    `payload`: that of the bot's invoice.
    """

    id: str
    amount: int
    date: datetime
    telegram_id: int | None
    payload: str | None
    is_incoming: bool


class TelegramAway(Unavailable):
    """Telegram is away

    `retry_after`: seconds to wait before a retry, if Telegram gives them.
    `may_have_arrived`: whether the request may have been executed all the same.
    """

    def __init__(
        self,
        template: str | None = None,
        /,
        *,
        retry_after: int | None = None,
        may_have_arrived: bool = True,
        **parameters: object,
    ) -> None:
        super().__init__(template, **parameters)
        self.retry_after, self.may_have_arrived = retry_after, may_have_arrived


class TelegramRefused(Exception):
    """Telegram refused the request for good, as a message to a user who has blocked the bot."""


class TelegramBlocked(TelegramRefused):
    """The user has blocked the bot, or has deleted the account."""


class Telegram(Protocol):
    """Requests to Telegram in the bot's name.

    All raise TelegramAway (a temporary failure, or a timeout after which the request may have been executed) and
    TelegramRefused (a retry does not help). Their messages contain neither the text nor the bot's token.
    """

    async def send_message(self, chat_id: int, text: str) -> None:
        """Sends plain text to a customer, whose id is also the chat's. Not idempotent.

        Raises TelegramBlocked, and TelegramRefused for texts that `checked_text` refuses.
        """

    async def refund_stars(self, telegram_id: int, charge_id: str) -> None:
        """Refunds a payment to its customer; idempotent."""

    async def star_transactions(self, offset: int, limit: int) -> list[StarTransaction]:
        """A page of at most `limit` (1 to 100) transactions from `offset` on, oldest first."""


def checked_text(text: str) -> str:
    """The text, if it is a valid message. Raises TelegramRefused."""
    if not text.strip():
        raise TelegramRefused("the message is empty")
    if len(text) > MAX_CHARACTERS:
        raise TelegramRefused(f"the message is longer than {MAX_CHARACTERS} characters")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise TelegramRefused("the message is no text")
    return text
