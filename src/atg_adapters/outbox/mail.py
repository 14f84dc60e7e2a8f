"""Messages put into a folder, where nobody sends them: for a laptop, and for looking at them."""

import asyncio
from pathlib import Path

from atg_adapters.mime.letters import file_name, letter_of
from atg_adapters.outbox.folder import put
from atg_core.clock import Clock
from atg_core.mailing.addresses import Sender
from atg_core.mailing.model import MailAway, Message


class Outbox:
    """`Mail` as files `<time>-<key>.eml`, which sort by time and which their owner alone may read.

    Of a message that is sent again, the first file stays.
    """

    def __init__(self, folder: Path, *, sender: Sender, clock: Clock) -> None:
        self._folder, self._sender, self._clock = folder, sender, clock

    async def send(self, message: Message) -> None:
        """`Mail.send`."""
        now = self._clock()
        content = letter_of(message, self._sender, now).as_bytes()
        try:
            await asyncio.to_thread(put, self._folder, now, f"{file_name(message.key)}.eml", content)
        except OSError as error:
            raise MailAway(f"{self._folder}: {error.strerror}") from error
