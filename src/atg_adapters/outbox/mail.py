"""Messages put into a folder, where nobody sends them: for a laptop, and for looking at them."""

import asyncio
import os
from datetime import UTC
from pathlib import Path
from uuid import uuid4

from atg_adapters.filesystem.files import sync, sync_folder
from atg_adapters.mime.letters import file_name, letter_of
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
            await asyncio.to_thread(
                self._put, f"{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}", file_name(message.key), content
            )
        except OSError as error:
            raise MailAway(f"{self._folder}: {error.strerror}") from error

    def _put(self, time: str, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = self._folder / f".{uuid4().hex}.new"
        try:
            with os.fdopen(os.open(written, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
                sync(file)
            written.rename(self._folder / f"{time}-{name}.eml")
        finally:
            written.unlink(missing_ok=True)
        for later in self._files(name)[1:]:
            later.unlink(missing_ok=True)
        sync_folder(self._folder)

    def _files(self, name: str) -> list[Path]:
        """Those of one message, the first of them first: also of two who send it at once, both keep the same."""
        ours = (path for path in self._folder.glob("*.eml") if path.name.partition("-")[2] == f"{name}.eml")
        return sorted(ours)
