"""Reading one's notices."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from atg_core.clock import Clock
from atg_core.events import Event, EventKind, EventPublisher
from atg_core.notices.ports import NoticeQueries, ReadingStore
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNotices:
    """Marks notices as read; other open pages of the person hear of it. Idempotent."""

    open: UnitOfWork[ReadingStore]
    notice_queries: NoticeQueries
    events: EventPublisher
    clock: Clock

    async def __call__(self, user_id: UUID, notice_ids: Collection[int] | None) -> int:
        """`notice_ids`: None for all; ids of others are passed over. Returns how many are unread."""
        async with self.open() as store:
            await store.mark_read(user_id, notice_ids, self.clock())
            await self.events.publish(Event(kind=EventKind.NOTICE_TOLD, subject_id=0), user_ids=[user_id])
            return await self.notice_queries.unread_count(user_id)
