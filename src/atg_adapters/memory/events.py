"""Events of what is kept in memory."""

from collections.abc import Collection
from functools import partial
from uuid import UUID

from atg_adapters.events.hub import EventHub
from atg_adapters.memory.database import MemoryDatabase
from atg_core.events import Event


class MemoryEvents:
    """`EventPublisher`"""

    def __init__(self, database: MemoryDatabase, hub: EventHub) -> None:
        self._database, self._hub = database, hub

    async def publish(self, event: Event, *, user_ids: Collection[UUID] = (), group_id: int | None = None) -> None:
        rows = self._database.rows("group_students", group_id=group_id) if group_id is not None else ()
        told = {*user_ids, *(row["student_id"] for row in rows)}
        await self._database.on_commit(partial(self._hub.deliver, event, told))
