"""What every `Jobs` promises (spec: operations, Jobs)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from atg_adapters.jobs.leased import WORKER_LOST
from atg_adapters.jobs.performing import Pace
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.jobs import MemoryJobs
from atg_adapters.procrastinate.jobs import ProcrastinateJobs
from atg_adapters.sql.database import Database
from atg_adapters.sql.jobs import SqlJobs
from atg_core.clock import Clock, utc_now
from atg_core.jobs.model import Arguments, Handler, Job, JobKind, JobStatus, Periodic, Work
from atg_core.jobs.ports import JobNotFound, Jobs
from atg_entrypoints.container import Container

type MakeJobs = Callable[..., Any]

SOON = timedelta(milliseconds=10)


def jobs_over(database: Any, clock: Clock = utc_now, **pace: Any) -> Any:
    """The adapter for a database, at a pace that tests can bear."""
    quick = Pace(**{"poll": 0.02, "lease": timedelta(seconds=10), **pace})
    if isinstance(database, MemoryDatabase):
        return MemoryJobs(database, clock, quick)
    return SqlJobs(database, clock, quick) if database.is_sqlite else ProcrastinateJobs(database, quick)


def work(
    handler: Handler,
    *,
    kind: str = "note",
    most_tries: int = 3,
    most_pause: timedelta = SOON,
    most_seconds: float | None = None,
) -> Work:
    return Work(
        kinds=(
            JobKind(
                name=kind, handler=handler, most_tries=most_tries, most_pause=most_pause, most_seconds=most_seconds
            ),
        )
    )


@asynccontextmanager
async def working(jobs: Jobs, to_do: Work, *, workers: int = 1) -> AsyncIterator[list[asyncio.Task[None]]]:
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


async def _is_empty(jobs: Jobs) -> bool:
    return not await jobs.listed()


async def wrong(_arguments: Arguments) -> None:
    raise ValueError("wrong" + "!" * 1000)


class JobsContract:
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

    async def test_a_job_is_done_with_what_it_was_given_and_then_forgotten(self, jobs: Jobs) -> None:
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

    async def test_a_rollback_leaves_no_job_and_a_commit_loses_none(self, container: Container, jobs: Jobs) -> None:
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

    async def test_a_job_waits_for_its_time(self, jobs: Jobs) -> None:
        seen: list[datetime] = []

        async def note(_arguments: Arguments) -> None:
            seen.append(utc_now())

        time = utc_now() + timedelta(milliseconds=150)
        await jobs.enqueue("note", {}, not_before=time)
        assert [job.run_at for job in await jobs.listed()] == [time]
        await jobs.run(work(note), until_idle=True)
        assert seen == []
        async with working(jobs, work(note)):
            await until(lambda: seen)
        assert seen[0] >= time

    async def test_who_is_at_work_notices_a_new_job(self, jobs: Jobs) -> None:
        seen: list[Arguments] = []

        async def note(arguments: Arguments) -> None:
            seen.append(arguments)

        async with working(jobs, work(note)):
            for n in range(3):
                await jobs.enqueue("note", {"n": n})
                await until(lambda n=n: len(seen) > n)

    async def test_a_job_that_fails_is_tried_again_and_then_dead_until_it_is_retried(self, jobs: Jobs) -> None:
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

    async def test_only_a_dead_job_is_retried(self, jobs: Jobs) -> None:
        await jobs.enqueue("note", {})
        (job,) = await jobs.listed()
        for job_id in (job.id, job.id + 1):
            with pytest.raises(JobNotFound):
                await jobs.retry(job_id)
        assert await jobs.retry_all() == 0

    async def test_a_job_that_takes_too_long_is_cut_off_before_its_lease_ends(self, make_jobs: MakeJobs) -> None:
        async def hang(_arguments: Arguments) -> None:
            await asyncio.sleep(60)

        jobs = make_jobs(lease=timedelta(milliseconds=250))
        await jobs.enqueue("note", {})
        await jobs.run(work(hang, most_tries=1), until_idle=True)
        assert [job.error for job in await jobs.listed()] == ["TimeoutError: cut off after 0.2 seconds"]

    async def test_a_job_that_may_take_longer_than_a_lease_is_done_once(self, make_jobs: MakeJobs) -> None:
        lease, seen = timedelta(milliseconds=800), []

        async def take_long(arguments: Arguments) -> None:
            seen.append(arguments)
            await asyncio.sleep(2.5 * lease.total_seconds())

        to_do = work(take_long, most_seconds=60)
        one, two = make_jobs(lease=lease), make_jobs(lease=lease)
        await one.enqueue("note", {})
        async with working(one, to_do), working(two, to_do):
            await until(lambda: seen)
            await asyncio.sleep(2 * lease.total_seconds())
            assert [(job.status, job.tries) for job in await one.listed()] == [(JobStatus.RUNNING, 1)]
            await until(lambda: _is_empty(two))
        assert len(seen) == 1

    @pytest.mark.parametrize("most_seconds", [0.1, 0.5])
    async def test_a_kind_may_say_itself_when_a_try_is_cut_off(self, make_jobs: MakeJobs, most_seconds: float) -> None:
        async def hang(_arguments: Arguments) -> None:
            await asyncio.sleep(60)

        jobs = make_jobs(lease=timedelta(milliseconds=250))
        await jobs.enqueue("note", {})
        await jobs.run(work(hang, most_tries=1, most_seconds=most_seconds), until_idle=True)
        assert [job.error for job in await jobs.listed()] == [f"TimeoutError: cut off after {most_seconds} seconds"]

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
        kinds = (*work(take_long, kind="long", most_seconds=60).kinds, *work(note).kinds)
        async with working(jobs, Work(kinds=kinds)):
            await until(lambda: seen and begun == 2)
            may_end.set()
            await until(lambda: _is_empty(jobs))
        assert most == 2

    async def test_a_handler_that_is_cancelled_by_something_of_its_own_has_failed(self, jobs: Jobs) -> None:
        async def cancelled(_arguments: Arguments) -> None:
            raise asyncio.CancelledError

        await jobs.enqueue("note", {})
        await jobs.run(work(cancelled, most_tries=1), until_idle=True)
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

    async def test_one_that_waits_for_its_next_try_holds_up_its_lane_and_no_other(self, jobs: Jobs) -> None:
        seen: list[str] = []

        async def fail_once(arguments: Arguments) -> None:
            name = arguments["name"]
            seen.append(name)
            if name == "head" and seen.count(name) == 1:
                await wrong(arguments)

        to_do = work(fail_once, most_pause=timedelta(milliseconds=150))
        for lane, name in (("a", "head"), ("a", "behind"), ("b", "other"), (None, "free")):
            await jobs.enqueue("note", {"name": name}, lane=lane)
        async with working(jobs, to_do):
            await until(lambda: "behind" in seen)
        assert [name for name in seen if name in {"head", "behind"}] == ["head", "head", "behind"]
        assert seen.index("other") < seen.index("behind")
        assert seen.index("free") < seen.index("behind")

    async def test_a_dead_job_does_not_hold_up_its_lane(self, jobs: Jobs) -> None:
        seen: list[Arguments] = []

        async def note(arguments: Arguments) -> None:
            if arguments["n"] == 0:
                await wrong(arguments)
            seen.append(arguments)

        for n in range(2):
            await jobs.enqueue("note", {"n": n}, lane="a")
        await jobs.run(work(note, most_tries=1), until_idle=True)
        assert seen == [{"n": 1}]

    async def test_a_job_of_a_kind_that_the_worker_does_not_know_waits(self, jobs: Jobs) -> None:
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

    async def test_the_backlog_counts_what_is_not_done_by_kind(self, jobs: Jobs) -> None:
        assert await jobs.backlog() == []
        await jobs.enqueue("broken", {})
        await jobs.run(work(wrong, kind="broken", most_tries=1), until_idle=True)
        await jobs.enqueue("later", {}, not_before=utc_now() + timedelta(hours=1))
        for _ in range(2):
            await jobs.enqueue("due", {}, not_before=utc_now() - timedelta(minutes=1))
        broken, due, later = await jobs.backlog()
        assert (broken.kind, broken.waiting, broken.oldest_seconds, broken.dead) == ("broken", 0, 0, 1)
        assert (later.kind, later.waiting, later.oldest_seconds, later.dead) == ("later", 1, 0, 0)
        assert (due.kind, due.waiting, due.dead) == ("due", 2, 0)
        assert 60 <= due.oldest_seconds < 70

    async def test_the_list_has_an_end(self, jobs: Jobs) -> None:
        for n in range(3):
            await jobs.enqueue("note", {"n": n})
        assert [job.arguments["n"] for job in await jobs.listed(limit=2)] == [0, 1]

    async def test_a_worker_that_is_told_to_end_finishes_what_it_has_begun(self, jobs: Jobs) -> None:
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


class LeasedJobsContract(JobsContract):
    """What our own tables promise to the worker beyond that."""

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
        async with working(late, work(hang, most_seconds=60)):
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
        await jobs.run(work(wrong, most_tries=2), until_idle=True)
        assert [(job.status, job.error) for job in await jobs.listed()] == [(JobStatus.DEAD, WORKER_LOST)]
