"""Mailer that writes files into the outbox folder, for development."""

import asyncio
from pathlib import Path

from atg_adapters.mime.messages import file_name, mime_message
from atg_adapters.outbox.folder import put
from atg_core.clock import Clock
from atg_core.mailing.addresses import Sender
from atg_core.mailing.model import MailAway, Message


class OutboxMailer:
    """`Mailer` that writes `<time>-<key>.eml`, readable by the owner only; idempotent by key."""

    def __init__(self, folder: Path, *, sender: Sender, clock: Clock) -> None:
        self._folder, self._sender, self._clock = folder, sender, clock

    async def send(self, message: Message) -> None:
        """`Mailer.send`."""
        now = self._clock()
        content = mime_message(message, self._sender, now).as_bytes()
        try:
            await asyncio.to_thread(put, self._folder, now, f"{file_name(message.key)}.eml", content)
        except OSError as error:
            raise MailAway(f"{self._folder}: {error.strerror}") from error
