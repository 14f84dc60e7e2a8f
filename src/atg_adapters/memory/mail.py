"""Messages kept in the process."""

from atg_adapters.mime.letters import deliverable
from atg_core.mailing.model import Message


class MemoryMail:
    """`Mail` whose messages are all in `sent`, also one that was sent twice."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def send(self, message: Message) -> None:
        """`Mail.send`: refuses what is no address."""
        deliverable(message.to)
        self.sent.append(message)
