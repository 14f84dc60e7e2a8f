"""The job queue of a database; made here for the container, and for commands that need nothing else of it."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from atg_adapters.jobs.execution import Watch, WorkerSettings, no_watches
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.sql.database import Database
from atg_core.clock import Clock, utc_now
from atg_core.jobs.ports import JobQueue
from atg_entrypoints.settings import Settings


def worker_settings(settings: Settings, watches: Callable[[], Sequence[Watch]] = no_watches) -> WorkerSettings:
    return WorkerSettings(lease=timedelta(seconds=settings.job_lease), watches=watches)


def job_queue(database: Database | MemoryDatabase, clock: Clock, pace: WorkerSettings) -> JobQueue:
    """In memory, in a table of SQLite, or by procrastinate on PostgreSQL. Each is imported where it is used."""
    if isinstance(database, MemoryDatabase):
        from atg_adapters.memory.jobs import MemoryJobQueue  # noqa: PLC0415

        return MemoryJobQueue(database, clock, pace)
    if database.is_sqlite:
        from atg_adapters.sql.jobs import SqlJobQueue  # noqa: PLC0415

        return SqlJobQueue(database, clock, pace)
    from atg_adapters.procrastinate.jobs import ProcrastinateJobQueue  # noqa: PLC0415

    return ProcrastinateJobQueue(database, pace)


def job_queue_on(database: Database, settings: Settings) -> JobQueue:
    return job_queue(database, utc_now, worker_settings(settings))
