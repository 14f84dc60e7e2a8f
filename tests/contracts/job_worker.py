"""Contract of the worker behind `JobQueue`: time limits, lanes, shutdown, periodic jobs (spec: operations, Jobs)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from atg_core.clock import utc_now
from atg_core.jobs.model import Arguments, JobKind, JobStatus, Periodic, Work
from atg_core.jobs.ports import JobQueue
from tests.job_queues import MakeJobs, OverJobQueues, is_empty, until, work, working, wrong
from tests.logs import logged


class JobWorkerContract(OverJobQueues):
    """The fixture `container` says over which database."""

    async def test_a_job_that_takes_too_long_is_cut_off_before_its_lease_ends(self, make_jobs: MakeJobs) -> None:
        async def hang(_arguments: Arguments) -> None:
            await asyncio.sleep(60)

        jobs = make_jobs(lease=timedelta(milliseconds=250))
        await jobs.enqueue("note", {})
        await jobs.run(work(hang, max_tries=1), until_idle=True)
        assert [job.error for job in await jobs.listed()] == ["TimeoutError: cut off after 0.2 seconds"]

    async def test_a_job_that_may_take_longer_than_a_lease_is_done_once(self, make_jobs: MakeJobs) -> None:
        lease, seen = timedelta(milliseconds=800), []

        async def take_long(arguments: Arguments) -> None:
            seen.append(arguments)
            await asyncio.sleep(2.5 * lease.total_seconds())

        to_do = work(take_long, max_seconds=60)
        one, two = make_jobs(lease=lease), make_jobs(lease=lease)
        await one.enqueue("note", {})
        async with working(one, to_do), working(two, to_do):
            await until(lambda: seen)
            await asyncio.sleep(2 * lease.total_seconds())
            assert [(job.status, job.tries) for job in await one.listed()] == [(JobStatus.RUNNING, 1)]
            await until(lambda: is_empty(two))
        assert len(seen) == 1

    @pytest.mark.parametrize("max_seconds", [0.1, 0.5])
    async def test_a_kind_may_say_itself_when_a_try_is_cut_off(self, make_jobs: MakeJobs, max_seconds: float) -> None:
        async def hang(_arguments: Arguments) -> None:
            await asyncio.sleep(60)

        jobs = make_jobs(lease=timedelta(milliseconds=250))
        await jobs.enqueue("note", {})
        await jobs.run(work(hang, max_tries=1, max_seconds=max_seconds), until_idle=True)
        assert [job.error for job in await jobs.listed()] == [f"TimeoutError: cut off after {max_seconds} seconds"]

    async def test_jobs_that_take_long_leave_room_for_others(self, make_jobs: MakeJobs) -> None:
        may_end, begun, most, seen = asyncio.Event(), 0, 0, []

        async def take_long(_arguments: Arguments) -> None:
            nonlocal begun, most
            begun += 1
            most = max(most, begun)
            await may_end.wait()
            begun -= 1

        async def note(arguments: Arguments) -> None:
            seen.append(arguments)

        jobs = make_jobs(at_once=3, long_at_once=2)
        for _ in range(5):
            await jobs.enqueue("long", {})
        await jobs.enqueue("note", {})
        kinds = (*work(take_long, kind="long", max_seconds=60).kinds, *work(note).kinds)
        async with working(jobs, Work(kinds=kinds)):
            await until(lambda: seen and begun == 2)
            may_end.set()
            await until(lambda: is_empty(jobs))
        assert most == 2

    async def test_a_handler_that_is_cancelled_by_something_of_its_own_has_failed(self, jobs: JobQueue) -> None:
        async def cancelled(_arguments: Arguments) -> None:
            raise asyncio.CancelledError

        await jobs.enqueue("note", {})
        await jobs.run(work(cancelled, max_tries=1), until_idle=True)
        assert [job.status for job in await jobs.listed()] == [JobStatus.DEAD]

    async def test_the_jobs_of_a_lane_are_done_one_after_the_other(self, make_jobs: MakeJobs) -> None:
        seen: list[str] = []

        async def note(arguments: Arguments) -> None:
            seen.append(f"{arguments['n']} begins")
            await asyncio.sleep(0.01)
            seen.append(f"{arguments['n']} ends")

        one, two = make_jobs(), make_jobs()
        for n in range(5):
            await one.enqueue("note", {"n": n}, lane="a")
        async with working(one, work(note)), working(two, work(note)):
            await until(lambda: len(seen) == 10)
        assert seen == [f"{n} {what}" for n in range(5) for what in ("begins", "ends")]

    async def test_one_that_waits_for_its_next_try_holds_up_its_lane_and_no_other(self, jobs: JobQueue) -> None:
        seen: list[str] = []

        async def fail_once(arguments: Arguments) -> None:
            name = arguments["name"]
            seen.append(name)
            if name == "head" and seen.count(name) == 1:
                await wrong(arguments)

        to_do = work(fail_once, max_pause=timedelta(milliseconds=150))
        for lane, name in (("a", "head"), ("a", "behind"), ("b", "other"), (None, "free")):
            await jobs.enqueue("note", {"name": name}, lane=lane)
        async with working(jobs, to_do):
            await until(lambda: "behind" in seen)
        assert [name for name in seen if name in {"head", "behind"}] == ["head", "head", "behind"]
        assert seen.index("other") < seen.index("behind")
        assert seen.index("free") < seen.index("behind")

    async def test_a_dead_job_does_not_hold_up_its_lane(self, jobs: JobQueue) -> None:
        seen: list[Arguments] = []

        async def note(arguments: Arguments) -> None:
            if arguments["n"] == 0:
                await wrong(arguments)
            seen.append(arguments)

        for n in range(2):
            await jobs.enqueue("note", {"n": n}, lane="a")
        await jobs.run(work(note, max_tries=1), until_idle=True)
        assert seen == [{"n": 1}]

    async def test_a_worker_that_is_told_to_end_finishes_what_it_has_begun(self, jobs: JobQueue) -> None:
        begun, may_end = asyncio.Event(), asyncio.Event()

        async def note(_arguments: Arguments) -> None:
            begun.set()
            await may_end.wait()

        await jobs.enqueue("note", {})
        task = asyncio.create_task(jobs.run(work(note)))
        await asyncio.wait_for(begun.wait(), 8)
        assert [job.status for job in await jobs.listed()] == [JobStatus.RUNNING]
        assert [job.tries for job in await jobs.listed()] == [1]
        task.cancel()
        await asyncio.sleep(0.05)
        assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await jobs.listed() == []

    async def test_what_does_not_end_in_time_is_interrupted_and_due_again(self, make_jobs: MakeJobs) -> None:
        begun = asyncio.Event()

        async def hang_once(_arguments: Arguments) -> None:
            if not begun.is_set():
                begun.set()
                await asyncio.sleep(60)

        jobs = make_jobs(grace=0.05)
        await jobs.enqueue("note", {})
        async with working(jobs, work(hang_once)):
            await asyncio.wait_for(begun.wait(), 8)
        assert [job.status for job in await jobs.listed()] == [JobStatus.WAITING]
        await jobs.run(work(hang_once), until_idle=True)
        assert await jobs.listed() == []

    async def test_a_periodic_job_is_done_once_a_time_by_any_number_of_workers(self, make_jobs: MakeJobs) -> None:
        seen: list[datetime] = []

        async def note(arguments: Arguments) -> None:
            assert arguments == {}
            seen.append(utc_now())

        often = Work(kinds=(), periodic=(Periodic(kind=JobKind(name="tick", handler=note), cron="* * * * * *"),))
        start = utc_now()

        def clock() -> datetime:
            return start + (utc_now() - start) * self.speed

        workers = [make_jobs(clock=clock) for _ in range(3)]
        begun = clock()
        async with working(workers[0], often), working(workers[1], often), working(workers[2], often):
            await until(lambda: len(seen) >= 2)
        times = int(clock().timestamp()) - int(begun.timestamp()) + 1
        assert len(seen) <= times, "the newest time before the workers began, and each since"

    async def test_whoever_watches_sees_each_try_and_how_it_ends(self, make_jobs: MakeJobs) -> None:
        seen: list[str] = []

        @contextmanager
        def watch(kind: JobKind, tries: int) -> Iterator[None]:
            try:
                yield
            except ValueError:
                seen.append(f"{kind.name} {tries} failed")
                raise
            seen.append(f"{kind.name} {tries} done")

        async def fail_once(_arguments: Arguments) -> None:
            if not seen:
                raise ValueError

        jobs = make_jobs(watches=lambda: [watch])
        await jobs.enqueue("note", {})
        async with working(jobs, work(fail_once)):
            await until(lambda: is_empty(jobs))
        assert seen == ["note 1 failed", "note 2 done"]

    async def test_a_job_that_had_nothing_to_do_is_not_in_the_log(self, make_jobs: MakeJobs) -> None:
        async def count(arguments: Arguments) -> int:
            done: int = arguments["done"]
            return done

        jobs = make_jobs()
        for done in (0, 2):
            await jobs.enqueue("note", {"done": done})
        with logged() as lines:
            await jobs.run(work(count), until_idle=True)
        assert [line["event"] for line in lines if line["log_level"] != "debug"] == ["job done"]
