"""The pool of conference accounts in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.conferencing.model import (
    LEASE_GRACE,
    Account,
    EndReason,
    HostedLesson,
    Lease,
    Meeting,
    ProviderName,
    TeacherLease,
)
from atg_core.conferencing.ports import (
    AccountNotFound,
    LeaseNotFound,
    LessonNotFound,
)


def lesson_of(database: MemoryDatabase, lesson_id: int) -> HostedLesson:
    row = database.tables["scheduled_lessons"].get(lesson_id)
    if row is None:
        raise LessonNotFound
    return convert(row, HostedLesson)


def account_of(database: MemoryDatabase, account_id: int) -> Account:
    row = database.tables["conference_accounts"].get(account_id)
    if row is None:
        raise AccountNotFound
    return convert(row, Account)


def live(database: MemoryDatabase, account_id: int) -> list[Row]:
    live = database.rows("conference_leases", account_id=account_id, ended_at=None)
    return sorted(live, key=lambda row: row["leased_at"])


def is_usable(row: Row) -> bool:
    return row["is_enabled"] and (row["provider"] == ProviderName.LOCAL or row["sealed"] is not None)


def free_places(database: MemoryDatabase, row: Row, today: object) -> int:
    """Lessons that an account can host beside those that it hosts now."""
    idle, unmade = row["capacity"] - len(live(database, row["id"])), row["daily_limit"] - _made(row, today)
    return max(0, int(min(idle, unmade)))


class MemoryPool:
    """`Pool` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def lesson(self, lesson_id: int, teacher_id: UUID | None = None) -> HostedLesson:
        lesson = lesson_of(self.database, lesson_id)
        if teacher_id not in {None, lesson.teacher_id}:
            raise LessonNotFound
        return lesson

    async def lock_lessons(self, lesson_ids: Collection[int]) -> Mapping[int, HostedLesson | None]:
        there = self.database.tables["scheduled_lessons"].keys() & set(lesson_ids)
        return {lesson_id: lesson_of(self.database, lesson_id) for lesson_id in there}

    async def find_lease(self, lesson_id: int) -> Lease | None:
        return newest(self.database.rows("conference_leases", lesson_id=lesson_id, ended_at=None))

    async def find_leases(self, lesson_ids: Collection[int]) -> Mapping[int, Lease]:
        found = {lesson_id: await self.find_lease(lesson_id) for lesson_id in lesson_ids}
        return {lesson_id: lease for lesson_id, lease in found.items() if lease}

    async def lease(self, lease_id: UUID) -> Lease:
        row = self.database.tables["conference_leases"].get(lease_id)
        if row is None:
            raise LeaseNotFound
        return convert(row, Lease)

    async def claim_accounts(self, leases: Sequence[Lease]) -> Mapping[int, tuple[Lease, Account]]:
        claims = ((lease.lesson_id, self._claimed(lease)) for lease in leases)
        return {lesson_id: claimed for lesson_id, claimed in claims if claimed}

    def _claimed(self, lease: Lease) -> tuple[Lease, Account] | None:
        today = lease.leased_at.date()
        free = [row for row in self.database.rows("conference_accounts") if self._may_host(row, today)]
        if not free:
            return None
        row = min(free, key=lambda row: (_made(row, today), row["id"]))
        self.database.update("conference_accounts", row["id"], made_on=today, made=_made(row, today) + 1)
        claimed = replace(lease, account_id=row["id"])
        self.database.insert("conference_leases", asdict(claimed))
        return claimed, account_of(self.database, row["id"])

    def _may_host(self, row: Row, today: object) -> bool:
        return is_usable(row) and free_places(self.database, row, today) > 0

    async def lease_own_rooms(self, leases: Sequence[Lease]) -> None:
        for lease in leases:
            self.database.insert("conference_leases", asdict(lease))

    async def record_refusals(self, lesson_ids: Collection[int], now: datetime) -> None:
        for lesson_id in lesson_ids:
            self.database.insert("conference_refusals", {"lesson_id": lesson_id, "at": now})

    async def leases_of_teachers(self, teacher_ids: Collection[UUID], since: datetime) -> Sequence[TeacherLease]:
        leases = sorted(self.database.rows("conference_leases"), key=lambda row: row["leased_at"])
        lessons = self.database.tables["scheduled_lessons"]
        seen = [
            {**row, **{name: lessons[row["lesson_id"]][name] for name in ("teacher_id", "end_time")}}
            for row in leases
            if row["account_id"] is not None and (row.get("ended_at") is None or row["leased_at"] >= since)
        ]
        return [convert(row, TeacherLease) for row in seen if row["teacher_id"] in teacher_ids]

    async def account(self, account_id: int) -> Account:
        return account_of(self.database, account_id)

    async def claim_creation(
        self, lease_ids: Collection[UUID], now: datetime, until: datetime
    ) -> Mapping[UUID, Account | None]:
        leases = [await self.lease(lease_id) for lease_id in lease_ids]
        claimed = [
            lease
            for lease in leases
            if lease.ended_at is None and lease.meeting_id is None and lease.making_until <= now
        ]
        for lease in claimed:
            self.database.update("conference_leases", lease.id, making_until=until)
        return {
            lease.id: account_of(self.database, lease.account_id) if lease.account_id else None for lease in claimed
        }

    async def return_creation(self, lesson_ids: Collection[int], until: datetime, now: datetime) -> None:
        for lease in (await self.find_leases(lesson_ids)).values():
            if lease.meeting_id is None and lease.making_until == until:
                self.database.update("conference_leases", lease.id, making_until=now)

    async def save_meeting(self, lease_id: UUID, meeting: Meeting, now: datetime) -> HostedLesson | None:
        lease = await self.lease(lease_id)
        if lease.ended_at is not None or lease.meeting_id is not None:
            return None
        self.database.update("conference_leases", lease_id, meeting_id=meeting.id, meeting_uuid=meeting.uuid)
        urls = {"zoom_start_url": meeting.start_url, "zoom_join_url": meeting.join_url}
        self._change_lesson(lease.lesson_id, now, status="live", **urls)
        return await self.lesson(lease.lesson_id)

    async def renew_urls(self, lease_id: UUID, meeting: Meeting, now: datetime) -> None:
        lease = await self.lease(lease_id)
        if lease.ended_at is None:
            urls = {"zoom_start_url": meeting.start_url, "zoom_join_url": meeting.join_url}
            self._change_lesson(lease.lesson_id, now, **urls)

    def _change_lesson(self, lesson_id: int, now: datetime, **values: Any) -> None:
        revision = self.database.tables["scheduled_lessons"][lesson_id]["revision"] + 1
        self.database.update("scheduled_lessons", lesson_id, **values, revision=revision, updated_at=now)

    async def extend(self, lease_id: UUID, expires_at: datetime) -> None:
        if (await self.lease(lease_id)).ended_at is None:
            self.database.update("conference_leases", lease_id, expires_at=expires_at)

    async def release(self, lease_id: UUID, reason: EndReason, now: datetime) -> bool:
        lease = await self.lease(lease_id)
        if lease.ended_at is not None:
            return False
        self.database.update("conference_leases", lease_id, ended_at=now, end_reason=reason)
        if lesson_of(self.database, lease.lesson_id).status == "live":
            self._change_lesson(lease.lesson_id, now, status="ended", zoom_start_url=None, zoom_join_url=None)
        return True

    async def has_free_place(self, now: datetime) -> bool:
        return any(self._may_host(row, now.date()) for row in self.database.rows("conference_accounts"))

    async def find_by_meeting(self, meeting_id: str | None, meeting_uuid: str | None) -> Lease | None:
        named = {"meeting_uuid": meeting_uuid} if meeting_uuid else {"meeting_id": meeting_id}
        return newest(self.database.rows("conference_leases", **named)) if meeting_uuid or meeting_id else None

    async def overdue(self, made_before: datetime, now: datetime) -> list[Lease]:
        leases = [convert(row, Lease) for row in self.database.rows("conference_leases", ended_at=None)]
        return [lease for lease in leases if self._is_overdue(lease, made_before, now)]

    def _is_overdue(self, lease: Lease, made_before: datetime, now: datetime) -> bool:
        if lease.meeting_id is None:
            return lease.leased_at <= made_before and lease.making_until <= now
        return lesson_of(self.database, lease.lesson_id).end_time <= now - LEASE_GRACE


def _made(row: Row, today: object) -> int:
    return int(row["made"]) if row["made_on"] == today else 0


def newest(rows: Any) -> Lease | None:
    found = max(rows, key=lambda row: row["leased_at"], default=None)
    return convert(found, Lease) if found else None
