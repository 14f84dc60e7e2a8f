"""Mailer that keeps messages in memory."""

from atg_adapters.mime.messages import deliverable
from atg_core.mailing.model import Message


class MemoryMailer:
    """`Mailer` that appends every message to `sent`."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def send(self, message: Message) -> None:
        """`Mailer.send`."""
        deliverable(message.to)
        self.sent.append(message)
