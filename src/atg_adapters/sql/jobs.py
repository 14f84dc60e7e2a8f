"""The job queue on SQLite, in a table of leases."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.sqlite import insert

from atg_adapters.jobs.execution import WorkerSettings
from atg_adapters.jobs.leased import WORKER_LOST, LeasedWorker
from atg_adapters.sql.database import Database
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.operations import job_times, jobs
from atg_adapters.sql.types import UtcDateTime
from atg_core.clock import Clock
from atg_core.jobs.model import Arguments, Backlog, Job, JobStatus, Work
from atg_core.jobs.ports import JobNotFound

_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)
_status: sa.BindParameter[str | None] = sa.bindparam("of_status", type_=sa.String)
_SHOWN = tuple(jobs.c[name] for name in Job.__dataclass_fields__)
_due, _other = jobs.alias("due"), jobs.alias("other")
_is_ready = ((_due.c.status == JobStatus.WAITING) & (_due.c.run_at <= _now)) | (
    (_due.c.status == JobStatus.RUNNING) & (_due.c.lease_until <= _now)
)
_is_held_up = (
    sa.exists()
    .where(_other.c.lane == _due.c.lane, _other.c.id != _due.c.id)
    .where(
        ((_other.c.id < _due.c.id) & (_other.c.status != JobStatus.DEAD))
        | ((_other.c.status == JobStatus.RUNNING) & (_other.c.lease_until > _now))
    )
)
_OLDEST_DUE = (
    sa.select(_due.c.id)
    .where(_due.c.kind.in_(sa.bindparam("kinds", expanding=True)), _is_ready)
    .where(_due.c.lane.is_(None) | ~_is_held_up)
    .order_by(_due.c.id)
    .limit(1)
)
_CLAIM = (
    sa.update(jobs)
    .where(jobs.c.id == _OLDEST_DUE.scalar_subquery())
    .values(
        error=sa.case((jobs.c.status == JobStatus.RUNNING, WORKER_LOST), else_=jobs.c.error),
        status=JobStatus.RUNNING,
        tries=jobs.c.tries + 1,
        lease_until=sa.bindparam("until", type_=UtcDateTime),
    )
    .returning(*_SHOWN)
)
_is_mine = (
    (jobs.c.id == sa.bindparam("job")) & (jobs.c.tries == sa.bindparam("begun")) & (jobs.c.status == JobStatus.RUNNING)
)
_FINISH = sa.delete(jobs).where(_is_mine)
_CHANGE = sa.update(jobs).where(_is_mine)
_AGAIN = {"status": JobStatus.WAITING, "tries": 0, "run_at": _now}
_RETRY_ALL = sa.update(jobs).where(jobs.c.status == JobStatus.DEAD).values(_AGAIN).returning(jobs.c.id)
_RETRY = _RETRY_ALL.where(jobs.c.id == sa.bindparam("job"))
_LISTED = (
    sa.select(*_SHOWN)
    .where(_status.is_(None) | (jobs.c.status == _status))
    .order_by(jobs.c.id)
    .limit(sa.bindparam("most"))
)
_is_waiting, _is_dead = jobs.c.status == JobStatus.WAITING, jobs.c.status == JobStatus.DEAD
BACKLOG = (
    sa.select(
        jobs.c.kind,
        sa.func.count().filter(_is_waiting).label("waiting"),
        sa.func.count().filter(jobs.c.status == JobStatus.RUNNING).label("running"),
        sa.func.min(jobs.c.run_at).filter(_is_waiting).label("oldest"),
        sa.func.count().filter(_is_dead).label("dead"),
    )
    .group_by(jobs.c.kind)
    .order_by(jobs.c.kind)
)
_TIME = insert(job_times)
_TAKE_TIME = _TIME.on_conflict_do_update(
    index_elements=["kind"], set_={"at": _TIME.excluded.at}, where=job_times.c.at < _TIME.excluded.at
).returning(job_times.c.kind)


class SqlJobQueue:
    """`JobQueue`, and `JobLeases` for its worker."""

    def __init__(self, database: Database, clock: Clock, pace: WorkerSettings) -> None:
        self._database, self._clock, self._pace = database, clock, pace
        self._wake = asyncio.Event()

    async def enqueue(
        self, kind: str, arguments: Arguments, *, lane: str | None = None, not_before: datetime | None = None
    ) -> None:
        async with self._database.transaction() as connection:
            values = {
                "kind": kind,
                "arguments": dict(arguments),
                "lane": lane,
                "status": JobStatus.WAITING,
                "tries": 0,
                "run_at": not_before or self._clock(),
            }
            await connection.execute(sa.insert(jobs), values)
        # The woken worker waits for the single writing connection, and so sees the committed job.
        self._wake.set()

    async def listed(self, *, status: JobStatus | None = None, limit: int = 100) -> Sequence[Job]:
        return [_job(row) for row in await self._database.rows(_LISTED, {"of_status": status, "most": limit})]

    async def retry(self, job_id: int) -> None:
        if not await self._again(_RETRY, job=job_id):
            raise JobNotFound

    async def retry_all(self) -> int:
        return await self._again(_RETRY_ALL)

    async def _again(self, statement: sa.Executable, **values: Any) -> int:
        async with self._database.transaction() as connection:
            changed = (await connection.execute(statement, {"now": self._clock(), **values})).all()
        self._wake.set()
        return len(changed)

    async def backlog(self) -> Sequence[Backlog]:
        now = self._clock()
        return [backlog_of(row, now) for row in await self._database.rows(BACKLOG)]

    async def run(self, work: Work, *, until_idle: bool = False) -> None:
        await LeasedWorker(self, work, self._pace, self._clock, self._wake).run(until_idle=until_idle)

    async def claim(self, kinds: Sequence[str], lease: timedelta) -> Job | None:
        async with self._database.transaction() as connection:
            now = self._clock()
            values = {"kinds": list(kinds), "now": now, "until": now + lease}
            row = (await connection.execute(_CLAIM, values)).first()
        return _job(row) if row else None

    async def renew(self, job: Job, lease: timedelta) -> bool:
        return await self._settle(job, _CHANGE.values(lease_until=self._clock() + lease))

    async def finish(self, job: Job) -> None:
        await self._settle(job, _FINISH)

    async def postpone(self, job: Job, error: str, run_at: datetime) -> None:
        await self._settle(job, _CHANGE.values(status=JobStatus.WAITING, error=error, run_at=run_at))

    async def bury(self, job: Job, error: str) -> None:
        await self._settle(job, _CHANGE.values(status=JobStatus.DEAD, error=error))

    async def release(self, job: Job) -> None:
        await self._settle(job, _CHANGE.values(status=JobStatus.WAITING, tries=job.tries - 1))

    async def _settle(self, job: Job, statement: sa.Delete | sa.Update) -> bool:
        """Whether its lease is this worker's."""
        async with self._database.transaction() as connection:
            changed = await connection.execute(statement, {"job": job.id, "begun": job.tries})
        return bool(changed.rowcount)

    async def enqueue_at(self, kind: str, at: datetime) -> None:
        async with self._database.shared_transaction() as connection:
            if (await connection.execute(_TAKE_TIME, {"kind": kind, "at": at})).first():
                await self.enqueue(kind, {}, not_before=at)


def _job(row: Row) -> Job:
    return convert(row, Job, from_attributes=True)


def backlog_of(row: Row, now: datetime) -> Backlog:
    return Backlog(
        kind=row.kind,
        waiting=row.waiting,
        running=row.running,
        oldest_seconds=max(0.0, (now - row.oldest).total_seconds()) if row.oldest else 0.0,
        dead=row.dead,
    )
