"""Queries of conferencing in memory."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.conferencing.pool import account_of, free_places, is_usable, lesson_of, live, newest
from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.conferencing.model import AccountInUse, AccountUsage, HostedLesson, Lease, PoolState, Recording, Usage
from atg_core.conferencing.ports import LessonNotFound


class MemoryConferencingQueries:
    """`ConferencingQueries`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def accounts(self, *, limit: int, offset: int) -> tuple[list[AccountInUse], int]:
        ids = sorted(row["id"] for row in self.database.rows("conference_accounts"))
        return [await self.account(account_id) for account_id in ids[offset : offset + limit]], len(ids)

    async def account(self, account_id: int) -> AccountInUse:
        account = account_of(self.database, account_id)
        lessons = tuple(row["lesson_id"] for row in live(self.database, account_id))
        return AccountInUse(account=account, lesson_ids=lessons)

    async def usage(self, start: datetime, end: datetime, now: datetime) -> Usage:
        accounts = {row["id"]: row for row in self.database.rows("conference_accounts")}
        leases = [convert(row, Lease) for row in self.database.rows("conference_leases")]
        refusals = sum(start <= row["at"] < end for row in self.database.rows("conference_refusals"))
        within = [
            lease for lease in leases if lease.leased_at < end and (lease.ended_at is None or lease.ended_at > start)
        ]
        used = sorted({lease.account_id for lease in within}, key=lambda each: (each is None, each))
        return Usage(
            places=sum(row["capacity"] for row in accounts.values() if is_usable(row)),
            busy=sum(lease.ended_at is None for lease in leases),
            refusals=refusals,
            accounts=tuple(
                _usage(accounts.get(key), [each for each in within if each.account_id == key], start, end, now)
                for key in used
            ),
        )

    async def pool_state(self, now: datetime) -> PoolState:
        accounts = [row for row in self.database.rows("conference_accounts") if is_usable(row)]
        free = sum(free_places(self.database, row, now.date()) for row in accounts)
        ends = []
        for lease in self.database.rows("conference_leases", ended_at=None):
            if lease["account_id"] is None:
                continue
            end = lesson_of(self.database, lease["lesson_id"]).end_time
            ends.append(end if end > now else lease["expires_at"])
        places = sum(row["capacity"] for row in accounts)
        return PoolState(places=places, free=free, free_at=None if free else min(ends, default=None))

    async def lesson(self, lesson_id: int, viewer_id: UUID | None) -> HostedLesson:
        lesson = lesson_of(self.database, lesson_id)
        member = any(self.database.rows("group_students", group_id=lesson.group_id, student_id=viewer_id))
        if viewer_id not in {None, lesson.teacher_id} and not member:
            raise LessonNotFound
        return lesson

    async def lessons(self, lesson_ids: Collection[int]) -> Mapping[int, HostedLesson]:
        kept = self.database.tables["scheduled_lessons"]
        return {each: lesson_of(self.database, each) for each in lesson_ids if each in kept}

    async def meeting_lesson(self, meeting_id: str) -> tuple[HostedLesson, bool]:
        lease = newest(self.database.rows("conference_leases", meeting_id=meeting_id))
        if lease is None:
            raise LessonNotFound
        return lesson_of(self.database, lease.lesson_id), lease.ended_at is None

    async def recordings(self, lesson_id: int, *, limit: int, offset: int) -> tuple[list[Recording], int]:
        rows = sorted(self.database.rows("lesson_recordings", lesson_id=lesson_id), key=lambda row: row["id"])
        return convert(rows[offset : offset + limit], list[Recording]), len(rows)


def _usage(row: Row | None, leases: list[Lease], start: datetime, end: datetime, now: datetime) -> AccountUsage:
    seconds = sum(
        max(0.0, (min(lease.ended_at or now, end) - max(lease.leased_at, start)).total_seconds()) for lease in leases
    )
    return AccountUsage(
        account_id=row["id"] if row else None,
        label=row["label"] if row else None,
        provider=row["provider"] if row else None,
        leases=len(leases),
        hours=round(seconds / 3600, 2),
    )
