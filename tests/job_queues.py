"""Job queues over each database, and helpers for tests of jobs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest

from atg_adapters.jobs.execution import WorkerSettings
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.jobs import MemoryJobQueue
from atg_adapters.procrastinate.jobs import ProcrastinateJobQueue
from atg_adapters.sql.database import Database
from atg_adapters.sql.jobs import SqlJobQueue
from atg_core.clock import Clock, utc_now
from atg_core.jobs.model import Arguments, Handler, JobKind, Work
from atg_core.jobs.ports import JobQueue
from atg_entrypoints.container import Container

type MakeJobs = Callable[..., Any]

SOON = timedelta(milliseconds=10)


def jobs_over(database: Any, clock: Clock = utc_now, **pace: Any) -> Any:
    """The adapter for a database, at a pace that tests can bear."""
    quick = WorkerSettings(**{"poll": 0.02, "lease": timedelta(seconds=10), **pace})
    if isinstance(database, MemoryDatabase):
        return MemoryJobQueue(database, clock, quick)
    return SqlJobQueue(database, clock, quick) if database.is_sqlite else ProcrastinateJobQueue(database, quick)


def work(
    handler: Handler,
    *,
    kind: str = "note",
    max_tries: int = 3,
    max_pause: timedelta = SOON,
    max_seconds: float | None = None,
) -> Work:
    return Work(
        kinds=(JobKind(name=kind, handler=handler, max_tries=max_tries, max_pause=max_pause, max_seconds=max_seconds),)
    )


@asynccontextmanager
async def working(jobs: JobQueue, to_do: Work, *, workers: int = 1) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(jobs.run(to_do)) for _ in range(workers)]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def until(reached: Callable[[], Any], seconds: float = 8) -> None:
    """Waits until the condition, which may be a coroutine's, is true."""
    async with asyncio.timeout(seconds):
        while True:
            found = reached()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.01)


async def is_empty(jobs: JobQueue) -> bool:
    return not await jobs.listed()


async def wrong(_arguments: Arguments) -> None:
    raise ValueError("wrong" + "!" * 1000)


class OverJobQueues:
    """The fixture `container` says over which database. `speed`: of the clock that the adapter is given."""

    speed = 1

    @pytest.fixture
    async def make_jobs(self, container: Container) -> AsyncIterator[MakeJobs]:
        """Makes what another process would have: the same tables, seen through connections of its own."""
        opened: list[Database] = []

        def make(**options: Any) -> Any:
            database = container.database()
            if isinstance(database, Database):
                database = Database(container.settings().database)
                opened.append(database)
            return jobs_over(database, **options)

        yield make
        for database in opened:
            await database.close()

    @pytest.fixture
    def jobs(self, container: Container) -> Any:
        return jobs_over(container.database())
