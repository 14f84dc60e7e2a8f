"""The job queue in memory."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import convert

from atg_adapters.jobs.execution import WorkerSettings
from atg_adapters.jobs.leased import WORKER_LOST, LeasedWorker
from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.clock import Clock
from atg_core.jobs.model import Arguments, Backlog, Job, JobStatus, Work
from atg_core.jobs.ports import JobNotFound


class MemoryJobQueue:
    """`JobQueue`, and `JobLeases` for its worker."""

    def __init__(self, database: MemoryDatabase, clock: Clock, pace: WorkerSettings) -> None:
        self._database, self._clock, self._pace = database, clock, pace
        self._wake = asyncio.Event()

    async def enqueue(
        self, kind: str, arguments: Arguments, *, lane: str | None = None, not_before: datetime | None = None
    ) -> None:
        row = {
            "kind": kind,
            "arguments": json.loads(json.dumps(dict(arguments))),
            "lane": lane,
            "status": JobStatus.WAITING,
            "tries": 0,
            "run_at": not_before or self._clock(),
            "lease_until": None,
            "error": None,
        }
        async with self._database.transaction() as database:
            database.insert("jobs", row)
        self._wake.set()

    async def listed(self, *, status: JobStatus | None = None, limit: int = 100) -> Sequence[Job]:
        found = [row for row in self._rows() if status in {None, row["status"]}]
        return [_job(row) for row in found[:limit]]

    async def retry(self, job_id: int) -> None:
        if not await self._again(id=job_id):
            raise JobNotFound

    async def retry_all(self) -> int:
        return await self._again()

    async def _again(self, **which: int) -> int:
        async with self._database.transaction() as database:
            dead = list(database.rows("jobs", status=JobStatus.DEAD, **which))
            for row in dead:
                database.update("jobs", row["id"], status=JobStatus.WAITING, tries=0, run_at=self._clock())
        self._wake.set()
        return len(dead)

    async def backlog(self) -> Sequence[Backlog]:
        now, kinds = self._clock(), defaultdict[str, list[Row]](list)
        for row in self._rows():
            kinds[row["kind"]].append(row)
        return [_backlog(kind, kinds[kind], now) for kind in sorted(kinds)]

    async def run(self, work: Work, *, until_idle: bool = False) -> None:
        await LeasedWorker(self, work, self._pace, self._clock, self._wake).run(until_idle=until_idle)

    async def claim(self, kinds: Sequence[str], lease: timedelta) -> Job | None:
        async with self._database.transaction() as database:
            now, rows = self._clock(), self._rows()
            for row in rows:
                if row["kind"] in kinds and _is_ready(row, now) and not _is_held_up(row, rows, now):
                    lost = row["status"] == JobStatus.RUNNING
                    database.update(
                        "jobs",
                        row["id"],
                        status=JobStatus.RUNNING,
                        tries=row["tries"] + 1,
                        lease_until=now + lease,
                        error=WORKER_LOST if lost else row["error"],
                    )
                    return _job(database.tables["jobs"][row["id"]])
        return None

    async def renew(self, job: Job, lease: timedelta) -> bool:
        return await self._change(job, lease_until=self._clock() + lease)

    async def finish(self, job: Job) -> None:
        async with self._database.transaction() as database:
            database.delete("jobs", id=job.id, tries=job.tries, status=JobStatus.RUNNING)

    async def postpone(self, job: Job, error: str, run_at: datetime) -> None:
        await self._change(job, status=JobStatus.WAITING, error=error, run_at=run_at)

    async def bury(self, job: Job, error: str) -> None:
        await self._change(job, status=JobStatus.DEAD, error=error)

    async def release(self, job: Job) -> None:
        await self._change(job, status=JobStatus.WAITING, tries=job.tries - 1)

    async def _change(self, job: Job, **values: Any) -> bool:
        """Whether its lease is this worker's."""
        async with self._database.transaction() as database:
            mine = list(database.rows("jobs", id=job.id, tries=job.tries, status=JobStatus.RUNNING))
            for row in mine:
                database.update("jobs", row["id"], **values)
        return bool(mine)

    async def enqueue_at(self, kind: str, at: datetime) -> None:
        async with self._database.shared_transaction() as database:
            last = database.tables["job_times"].get(kind)
            if last is None or last["at"] < at:
                database.tables["job_times"][kind] = {"id": kind, "at": at}
                await self.enqueue(kind, {}, not_before=at)

    def _rows(self) -> list[Row]:
        return sorted(self._database.tables["jobs"].values(), key=lambda row: int(row["id"]))


def _is_ready(row: Row, now: datetime) -> bool:
    if row["status"] == JobStatus.RUNNING:
        return bool(row["lease_until"] <= now)
    return bool(row["status"] == JobStatus.WAITING and row["run_at"] <= now)


def _is_held_up(row: Row, rows: Sequence[Row], now: datetime) -> bool:
    """By an older job of its lane that is not over, or by one that runs."""
    return row["lane"] is not None and any(
        (other["id"] < row["id"] and other["status"] != JobStatus.DEAD)
        or (other["status"] == JobStatus.RUNNING and other["lease_until"] > now)
        for other in rows
        if other["lane"] == row["lane"] and other["id"] != row["id"]
    )


def _backlog(kind: str, rows: Sequence[Row], now: datetime) -> Backlog:
    waiting = [row["run_at"] for row in rows if row["status"] == JobStatus.WAITING]
    running = sum(row["status"] == JobStatus.RUNNING for row in rows)
    return Backlog(
        kind=kind,
        waiting=len(waiting),
        running=running,
        oldest_seconds=max(0.0, (now - min(waiting)).total_seconds()) if waiting else 0.0,
        dead=len(rows) - len(waiting) - running,
    )


def _job(row: Row) -> Job:
    return convert(row, Job)
