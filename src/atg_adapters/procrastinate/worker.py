"""The procrastinate worker, extended by stored errors and recovery of jobs of dead workers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job as StoredJob
from procrastinate.types import JSONDict

from atg_adapters.jobs.execution import WorkerSettings, error_text, perform, watched
from atg_adapters.jobs.leased import WORKER_LOST
from atg_adapters.procrastinate import statements
from atg_adapters.sql.database import Database, DatabaseAway
from atg_core.jobs.model import JobKind, Work

_HEARTBEATS_IN_LEASE = 6
_MAX_SECONDS_BETWEEN_RESCUES = 5.0
_SECONDS_TO_CONNECT = 2
_log = structlog.get_logger("atg.jobs")


class Pauses(BaseRetryStrategy):
    """Retry strategy of a kind. Jobs interrupted by shutdown are retried at once."""

    def __init__(self, kind: JobKind) -> None:
        self._kind = kind

    def get_retry_decision(self, *, exception: BaseException, job: StoredJob) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_at=datetime.now(UTC))
        pause = self._kind.pause_after(job.attempts + 1)
        return RetryDecision(retry_at=datetime.now(UTC) + pause) if pause is not None else None


class Worker:
    """One call of `JobQueue.run`.

    The heartbeats of a worker serve as leases of its jobs: when they stop, the jobs are due again.
    """

    def __init__(self, database: Database, work: Work, pace: WorkerSettings) -> None:
        self._database, self._work, self._pace = database, work, pace
        self._kinds = {kind.name: kind for kind in work.every}
        self._lease = pace.lease.total_seconds()
        self._watches = pace.watches()
        self._begun = 0
        self._trouble: str | None = None

    async def run(self, *, until_idle: bool) -> None:
        if until_idle:
            await self._rescue()
            before = -1
            while self._begun != before:  # a job may have blocked others of its lane
                before = self._begun
                await self._run_once(wait=False)
            return
        rescuing = asyncio.create_task(self._rescue_now_and_then())
        try:
            while True:
                try:
                    await self._run_once(wait=True)
                    self._tell("SideTask")
                except Exception as error:  # noqa: BLE001 - whatever it is, the worker begins anew
                    _raise_if_cancelled(error)
                    self._tell(type(error).__name__)
                await asyncio.sleep(1)
        finally:
            rescuing.cancel()
            with suppress(asyncio.CancelledError):
                await rescuing

    def _tell(self, trouble: str) -> None:
        """Logs a problem once; the library logs the details."""
        if trouble != self._trouble:
            _log.warning("the worker begins anew", reason=trouble)
        self._trouble = trouble

    async def _run_once(self, *, wait: bool) -> None:
        await self._database.check()  # a pool would try for long, and ever more seldom
        self._trouble = None
        async with self._app().open_async() as app, asyncio.TaskGroup() as workers:
            for queues, at_once in self._groups():
                if queues:
                    workers.create_task(self._run_worker(app, queues, at_once, wait=wait))

    def _groups(self) -> Sequence[tuple[list[str], int]]:
        """Groups of kinds, each with its concurrency."""
        kinds = self._work.every
        long = [kind.name for kind in kinds if kind.is_long]
        alone = [kind.name for kind in kinds if kind.one_at_a_time and not kind.is_long]
        others = [kind.name for kind in kinds if kind.name not in {*long, *alone}]
        return (long, self._pace.long_at_once), (alone, 1), (others, self._pace.at_once)

    async def _run_worker(self, app: App, queues: list[str], at_once: int, *, wait: bool) -> None:
        await app.run_worker_async(
            queues=queues,
            concurrency=at_once,
            wait=wait,
            fetch_job_polling_interval=self._pace.poll,
            shutdown_graceful_timeout=self._pace.grace,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=self._lease / _HEARTBEATS_IN_LEASE,
            stalled_worker_timeout=self._lease,
        )

    def _app(self) -> App:
        """The connection pool lives as long as one run."""
        connector = PsycopgConnector(
            conninfo=self._database.url.set(drivername="postgresql").render_as_string(hide_password=False),
            kwargs={"connect_timeout": _SECONDS_TO_CONNECT, "application_name": "atg worker"},
            min_size=1,
            max_size=self._pace.at_once + self._pace.long_at_once + 4,
            timeout=_SECONDS_TO_CONNECT,
        )
        app = App(connector=connector)
        crons = {each.kind.name: each.cron for each in self._work.periodic}
        for kind in self._kinds.values():
            task = app.task(name=kind.name, queue=kind.name, pass_context=True, retry=Pauses(kind))(self._doing(kind))
            if kind.name in crons:
                app.periodic(cron=crons[kind.name])(task)
        return app

    def _doing(self, kind: JobKind) -> Callable[..., Awaitable[None]]:
        async def do(context: JobContext, arguments: JSONDict | None = None, **_time: Any) -> None:
            self._begun += 1
            job_id, tries = context.job.id or 0, context.job.attempts + 1
            with watched(kind, job_id, tries, self._watches) as one:
                try:
                    one.done = await perform(kind, arguments or {}, self._pace)
                except Exception as error:
                    with suppress(DatabaseAway):
                        await self._keep_error(job_id, error_text(error))
                    raise

        return do

    async def _keep_error(self, job_id: int, error: str) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(statements.KEEP_ERROR, {"job_id": job_id, "error": error})

    async def _rescue_now_and_then(self) -> None:
        while True:
            try:
                await self._rescue()
            except DatabaseAway:
                pass  # logged by the worker
            except Exception as error:  # noqa: BLE001 - whatever it is, the next time is another try
                _log.warning("abandoned jobs were not looked for", reason=type(error).__name__)
            await asyncio.sleep(min(self._lease / _HEARTBEATS_IN_LEASE, _MAX_SECONDS_BETWEEN_RESCUES))

    async def _rescue(self) -> None:
        """Makes jobs of workers without heartbeat due again, or dead after the last try."""
        async with self._database.transaction() as connection:
            for job in (await connection.execute(statements.ABANDONED, {"lease": self._lease})).all():
                kind = self._kinds.get(job.kind)
                await connection.execute(statements.KEEP_ERROR, {"job_id": job.id, "error": WORKER_LOST})
                if kind is not None and job.tries >= kind.max_tries:
                    await connection.execute(statements.BURY, {"job": job.id})
                else:
                    await connection.execute(statements.DUE_AGAIN, {"job": job.id, "pause": 0})
            await connection.execute(statements.FORGET_ERRORS)


def _raise_if_cancelled(error: Exception) -> None:
    """A worker that is cancelled while the database is unavailable raises that error instead."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError from error
