"""Subscriptions of a process, and what is told to them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from atg_core.events import MISSED, Event, SubscriptionsEnded, TooManySubscriptions

_MOST_WAITING = 32
_OF_A_USER, _OF_A_PROCESS = 12, 2_000


class Mailbox:
    """`Subscription`; holds a bounded number of events. The first one is MISSED: what was before is not known."""

    __slots__ = ("_arrived", "_has_ended", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[Event, None] = {}
        self._arrived = asyncio.Event()
        self._has_ended = False
        self.put(MISSED)

    def put(self, event: Event) -> None:
        if len(self._waiting) >= _MOST_WAITING or event == MISSED:
            self._waiting = {MISSED: None}
        elif MISSED not in self._waiting:
            self._waiting[event] = None
        self._arrived.set()

    def end(self) -> None:
        self._has_ended = True
        self._arrived.set()

    async def next(self, seconds: float) -> Sequence[Event]:
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return []
        if self._has_ended:
            raise SubscriptionsEnded
        taken, self._waiting = list(self._waiting), {}
        self._arrived.clear()
        return taken


class EventHub:
    """`EventSubscriptions` to what is delivered in this process."""

    hears_all = False

    def __init__(self, *, of_a_user: int = _OF_A_USER, of_a_process: int = _OF_A_PROCESS) -> None:
        self._of_a_user, self._of_a_process = of_a_user, of_a_process
        self._open: defaultdict[UUID, list[Mailbox]] = defaultdict(list)
        self._count = 0
        self._has_ended = False

    @asynccontextmanager
    async def subscribe(self, user_id: UUID) -> AsyncIterator[Mailbox]:
        if self._has_ended:
            raise SubscriptionsEnded
        if self._count >= self._of_a_process or len(self._open.get(user_id, ())) >= self._of_a_user:
            raise TooManySubscriptions
        mailbox = Mailbox()
        self._open[user_id].append(mailbox)
        self._count += 1
        try:
            yield mailbox
        finally:
            self._count -= 1
            self._open[user_id].remove(mailbox)
            if not self._open[user_id]:
                del self._open[user_id]

    async def deliver(self, event: Event, user_ids: Collection[UUID]) -> None:
        self.put(event, user_ids)

    def put(self, event: Event, user_ids: Iterable[UUID]) -> None:
        for user_id in user_ids:
            for mailbox in self._open.get(user_id, ()):
                mailbox.put(event)

    def _every(self) -> list[Mailbox]:
        return [mailbox for mailboxes in self._open.values() for mailbox in mailboxes]

    def put_missed(self) -> None:
        """To everybody."""
        for mailbox in self._every():
            mailbox.put(MISSED)

    def end_all(self) -> None:
        self._has_ended = True
        for mailbox in self._every():
            mailbox.end()

    async def close(self) -> None:
        self.end_all()
