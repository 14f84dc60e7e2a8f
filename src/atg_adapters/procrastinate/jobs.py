"""The job queue on PostgreSQL, with procrastinate."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from msgspec import convert
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from atg_adapters.jobs.execution import WorkerSettings
from atg_adapters.procrastinate import statements
from atg_adapters.procrastinate.worker import Worker
from atg_adapters.sql.database import Database, DatabaseAway
from atg_core.jobs.model import Arguments, Backlog, Job, JobStatus, Work
from atg_core.jobs.ports import JobNotFound


class ProcrastinateJobQueue:
    """`JobQueue`. Each kind has a queue of its own, so that workers take only kinds that they know."""

    def __init__(self, database: Database, pace: WorkerSettings) -> None:
        self._database, self._pace = database, pace
        # Never opened: jobs are deferred over the connection of the transaction.
        self._app = App(connector=PsycopgConnector())

    async def enqueue(
        self, kind: str, arguments: Arguments, *, lane: str | None = None, not_before: datetime | None = None
    ) -> None:
        async with self._database.transaction() as connection:
            job = self._app.configure_task(
                kind,
                queue=kind,
                lock=lane,
                schedule_at=not_before,
                task_kwargs={"arguments": dict(arguments)},
                connection=await connection.of_driver(),
            )
            try:
                await job.defer_async()
            except ConnectorException as error:
                if isinstance(error.__cause__, psycopg.OperationalError):
                    raise DatabaseAway from error
                raise

    async def listed(self, *, status: JobStatus | None = None, limit: int = 100) -> Sequence[Job]:
        rows = await self._database.rows(statements.LISTED, {"of_status": status, "most": limit})
        return [convert(row, Job, from_attributes=True) for row in rows]

    async def retry(self, job_id: int) -> None:
        if not await self._again(statements.RETRY, job=job_id):
            raise JobNotFound

    async def retry_all(self) -> int:
        return await self._again(statements.RETRY_ALL)

    async def _again(self, statement: sa.Executable, **values: Any) -> int:
        async with self._database.transaction() as connection:
            return len((await connection.execute(statement, values)).all())

    async def backlog(self) -> Sequence[Backlog]:
        rows = await self._database.rows(statements.BACKLOG)
        return [convert(row, Backlog, from_attributes=True) for row in rows]

    async def run(self, work: Work, *, until_idle: bool = False) -> None:
        await Worker(self._database, work, self._pace).run(until_idle=until_idle)
