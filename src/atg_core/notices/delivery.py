"""Handing notices over to their channels: one message for all that waits for a person, outside of quiet hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import groupby

from atg_core.clock import Clock
from atg_core.events import Event, EventKind, EventPublisher
from atg_core.jobs.ports import JobQueue
from atg_core.notices.model import Channel, Recipient
from atg_core.notices.ports import DeliveryStore, Untold
from atg_core.notices.telling import DELIVER_NOTICES
from atg_core.unit_of_work import UnitOfWork

SEND_NOTICES = "send_notices"
_A_WHILE = timedelta(seconds=15)
_PEOPLE = 200
"""In one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverNotices:
    """The job `deliver_notices`: enqueues one job for each person and channel, and postpones what is in quiet hours.

    Idempotent: what is taken is not taken again. The open pages of the people hear of their notices.
    """

    open: UnitOfWork[DeliveryStore]
    jobs: JobQueue
    events: EventPublisher
    timezone: tzinfo
    clock: Clock

    async def __call__(self) -> None:
        """Goes on with another job after a while: one that takes longer is cut off."""
        until = self.clock() + _A_WHILE
        while await self._some():
            if self.clock() > until:
                await self.jobs.enqueue(DELIVER_NOTICES, {})
                return

    async def _some(self) -> bool:
        """Whether there was anything to take."""
        now = self.clock()
        async with self.open() as store:
            taken = await store.take(now, _PEOPLE)
            if not taken:
                return False
            people = {each.user_id for each in taken}
            recipients = {each.user_id: each for each in await store.recipients(people)}
            postponed: dict[datetime, list[int]] = {}
            for user_id, notices in groupby(taken, key=lambda each: each.user_id):
                if recipient := recipients.get(user_id):
                    if until := recipient.quiet_until(now, self.timezone):
                        postponed.setdefault(until, []).extend(each.id for each in notices)
                    else:
                        await self._hand_over(recipient, list(notices))
            for until, ids in postponed.items():
                await store.postpone(ids, until)
            await self.events.publish(Event(kind=EventKind.NOTICE_TOLD, subject_id=0), user_ids=people)
        return True

    async def _hand_over(self, recipient: Recipient, notices: Sequence[Untold]) -> None:
        for channel in Channel:
            if wanted := [each.id for each in notices if channel in recipient.channels(each.kind)]:
                arguments = {"user": str(recipient.user_id), "channel": channel, "notices": wanted}
                await self.jobs.enqueue(SEND_NOTICES, arguments)
