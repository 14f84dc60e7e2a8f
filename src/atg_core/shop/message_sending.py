"""Writing, sending and cancelling messages to customers, within Telegram's limits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from atg_core.clock import Clock
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import JobQueue
from atg_core.shop.message_ports import CustomerMessageQueries, CustomerMessages
from atg_core.shop.messages import (
    Audience,
    CustomerMessage,
    Delivery,
    DeliveryCounts,
    MessageStatus,
)
from atg_core.shop.model import Item
from atg_core.telegram.model import Telegram, TelegramAway, TelegramBlocked, TelegramRefused
from atg_core.unit_of_work import UnitOfWork

SEND_SHOP_MESSAGE = "send_shop_message"
_LANE = "shop messages"
"""Jobs of one lane run one after the other, so that one worker at a time keeps to the bot's limit."""

SECONDS_BETWEEN = 1 / 25
"""Telegram takes about thirty messages a second of a bot; the rest is left to answers and notices."""

SECONDS_BETWEEN_IN_CHAT = 1.0
"""Nobody is in a message twice, so that only the begin of another one can follow at once."""

_A_WHILE = timedelta(seconds=15)
"""Of one try of the job, far below the lease of a worker."""
_LOST_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteMessage:
    """Keeps a draft. Raises LessonNotFound, CourseNotFound."""

    open: UnitOfWork[CustomerMessages]
    clock: Clock

    async def __call__(self, text: str, audience: Audience, item: Item | None = None) -> CustomerMessage:
        message = CustomerMessage(
            id=0,
            text=text,
            audience=audience,
            lesson_id=item.lesson_id if item else None,
            course_id=item.course_id if item else None,
            created_at=self.clock(),
        )
        async with self.open() as store:
            return await store.add(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessageToCustomers:
    """Sends a draft to everybody whom it reaches now. Raises MessageNotFound, MessageNotDraft."""

    open: UnitOfWork[CustomerMessages]
    jobs: JobQueue
    clock: Clock

    async def __call__(self, message_id: int) -> CustomerMessage:
        async with self.open() as store:
            message = await store.begin(message_id, self.clock())
            await self.jobs.enqueue(SEND_SHOP_MESSAGE, {"message": message.id}, lane=_LANE)
        return message


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelMessage:
    """Deletes nothing: a draft is no longer sent, and who waits gets nothing. Raises MessageNotFound, MessageOver."""

    open: UnitOfWork[CustomerMessages]
    clock: Clock

    async def __call__(self, message_id: int) -> CustomerMessage:
        async with self.open() as store:
            return await store.cancel(message_id, self.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMessage:
    """A message with what came of it; of a draft, how many it reaches now. Raises MessageNotFound."""

    customer_message_queries: CustomerMessageQueries
    clock: Clock

    async def __call__(self, message_id: int) -> tuple[CustomerMessage, DeliveryCounts]:
        message, counts = await self.customer_message_queries.message(message_id)
        if message.status is MessageStatus.DRAFT:
            counts = DeliveryCounts(waiting=await self.customer_message_queries.reach(message, self.clock()))
        return message, counts


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverMessage:
    """The job `send_shop_message`: sends to one recipient after the other, each claimed before.

    Each gets it at most once: what was claimed by a worker that was killed, and what Telegram did not answer to, is not
    tried again. What Telegram surely did not take goes back to those who wait. `sleep`: for so many seconds.
    """

    open: UnitOfWork[CustomerMessages]
    telegram: Telegram
    jobs: JobQueue
    clock: Clock
    sleep: Callable[[float], Awaitable[None]]

    async def __call__(self, arguments: Arguments) -> int:
        """Goes on with another job after a while, or when Telegram says so. Returns how many were served.

        Raises TelegramAway where Telegram names no time: the job is tried again, later each time.
        """
        message_id, until, served = arguments["message"], self.clock() + _A_WHILE, 0
        await self.sleep(SECONDS_BETWEEN_IN_CHAT)
        try:
            while self.clock() < until:
                if not await self._one(message_id):
                    await self._end(message_id)
                    return served
                served += 1
                await self.sleep(SECONDS_BETWEEN)
        except TelegramAway as away:
            if away.retry_after is None:
                raise
            await self._go_on(message_id, timedelta(seconds=away.retry_after))
        else:
            await self._go_on(message_id, timedelta())
        return served

    async def _one(self, message_id: int) -> bool:
        """Whether somebody has waited. Raises TelegramAway."""
        async with self.open() as store:
            claimed = await store.claim(message_id, self.clock())
        if claimed is None:
            return False
        recipient, text = claimed
        try:
            await self.telegram.send_message(recipient.chat_id, text)
        except TelegramBlocked:
            await self._settle(recipient.id, Delivery.BLOCKED)
        except TelegramRefused:
            await self._settle(recipient.id, Delivery.FAILED)
        except TelegramAway as away:
            await self._settle(recipient.id, Delivery.FAILED if away.may_have_arrived else Delivery.WAITING)
            raise
        else:
            await self._settle(recipient.id, Delivery.SENT)
        return True

    async def _settle(self, recipient_id: int, status: Delivery) -> None:
        async with self.open() as store:
            await store.settle(recipient_id, status, self.clock())

    async def _go_on(self, message_id: int, later: timedelta) -> None:
        await self.jobs.enqueue(SEND_SHOP_MESSAGE, {"message": message_id}, lane=_LANE, not_before=self.clock() + later)

    async def _end(self, message_id: int) -> None:
        """Looks once more where another worker has claims, which it may have lost."""
        async with self.open() as store:
            now = self.clock()
            if await store.fail_lost(message_id, now - _LOST_AFTER, now):
                await self._go_on(message_id, _LOST_AFTER)
            else:
                await store.finish(message_id, now)
