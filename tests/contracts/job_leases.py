"""Contract of `JobLeases`: the leases of the job table in memory and in SQLite."""

import asyncio
from datetime import timedelta
from typing import Any

from atg_adapters.jobs.leased import WORKER_LOST
from atg_core.clock import utc_now
from atg_core.jobs.model import Arguments, JobStatus
from tests.job_queues import MakeJobs, OverJobQueues, until, work, working, wrong


class JobLeasesContract(OverJobQueues):
    """The fixture `container` says over which database."""

    speed = 10

    async def test_a_job_whose_worker_died_is_done_by_another_when_its_lease_ends(self, make_jobs: MakeJobs) -> None:
        seen: list[Arguments] = []

        async def note(arguments: Arguments) -> None:
            seen.append(arguments)

        dying, other = make_jobs(), make_jobs()
        await dying.enqueue("note", {"n": 1}, lane="a")
        await dying.enqueue("note", {"n": 2}, lane="a")
        held = await dying.claim(["note"], timedelta(milliseconds=100))
        await other.run(work(note), until_idle=True)
        assert seen == []
        async with working(other, work(note)):
            await until(lambda: len(seen) == 2)
        assert seen == [{"n": 1}, {"n": 2}]
        assert held.tries == 1

    async def test_a_lease_that_is_no_longer_renewed_ends(self, make_jobs: MakeJobs) -> None:
        seen: list[Arguments] = []

        async def note(arguments: Arguments) -> None:
            seen.append(arguments)

        dying, other = make_jobs(), make_jobs()
        await dying.enqueue("note", {})
        held = await dying.claim(["note"], timedelta(milliseconds=50))
        assert await dying.renew(held, timedelta(seconds=10))
        await asyncio.sleep(0.1)
        await other.run(work(note), until_idle=True)
        assert seen == []
        assert await dying.renew(held, timedelta(milliseconds=50))
        async with working(other, work(note)):
            await until(lambda: seen)
        assert not await dying.renew(held, timedelta(seconds=10))

    async def test_a_long_job_whose_lease_is_lost_is_interrupted(self, make_jobs: MakeJobs) -> None:
        begun, interrupted = asyncio.Event(), asyncio.Event()

        async def hang(_arguments: Arguments) -> None:
            begun.set()
            try:
                await asyncio.sleep(60)
            finally:
                interrupted.set()

        late = make_jobs(lease=timedelta(milliseconds=200))
        other = make_jobs(clock=lambda: utc_now() + timedelta(hours=1))
        await late.enqueue("note", {})
        async with working(late, work(hang, max_seconds=60)):
            await asyncio.wait_for(begun.wait(), 8)
            taken = await other.claim(["note"], timedelta(seconds=10))
            await asyncio.wait_for(interrupted.wait(), 8)
        assert await other.listed() == [taken]

    async def test_a_worker_that_has_lost_its_lease_is_not_heard(self, make_jobs: MakeJobs) -> None:
        late, other = make_jobs(), make_jobs()
        await late.enqueue("note", {})
        held = await late.claim(["note"], timedelta())
        taken = await other.claim(["note"], timedelta(seconds=10))
        assert (held.id, taken.tries, taken.error) == (taken.id, 2, WORKER_LOST)
        assert not await late.renew(held, timedelta(seconds=10))
        await late.finish(held)
        await late.bury(held, "late")
        await late.release(held)
        await late.postpone(held, "late", utc_now())
        assert await other.listed() == [taken]
        await other.finish(taken)
        assert await other.listed() == []

    async def test_a_job_that_ends_its_worker_every_time_is_dead_after_its_last_try(self, jobs: Any) -> None:
        await jobs.enqueue("note", {})
        for _ in range(2):
            await jobs.claim(["note"], timedelta())
        await jobs.run(work(wrong, max_tries=2), until_idle=True)
        assert [(job.status, job.error) for job in await jobs.listed()] == [(JobStatus.DEAD, WORKER_LOST)]
