"""The job worker over a table with leases, in memory or in SQLite."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from atg_adapters.jobs.cron import STILL_DUE, last_time
from atg_adapters.jobs.execution import WorkerSettings, error_text, perform, watched
from atg_core.clock import Clock
from atg_core.jobs.model import Job, JobKind, Work

WORKER_LOST = "WorkerLost: the worker ended before the job"
"""The error of a job whose lease has expired."""

_log = structlog.get_logger("atg.jobs")


class LeaseLost(Exception):
    """Another worker has begun this job"""


class JobLeases(Protocol):
    """The job table with leases. Changes of a job take effect only while the worker holds its lease."""

    async def claim(self, kinds: Sequence[str], lease: timedelta) -> Job | None:
        """Starts the oldest due job, or one with an expired lease, and takes a lease on it."""

    async def renew(self, job: Job, lease: timedelta) -> bool:
        """Extends the lease from now on; returns False if it was lost."""

    async def finish(self, job: Job) -> None:
        """Deletes a finished job."""

    async def postpone(self, job: Job, error: str, run_at: datetime) -> None:
        """Schedules the next try of a failed job."""

    async def bury(self, job: Job, error: str) -> None:
        """Marks a job as dead after its last try."""

    async def release(self, job: Job) -> None:
        """Returns an interrupted job, without counting the try."""

    async def enqueue_at(self, kind: str, at: datetime) -> None:
        """Adds the periodic job of a time, unless this or a later time was added."""


class LeasedWorker:
    """One call of `JobQueue.run`. `wake`: set when a job was added."""

    def __init__(self, jobs: JobLeases, work: Work, pace: WorkerSettings, clock: Clock, wake: asyncio.Event) -> None:
        self._jobs, self._work, self._pace, self._clock, self._wake = jobs, work, pace, clock, wake
        self._kinds = {kind.name: kind for kind in work.every}
        self._times: dict[str, datetime] = {}
        self._running: dict[asyncio.Task[None], JobKind] = {}
        self._watches = pace.watches()
        self._stopping = False
        self._trouble: str | None = None

    async def run(self, *, until_idle: bool) -> None:
        """The first cancellation finishes running jobs; a second one, or the end of the grace, interrupts them."""
        loop = asyncio.create_task(self._loop(until_idle=until_idle))
        try:
            await asyncio.shield(loop)
        except asyncio.CancelledError:
            self._stopping = True
            self._wake.set()
            with suppress(asyncio.CancelledError):
                await loop
            raise
        finally:
            loop.cancel()

    async def _loop(self, *, until_idle: bool) -> None:
        try:
            while not self._stopping:
                self._wake.clear()
                if len(self._running) < self._pace.at_once:
                    job = await (self._next() if until_idle else self._next_or_none())
                    if job is not None:
                        self._begin(job)
                        continue
                if until_idle and not self._running:
                    return
                await self._rest()
            await self._finished(self._pace.grace)
        finally:
            for task in self._running:
                task.cancel()
            await self._finished(None)

    async def _next(self) -> Job | None:
        now = self._clock()
        for each in self._work.periodic:
            at = last_time(each.cron, now)
            if at > self._times.get(each.kind.name, now - STILL_DUE):
                await self._jobs.enqueue_at(each.kind.name, at)
                self._times[each.kind.name] = at
        room = sum(kind.is_long for kind in self._running.values()) < self._pace.long_at_once
        return await self._jobs.claim(
            [kind.name for kind in self._work.every if room or not kind.is_long], self._pace.lease
        )

    async def _next_or_none(self) -> Job | None:
        """An unavailable database does not end the worker; it is logged once."""
        try:
            job = await self._next()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look is another try
            if self._trouble != type(error).__name__:
                self._trouble = type(error).__name__
                _log.warning("no jobs can be had", reason=self._trouble)
            return None
        self._trouble = None
        return job

    async def _rest(self) -> None:
        """Waits for a new job, the end of a job, or the next poll."""
        waking = asyncio.create_task(self._wake.wait())
        await asyncio.wait({*self._running, waking}, timeout=self._pace.poll, return_when=asyncio.FIRST_COMPLETED)
        waking.cancel()

    def _begin(self, job: Job) -> None:
        task = asyncio.create_task(self._do(job, self._kinds[job.kind]))
        self._running[task] = self._kinds[job.kind]
        task.add_done_callback(self._running.pop)

    async def _finished(self, seconds: float | None) -> None:
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)

    async def _do(self, job: Job, kind: JobKind) -> None:
        if job.tries > kind.max_tries:
            await self._record(lambda: self._jobs.bury(job, job.error or WORKER_LOST))
            return
        try:
            with watched(kind, job.id, job.tries, self._watches) as one:
                one.done = await self._perform(job, kind)
        except asyncio.CancelledError:
            await self._record(lambda: self._jobs.release(job))
        except Exception as error:  # noqa: BLE001 - what a handler raises is the end of a try, not of the worker
            await self._record(self._failing(job, kind, error_text(error)))
        else:
            await self._record(lambda: self._jobs.finish(job))

    async def _perform(self, job: Job, kind: JobKind) -> int | None:
        if not kind.is_long:
            return await perform(kind, job.arguments, self._pace)
        async with self._renewing(job):
            return await perform(kind, job.arguments, self._pace)

    @asynccontextmanager
    async def _renewing(self, job: Job) -> AsyncIterator[None]:
        """Renews the lease meanwhile; cancels the body and raises LeaseLost when the lease is lost."""
        ended = asyncio.Event()
        try:
            async with asyncio.timeout(None) as lost:
                renewals = asyncio.create_task(self._renew(job, ended, lost))
                try:
                    yield
                finally:
                    ended.set()
                    await asyncio.wait({renewals})
        except TimeoutError as error:
            if lost.expired():
                raise LeaseLost from error
            raise

    async def _renew(self, job: Job, ended: asyncio.Event, lost: asyncio.Timeout) -> None:
        while not await _is_set_within(ended, self._pace.renewed_every):
            try:
                if not await self._jobs.renew(job, self._pace.lease):
                    lost.reschedule(asyncio.get_running_loop().time())
                    return
            except Exception as error:  # noqa: BLE001 - whatever it is, the next time is another try
                _log.warning("a lease was not renewed", kind=job.kind, id=job.id, reason=type(error).__name__)

    def _failing(self, job: Job, kind: JobKind, error: str) -> Callable[[], Coroutine[Any, Any, None]]:
        pause = kind.pause_after(job.tries)
        if pause is None:
            return lambda: self._jobs.bury(job, error)
        return lambda: self._jobs.postpone(job, error, self._clock() + pause)

    async def _record(self, say: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Retries as long as the lease lasts, so that a locked database does not cause a repeated job."""
        until = self._clock() + self._pace.lease
        while True:
            try:
                await say()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may do
                if self._clock() > until or self._stopping:
                    _log.warning("the end of a job was not kept", reason=type(error).__name__)
                    return
                await asyncio.sleep(self._pace.poll)
            else:
                return


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
