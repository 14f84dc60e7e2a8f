"""What a bot does at Telegram: messages to its customers, and Stars, which it takes and gives back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from atg_core.errors import Unavailable

MOST_CHARACTERS = 4096
"""Of one message."""
MOST_TRANSACTIONS = 100
"""Of one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StarTransaction:
    """Stars that came to the bot, or went from it.

    `id`: the charge's id where a customer has paid; the refund of that has the same id, and is not incoming.
    `telegram_id`: the customer on the other side; None where it is somebody else, such as Telegram itself.
    `payload`: what the bot has written on its invoice.
    """

    id: str
    amount: int
    date: datetime
    telegram_id: int | None
    payload: str | None
    is_incoming: bool


class TelegramAway(Unavailable):
    """Telegram is away

    `retry_after`: seconds that it asks to be left alone for, where it says so.
    """

    def __init__(self, message: str | None = None, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TelegramRefused(Exception):
    """Telegram does not do this, such as writing to somebody who has blocked the bot."""


class Telegram(Protocol):
    """Asks Telegram to do something in the bot's name.

    All raise TelegramAway (nothing works now, or Telegram fell silent and may have done it) and TelegramRefused (asking
    again does not help). What they say holds neither the message nor the bot's token.
    """

    async def send_message(self, chat_id: int, text: str) -> None:
        """Writes plain text to a customer, whose id is that of the chat too. Sent twice, it arrives twice.

        What `checked_text` refuses is refused everywhere.
        """

    async def refund_stars(self, telegram_id: int, charge_id: str) -> None:
        """Gives a payment back to the customer who made it; one that was given back already is fine."""

    async def star_transactions(self, offset: int, limit: int) -> list[StarTransaction]:
        """At most `limit` (1 to 100) transactions after the first `offset`, the oldest first."""


def checked_text(text: str) -> str:
    """The text, if Telegram takes it as a message. Raises TelegramRefused."""
    if not text.strip():
        raise TelegramRefused("the message is empty")
    if len(text) > MOST_CHARACTERS:
        raise TelegramRefused(f"the message is longer than {MOST_CHARACTERS} characters")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise TelegramRefused("the message is no text")
    return text
