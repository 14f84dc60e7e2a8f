"""The job queue on SQLite and PostgreSQL, with killed workers."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
import sqlalchemy as sa

from atg_adapters.jobs.leased import WORKER_LOST
from atg_adapters.sql.database import Database
from atg_core.jobs.model import Arguments, JobStatus
from atg_entrypoints.container import Container
from tests.contracts.job_leases import JobLeasesContract
from tests.contracts.job_worker import JobWorkerContract
from tests.contracts.jobs import JobQueueContract
from tests.integration.test_outage import let_in
from tests.job_queues import jobs_over, until, work, working

LEASE = 1.0


class SqliteJobs:
    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        return sqlite_url


class PostgresJobs:
    @pytest.fixture
    def database_url(self, postgres_url: str) -> str:
        return postgres_url


class TestSqliteJobs(SqliteJobs, JobLeasesContract, JobWorkerContract, JobQueueContract):
    pass


class TestPostgresJobs(PostgresJobs, JobWorkerContract, JobQueueContract):
    pass


@contextmanager
def hanging(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has begun a job."""
    command = [sys.executable, "-m", "tests.integration.hanging_worker", url, str(LEASE)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            yield process
        finally:
            process.kill()


async def test_the_job_of_a_process_that_was_killed_is_done_by_another(container: Container) -> None:
    seen: list[Arguments] = []

    async def note(arguments: Arguments) -> None:
        seen.append(arguments)

    jobs = jobs_over(container.database(), lease=timedelta(seconds=LEASE))
    for n in range(2):
        await jobs.enqueue("note", {"n": n}, lane="a")
    with hanging(container.settings().database) as process:
        assert [job.status for job in await jobs.listed()] == [JobStatus.RUNNING, JobStatus.WAITING]
        async with working(jobs, work(note)):
            await asyncio.sleep(1.5 * LEASE)
            assert seen == [], "the lease is renewed as long as the process lives"
            process.kill()
            killed = monotonic()
            await until(lambda: len(seen) == 2)
    assert seen == [{"n": 0}, {"n": 1}]
    assert monotonic() - killed < LEASE + 3


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_job_that_kills_its_process_is_dead_after_its_last_try(container: Container) -> None:
    jobs = jobs_over(container.database(), lease=timedelta(seconds=LEASE))
    await jobs.enqueue("note", {})
    with hanging(container.settings().database) as process:
        process.kill()

    async def dead() -> bool:
        return [job.error for job in await jobs.listed(status=JobStatus.DEAD)] == [WORKER_LOST]

    async def note(_arguments: Arguments) -> None:
        raise AssertionError("it was begun once more")

    async with working(jobs, work(note, max_tries=1)):
        await until(dead)


async def test_a_worker_outlives_that_the_database_ends_its_connections(postgres_url: str) -> None:
    seen: list[Arguments] = []

    async def note(arguments: Arguments) -> None:
        seen.append(arguments)

    database = Database(postgres_url)
    jobs = jobs_over(database)
    async with working(jobs, work(note)):
        await jobs.enqueue("note", {"n": 1})
        await until(lambda: len(seen) == 1)
        async with database.transaction() as connection:
            await connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'atg worker'"
                    " AND datname = current_database()"
                )
            )
        await jobs.enqueue("note", {"n": 2})
        await until(lambda: len(seen) == 2)
    await database.close()


async def test_a_worker_ends_when_it_is_told_to_while_the_database_is_away(
    postgres_server: str, postgres_url: str
) -> None:
    seen: list[Arguments] = []

    async def note(arguments: Arguments) -> None:
        seen.append(arguments)

    database = Database(postgres_url)
    jobs = jobs_over(database)
    await jobs.enqueue("note", {})
    name = postgres_url.rpartition("/")[2]
    async with working(jobs, work(note)) as (task,):
        await until(lambda: seen)
        let_in(postgres_server, name, allowed=False)
        task.cancel()
        _, pending = await asyncio.wait([task], timeout=10)
        let_in(postgres_server, name, allowed=True)
    assert not pending
    assert task.cancelled()
    await database.close()


async def test_errors_are_forgotten_with_their_jobs(postgres_url: str) -> None:
    """Procrastinate keeps none, so that they stand in a table of ours."""
    mended = False

    async def fail(_arguments: Arguments) -> None:
        if not mended:
            raise ValueError

    database = Database(postgres_url)
    jobs = jobs_over(database)
    await jobs.enqueue("note", {})
    await jobs.run(work(fail, max_tries=1), until_idle=True)
    assert [job.error for job in await jobs.listed()] == ["ValueError: "]
    mended = True
    await jobs.retry_all()
    for _ in range(2):
        await jobs.run(work(fail, max_tries=1), until_idle=True)
    assert await database.rows(sa.text("SELECT 1 FROM job_errors")) == []
    await database.close()
