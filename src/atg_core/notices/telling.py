"""Telling people of a change, within its transaction; sending what waits follows at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.jobs.ports import JobQueue
from atg_core.notices.ports import TellingStore
from atg_core.notifier import NewNotice
from atg_core.unit_of_work import UnitOfWork

DELIVER_NOTICES = "deliver_notices"


def row_of(notice: NewNotice, facts: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """What is stored of a notice, the same for everybody who is told. `facts`: names of its group and its person."""
    told = {**notice.details, **facts}
    details = {
        name: f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
        for name, value in told.items()
    }
    return {
        "kind": notice.kind,
        "subject": notice.subject,
        "occasion": notice.occasion,
        "title": notice.title,
        "details": details,
        "created_at": now,
        "deliver_at": now,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class TellPeople:
    """`Notifier`: the notices are in the transaction of the change, and the job that sends them, too."""

    open: UnitOfWork[TellingStore]
    jobs: JobQueue
    clock: Clock

    async def tell(self, *notices: NewNotice) -> int:
        async with self.open() as store:
            told = await store.add(notices, self.clock())
            await self.jobs.enqueue(DELIVER_NOTICES, {})
        return told

    async def tell_assigned(self, user_ids: Collection[UUID]) -> None:
        async with self.open() as store:
            if await store.add_assigned(user_ids, self.clock()):
                await self.jobs.enqueue(DELIVER_NOTICES, {})

    async def tell_opened(self, opened: Collection[tuple[UUID, UUID]]) -> None:
        async with self.open() as store:
            if await store.add_opened(opened, self.clock()):
                await self.jobs.enqueue(DELIVER_NOTICES, {})
