"""Ports of messages to customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from atg_core.shop.messages import CustomerMessage, Delivery, DeliveryCounts, Recipient


class CustomerMessages(Protocol):
    """Messages and their recipients, within one transaction, in which jobs are enqueued, too."""

    async def add(self, message: CustomerMessage) -> CustomerMessage:
        """With its id. Raises LessonNotFound, CourseNotFound."""

    async def begin(self, message_id: int, now: datetime) -> CustomerMessage:
        """Makes a draft one that is sent, to everybody whom it reaches now. Raises MessageNotFound, MessageNotDraft."""

    async def cancel(self, message_id: int, now: datetime) -> CustomerMessage:
        """Nobody is claimed any longer. Raises MessageNotFound, MessageOver."""

    async def claim(self, message_id: int, now: datetime) -> tuple[Recipient, str] | None:
        """The next one who waits, and the text; by one statement, so that of many workers one gets each.

        None if nobody waits, or the message was cancelled.
        """

    async def settle(self, recipient_id: int, status: Delivery, now: datetime) -> None:
        """Of one who was claimed; WAITING gives the claim back."""

    async def fail_lost(self, message_id: int, before: datetime, now: datetime) -> int:
        """Fails claims of before that, whose worker was killed; how many claims are still open."""

    async def finish(self, message_id: int, now: datetime) -> None:
        """If it is being sent, and nobody waits or is claimed."""


class CustomerMessageQueries(Protocol):
    """Reads of messages to customers."""

    async def listed(self, *, limit: int, offset: int) -> tuple[list[tuple[CustomerMessage, DeliveryCounts]], int]:
        """A page, newest first, and the total."""

    async def message(self, message_id: int) -> tuple[CustomerMessage, DeliveryCounts]:
        """Raises MessageNotFound."""

    async def reach(self, message: CustomerMessage, now: datetime) -> int:
        """How many customers a draft reaches now."""

    async def recipients(
        self, message_id: int, status: Delivery | None, *, limit: int, offset: int
    ) -> tuple[Sequence[Recipient], int]:
        """A page by id, and the total. Raises MessageNotFound."""
