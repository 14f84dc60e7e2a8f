"""Leasing accounts to a batch of lessons, over every `Pool`."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from dependency_injector import providers

from atg_core.conferencing.batching import Batcher
from atg_core.conferencing.leasing import CREATION_TIMEOUT, LeaseRequest, LeaseResult, LiveLesson, PendingLease
from atg_core.conferencing.model import LEASE_GRACE
from atg_core.conferencing.ports import LessonNotFound, LessonNotStartable, LessonRunning, Pool, PoolExhausted
from atg_core.conferencing.teacher_limits import TeacherLimits
from atg_core.errors import Unavailable
from atg_entrypoints.container import Container, close
from tests.account_pool import NOON, Pooled, pooled
from tests.arranging import rows_of
from tests.contracts.conferencing.faulty_provider import Death, Fault

_LATER = timedelta(seconds=41)


async def take(pool: Pooled, lessons: Sequence[int]) -> list[LeaseResult | Exception]:
    asked = [LeaseRequest(lesson_id=lesson, teacher_id=pool.teacher.id) for lesson in lessons]
    steps: list[LeaseResult | Exception] = await pool.container.lease_accounts()(asked)
    return steps


async def refusals(pool: Pooled) -> list[int]:
    return [row["lesson_id"] for row in await rows_of(pool.container, "conference_refusals")]


class LeasingContract:
    """Run by every adapter: the fixture `container` says which."""

    @pytest.fixture
    async def pool(self, container: Container) -> AsyncIterator[Pooled]:
        with pooled(container) as pool:
            await pool.begin()
            yield pool

    async def test_a_batch_of_one_teacher_counts_what_it_gives(self, pool: Pooled) -> None:
        for label in "ABCD":
            await pool.account(label)
        lessons = [await pool.lesson() for _ in range(4)]
        with pool.container.teacher_limits.override(providers.Object(TeacherLimits(places=2))):
            pool.container.lease_accounts.reset()
            first, second, *others = await take(pool, lessons)
        assert [type(step) for step in (first, second)] == [PendingLease] * 2
        assert [isinstance(step, LessonRunning) and step.beside for step in others] == [{"lesson_id": lessons[1]}] * 2

    async def test_places_are_given_in_the_order_of_asking_and_every_refusal_is_counted(self, pool: Pooled) -> None:
        for label in "ABC":
            await pool.account(label)
        lessons = [await pool.lesson() for _ in range(5)]
        asked = lessons[::-1]
        steps = await take(pool, asked)
        assert [type(step) for step in steps] == [PendingLease] * 3 + [PoolExhausted] * 2
        assert await refusals(pool) == asked[3:]
        leases = {lease["id"]: lease for lease in await pool.leases()}
        for lesson, step in zip(asked[:3], steps[:3], strict=True):
            assert isinstance(step, PendingLease)
            lease = leases.pop(step.lease.id)
            assert (step.lesson.id, lease["lesson_id"], lease["account_id"]) == (lesson, lesson, step.account.id)
            assert (lease["leased_at"], lease["making_until"]) == (NOON, NOON + CREATION_TIMEOUT)
            assert lease["expires_at"] == step.lesson.end_time + LEASE_GRACE
            assert not step.resumed
        assert leases == {}
        for step in steps[3:]:
            assert isinstance(step, PoolExhausted)
            assert step.retry_after > 0

    async def test_each_of_a_batch_has_an_answer_of_its_own(self, pool: Pooled) -> None:
        for label in "ABCDE":
            await pool.account(label)
        live, died, free, again, early, cancelled = [await pool.lesson() for _ in range(6)]
        started = await pool.start(live)
        pool.provider.fault = Fault.DIES
        with pytest.raises(Death):
            await pool.start(died)
        pool.now += _LATER
        begun = await pool.lesson()
        await take(pool, [begun])
        change = pool.container.edit_lessons().change
        tomorrow = {"start_time": NOON + timedelta(days=1), "end_time": NOON + timedelta(days=1, hours=1)}
        await change(pool.teacher, early, tomorrow, allow_overlap=True)
        await change(pool.teacher, cancelled, {"status": "cancelled"}, allow_overlap=True)
        steps = await take(pool, [live, again, died, -1, begun, free, early, cancelled, live, again])
        kinds = [type(step) for step in steps]
        expected: list[type[Any]] = [LiveLesson, PendingLease, PendingLease, LessonNotFound, type(None), PendingLease]
        assert kinds == [*expected, LessonNotStartable, LessonNotStartable, LiveLesson, type(None)]
        assert [step.lease.id for step in steps if isinstance(step, LiveLesson)] == [started.lease.id] * 2
        resumed = steps[2]
        assert isinstance(resumed, PendingLease)
        assert resumed.resumed
        assert resumed.lease.making_until == pool.now + CREATION_TIMEOUT
        assert Counter(lease["lesson_id"] for lease in await pool.leases()) == Counter([live, died, begun, again, free])
        [stored] = [lease for lease in await pool.leases() if lease["lesson_id"] == died]
        assert (stored["making_until"], stored["account_id"]) == (resumed.lease.making_until, resumed.account.id)

    async def test_all_who_ask_for_a_lesson_that_finds_no_place_hear_so_at_once(self, pool: Pooled) -> None:
        lesson = await pool.lesson()
        assert [type(step) for step in await take(pool, [lesson] * 3)] == [PoolExhausted] * 3
        assert await refusals(pool) == [lesson] * 3

    async def test_a_lesson_of_somebody_else_is_as_none_and_in_nobodys_way(self, pool: Pooled) -> None:
        await pool.account()
        lesson = await pool.lesson()
        asked = [LeaseRequest(lesson_id=lesson, teacher_id=teacher) for teacher in (uuid4(), pool.teacher.id, uuid4())]
        first, own, last = await pool.container.lease_accounts()(asked)
        assert isinstance(own, PendingLease)
        assert isinstance(first, LessonNotFound)
        assert isinstance(last, LessonNotFound)
        assert len(await pool.leases()) == 1

    async def test_what_fails_for_one_leaves_nothing_of_the_others(self, pool: Pooled) -> None:
        """Whoever is told of an error has no lease."""
        await pool.account(capacity=3)
        lessons = [await pool.lesson() for _ in range(5)]
        asked = [LeaseRequest(lesson_id=lesson, teacher_id=pool.teacher.id) for lesson in lessons]
        async with pool.container.open_pool()() as store:
            kind = type(store)

        class Failing(kind):  # type: ignore[misc,valid-type]
            async def record_refusals(self, *_: Any) -> None:
                raise ConnectionError

        failing = replace(
            pool.container.lease_accounts(), open=pool.container.database().unit_of_work(Failing, shared=True)
        )
        with pytest.raises(ConnectionError):
            await failing(asked)
        assert (await pool.leases(), await refusals(pool)) == ([], [])
        [account] = await rows_of(pool.container, "conference_accounts")
        assert account["made"] == 0
        assert sum(isinstance(step, PendingLease) for step in await take(pool, lessons)) == 3

    async def test_accounts_are_asked_evenly_and_no_more_than_each_may(self, pool: Pooled) -> None:
        """As though places were given out one by one, whatever the batches."""
        random = Random(7)
        room: Counter[int] = Counter()
        made: Counter[int] = Counter()
        for number in range(8):
            capacity, limit = random.randint(1, 4), random.randint(0, 6)
            account = await pool.account(f"{number}", capacity=capacity, daily_limit=limit)
            room[account], made[account] = min(capacity, limit), 0
        lessons = [await pool.lesson() for _ in range(30)]
        while lessons:
            size = min(len(lessons), random.choice([1, 2, 5, 9]))
            batch, lessons = lessons[:size], lessons[size:]
            free = room.total()
            taken = [step.account.id for step in await take(pool, batch) if isinstance(step, PendingLease)]
            assert len(taken) == min(size, free)
            made.update(taken)
            room.subtract(taken)
            assert min(room.values()) >= 0
            least = min((made[account] for account, left in room.items() if left), default=99)
            assert all(made[account] <= least + 1 for account in taken)
        assert {row["id"]: row["made"] for row in await rows_of(pool.container, "conference_accounts")} == made
        assert Counter(lease["account_id"] for lease in await pool.leases()) == +made

    async def test_a_batch_that_is_larger_than_the_pool_takes_no_more_of_an_account_than_it_may_make(
        self, pool: Pooled
    ) -> None:
        """Three places, and two meetings left today."""
        account = await pool.account(capacity=3, daily_limit=4)
        for expected in (2, 2, 0):
            lessons = [await pool.lesson() for _ in range(5 if expected < 2 else 2)]
            assert sum(isinstance(step, PendingLease) for step in await take(pool, lessons)) == expected
            for lease in await pool.leases():
                await pool.end(lease["lesson_id"])
        await pool.container.edit_accounts().change(account, {"daily_limit": 6})
        steps = await take(pool, [await pool.lesson() for _ in range(5)])
        assert [type(step) for step in steps] == [PendingLease] * 2 + [PoolExhausted] * 3

    @pytest.mark.parametrize(("transaction", "is_committed"), [("lease", True), ("save", False), ("save", True)])
    async def test_a_start_that_the_database_left_in_the_middle_can_be_tried_again_at_once(
        self, pool: Pooled, transaction: str, is_committed: bool
    ) -> None:
        """No second meeting is made, and no place is taken twice."""
        await pool.account()
        lesson = await pool.lesson()
        outages = [transaction == "lease", transaction == "save"]

        @asynccontextmanager
        async def leaving() -> AsyncIterator[Pool]:
            is_away = outages and outages.pop(0)
            async with pool.container.open_pool()() as store:
                yield store
                if is_away and not is_committed:
                    raise Unavailable
            if is_away:
                raise Unavailable

        rights = replace(pool.container.creation_rights())
        lease_account = Batcher(replace(pool.container.lease_accounts(), open=leaving, creation_rights=rights))
        start = replace(
            pool.container.start_lesson(),
            open=leaving,
            lease_account=lease_account,
            creation_rights=rights,
            pauses=(0,),
        )
        with pytest.raises(Unavailable):
            await start(lesson, pool.teacher.id)
        await rights.settle()
        started = await pool.start(lesson)
        assert await pool.status(lesson) == "live"
        assert [meeting.id for meeting in pool.left()] == [started.lease.meeting_id]
        assert [lease["lesson_id"] for lease in await pool.leases()] == [lesson]
        [account] = await rows_of(pool.container, "conference_accounts")
        assert account["made"] == 1

    async def test_a_right_that_somebody_else_has_by_now_is_not_given_back(self, pool: Pooled) -> None:
        await pool.account()
        lesson = await pool.lesson()
        [first] = await take(pool, [lesson])
        pool.now += _LATER
        [resumed] = await take(pool, [lesson])
        assert isinstance(first, PendingLease)
        assert isinstance(resumed, PendingLease)
        async with pool.container.open_pool()() as store:
            await store.return_creation([lesson], first.lease.making_until, pool.now)
        assert await take(pool, [lesson]) == [None]
        async with pool.container.open_pool()() as store:
            await store.return_creation([lesson], resumed.lease.making_until, pool.now)
        assert [type(step) for step in await take(pool, [lesson])] == [PendingLease]

    async def test_closing_waits_for_those_who_are_given_a_lease(self, pool: Pooled) -> None:
        await pool.account()
        asked = LeaseRequest(lesson_id=await pool.lesson(), teacher_id=pool.teacher.id)
        taking = asyncio.create_task(pool.container.start_lesson().lease_account(asked))
        await asyncio.sleep(0)
        await close(pool.container)
        assert isinstance(await taking, PendingLease)
