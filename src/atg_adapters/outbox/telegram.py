"""An outbox for Telegram: requests as files, without a bot."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from atg_adapters.mime.messages import file_name
from atg_adapters.outbox.folder import put
from atg_core.clock import Clock
from atg_core.telegram.model import StarTransaction, TelegramAway, checked_text


class OutboxTelegram:
    """`Telegram` as files of what the Bot API would be asked: `<time>-message-….json`, `<time>-refund-<charge>.json`.

    Of a charge that is given back again, the first file stays. Nobody pays here, so that there are no transactions.
    """

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder, self._clock = folder, clock

    async def send_message(self, chat_id: int, text: str) -> None:
        """`Telegram.send_message`."""
        await self._put(f"message-{uuid4().hex}", "sendMessage", chat_id=chat_id, text=checked_text(text))

    async def refund_stars(self, telegram_id: int, charge_id: str) -> None:
        """`Telegram.refund_stars`."""
        name = f"refund-{file_name(charge_id)}"
        await self._put(name, "refundStarPayment", user_id=telegram_id, telegram_payment_charge_id=charge_id)

    async def star_transactions(self, offset: int, limit: int) -> list[StarTransaction]:  # noqa: ARG002
        """`Telegram.star_transactions`."""
        return []

    async def _put(self, name: str, method: str, **arguments: Any) -> None:
        content = msgspec.json.format(msgspec.json.encode({"method": method, **arguments}), indent=2)
        try:
            await asyncio.to_thread(put, self._folder, self._clock(), f"{name}.json", content)
        except OSError as error:
            raise TelegramAway(f"{self._folder}: {error.strerror}", may_have_arrived=False) from error
