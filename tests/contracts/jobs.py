"""Contract of `JobQueue` (spec: operations, Jobs)."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest

from atg_core.clock import utc_now
from atg_core.jobs.model import Arguments, Backlog, Job, JobStatus
from atg_core.jobs.ports import JobNotFound, JobQueue
from atg_entrypoints.container import Container
from tests.job_queues import MakeJobs, OverJobQueues, until, work, working, wrong


class JobQueueContract(OverJobQueues):
    """The fixture `container` says over which database."""

    async def test_a_job_is_done_with_what_it_was_given_and_then_forgotten(self, jobs: JobQueue) -> None:
        given = {"text": "Привет", "list": [1, 2.5, None, True], "self": {"name": "x", "kind": "y"}}
        seen: list[Arguments] = []

        async def note(arguments: Arguments) -> None:
            seen.append(arguments)

        await jobs.enqueue("note", given)
        (waiting,) = await jobs.listed()
        assert (waiting.kind, waiting.arguments, waiting.status, waiting.tries) == ("note", given, "waiting", 0)
        assert abs(utc_now() - waiting.run_at) < timedelta(seconds=5)
        await jobs.run(work(note), until_idle=True)
        assert seen == [given]
        assert await jobs.listed() == []

    async def test_a_rollback_leaves_no_job_and_a_commit_loses_none(self, container: Container, jobs: JobQueue) -> None:
        async def enqueue_and_fail() -> None:
            async with container.database().shared_transaction():
                await jobs.enqueue("note", {"n": 1})
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await enqueue_and_fail()
        assert await jobs.listed() == []
        async with container.database().shared_transaction():
            await jobs.enqueue("note", {"n": 2})
            await jobs.enqueue("note", {"n": 3})
        assert [job.arguments for job in await jobs.listed()] == [{"n": 2}, {"n": 3}]

    async def test_each_job_is_done_by_one_of_the_workers(self, make_jobs: MakeJobs) -> None:
        seen: Counter[int] = Counter()

        async def note(arguments: Arguments) -> None:
            seen[arguments["n"]] += 1
            await asyncio.sleep(0)

        one, two = make_jobs(), make_jobs()
        for n in range(40):
            await one.enqueue("note", {"n": n})
        await asyncio.gather(one.run(work(note), until_idle=True), two.run(work(note), until_idle=True))
        await until(lambda: seen.total() >= 40)
        assert seen == Counter(range(40))

    async def test_a_job_waits_for_its_time(self, jobs: JobQueue) -> None:
        seen: list[datetime] = []

        async def note(_arguments: Arguments) -> None:
            seen.append(utc_now())

        time = utc_now() + timedelta(milliseconds=150)
        await jobs.enqueue("note", {}, not_before=time)
        assert [job.run_at for job in await jobs.listed()] == [time]
        await jobs.run(work(note), until_idle=True)
        assert not seen or seen[0] >= time, "on a busy machine the time may have come by now"
        async with working(jobs, work(note)):
            await until(lambda: seen)
        assert seen[0] >= time

    async def test_who_is_at_work_notices_a_new_job(self, jobs: JobQueue) -> None:
        seen: list[Arguments] = []

        async def note(arguments: Arguments) -> None:
            seen.append(arguments)

        async with working(jobs, work(note)):
            for n in range(3):
                await jobs.enqueue("note", {"n": n})
                await until(lambda n=n: len(seen) > n)

    async def test_a_job_that_fails_is_tried_again_and_then_dead_until_it_is_retried(self, jobs: JobQueue) -> None:
        tries: list[datetime] = []
        mended = False

        async def fail(arguments: Arguments) -> None:
            tries.append(utc_now())
            if not mended:
                await wrong(arguments)

        async def dead() -> list[Job]:
            return list(await jobs.listed(status=JobStatus.DEAD))

        await jobs.enqueue("note", {"n": 1})
        async with working(jobs, work(fail)):
            await until(dead)
            (job,) = await dead()
            assert (job.status, job.tries, job.arguments, len(tries)) == ("dead", 3, {"n": 1}, 3)
            assert (job.error or "").startswith("ValueError: wrong!")
            assert len(job.error or "") == 500
            assert await jobs.listed(status=JobStatus.WAITING) == []
            await jobs.retry(job.id)
            await until(dead)
            assert len(tries) == 6, "a job that is retried has all its tries again"
            mended = True
            assert await jobs.retry_all() == 1
            await until(lambda: len(tries) == 7)
        assert await jobs.listed() == []

    async def test_only_a_dead_job_is_retried(self, jobs: JobQueue) -> None:
        await jobs.enqueue("note", {})
        (job,) = await jobs.listed()
        for job_id in (job.id, job.id + 1):
            with pytest.raises(JobNotFound):
                await jobs.retry(job_id)
        assert await jobs.retry_all() == 0

    async def test_a_job_of_a_kind_that_the_worker_does_not_know_waits(self, jobs: JobQueue) -> None:
        seen: list[Arguments] = []

        async def note(arguments: Arguments) -> None:
            seen.append(arguments)

        await jobs.enqueue("unknown", {})
        await jobs.enqueue("note", {"n": 1})
        await jobs.run(work(note), until_idle=True)
        assert seen == [{"n": 1}]
        assert [(job.kind, job.status, job.tries) for job in await jobs.listed()] == [("unknown", "waiting", 0)]
        await jobs.run(work(note, kind="unknown"), until_idle=True)
        assert seen == [{"n": 1}, {}]

    async def test_the_backlog_counts_what_is_not_done_by_kind(self, jobs: JobQueue) -> None:
        async def look(_arguments: Arguments) -> None:
            seen.extend(await jobs.backlog())

        seen: list[Backlog] = []
        assert await jobs.backlog() == []
        await jobs.enqueue("broken", {})
        await jobs.run(work(wrong, kind="broken", max_tries=1), until_idle=True)
        await jobs.enqueue("look", {})
        await jobs.run(work(look, kind="look"), until_idle=True)
        assert [(each.kind, each.waiting, each.running, each.dead) for each in seen] == [
            ("broken", 0, 0, 1),
            ("look", 0, 1, 0),
        ]
        await jobs.enqueue("later", {}, not_before=utc_now() + timedelta(hours=1))
        for _ in range(2):
            await jobs.enqueue("due", {}, not_before=utc_now() - timedelta(minutes=1))
        broken, due, later = await jobs.backlog()
        assert (broken.kind, broken.waiting, broken.oldest_seconds, broken.dead) == ("broken", 0, 0, 1)
        assert (later.kind, later.waiting, later.oldest_seconds, later.dead) == ("later", 1, 0, 0)
        assert (due.kind, due.waiting, due.dead) == ("due", 2, 0)
        assert 60 <= due.oldest_seconds < 70

    async def test_the_list_has_an_end(self, jobs: JobQueue) -> None:
        for n in range(3):
            await jobs.enqueue("note", {"n": n})
        assert [job.arguments["n"] for job in await jobs.listed(limit=2)] == [0, 1]
