"""Subscriptions to what all processes publish, by a channel of a server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import structlog

from atg_adapters.events.hub import EventHub, Mailbox
from atg_adapters.events.payload import decoded

type Listen = Callable[[Callable[[], None], Callable[[str], None]], Coroutine[Any, Any, None]]
"""Listens until the connection is lost: calls the first function once it listens, the second with each payload."""

_PAUSE_SECONDS, _READY_SECONDS = 1.0, 2.0
_log = structlog.get_logger("atg.events")


class ListeningHub(EventHub):
    """Listens from the first subscription on; tells all to look again after a connection that was lost."""

    hears_all = True

    def __init__(self, listen: Listen, *, pause: float = _PAUSE_SECONDS, **limits: int) -> None:
        super().__init__(**limits)
        self._listen, self._pause = listen, pause
        self._listening: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._trouble: str | None = None

    @asynccontextmanager
    async def subscribe(self, user_id: UUID) -> AsyncIterator[Mailbox]:
        async with super().subscribe(user_id) as mailbox:
            if self._listening is None:
                self._listening = asyncio.create_task(self._listen_on())
            with suppress(TimeoutError):  # the server is away: what is missed until it is back is told then
                await asyncio.wait_for(self._ready.wait(), _READY_SECONDS)
            yield mailbox

    async def _listen_on(self) -> None:
        while True:
            try:
                await self._listen(self._begun, self._heard)
            except Exception as error:  # noqa: BLE001 - whatever the reason, the next connection may work
                self._tell(type(error).__name__)
            self._ready.clear()
            await asyncio.sleep(self._pause)

    def _tell(self, trouble: str) -> None:
        """Once for each outage."""
        if self._trouble is None:
            _log.warning("events are not heard", error=trouble)
        self._trouble = trouble

    def _begun(self) -> None:
        if self._trouble is not None:
            self._trouble = None
            _log.info("events are heard again")
        self._ready.set()
        self.put_missed()

    def _heard(self, payload: str) -> None:
        try:
            event, user_ids = decoded(payload)
        except ValueError:  # of another version
            self.put_missed()
            return
        self.put(event, user_ids)

    async def close(self) -> None:
        await super().close()
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
