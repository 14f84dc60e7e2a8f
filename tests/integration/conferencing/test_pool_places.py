"""Concurrent claims and releases of places (P1)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from atg_adapters.sql.conferencing.pool import SqlPool
from atg_adapters.sql.database import Database
from atg_adapters.sql.drivers import PsycopgDriver
from atg_adapters.sql.result import Result
from atg_core.conferencing.leasing import LeaseRequest, PendingLease
from atg_core.conferencing.model import EndReason, Lease
from atg_core.conferencing.ports import PoolExhausted
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.account_pool import UNLIMITED
from tests.arranging import rows_of
from tests.conftest import SECRET
from tests.integration.conferencing.test_pool_at_once import a_teacher, deadlocks, end_all, have_places, planned

_AT_ONCE = 60


class Pool:
    """Takes and frees by many connections at once."""

    def __init__(self, container: Container, database: Database) -> None:
        self.container, self.database = container, database
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def begin(self, lessons: int) -> None:
        self.teacher, _ = await a_teacher(self.container)
        self.lessons = await planned(self.container, self.teacher, lessons)
        self._take = replace(self.container.lease_accounts(), open=self.database.unit_of_work(SqlPool))

    async def take(self, lesson: int) -> Lease | None:
        """None if no place was free."""
        return (await self.take_together([lesson]))[0]

    async def take_together(self, lessons: Sequence[int]) -> list[Lease | None]:
        """In one transaction."""
        async with self._gate:
            steps = await self._take([LeaseRequest(lesson_id=lesson, teacher_id=self.teacher) for lesson in lessons])
        assert all(isinstance(step, PendingLease | PoolExhausted) for step in steps)
        return [step.lease if isinstance(step, PendingLease) else None for step in steps]

    async def free(self, lease: Lease) -> None:
        async with self._gate, self.database.transaction() as connection:
            store = SqlPool(connection)
            await store.lesson(lease.lesson_id)
            assert await store.release(lease.id, EndReason.TEACHER, self.container.clock()())

    async def take_all(self, lessons: Iterable[int]) -> list[Lease]:
        taken = await asyncio.gather(*map(self.take, lessons))
        return [lease for lease in taken if lease]

    async def hosted(self) -> Counter[int]:
        """How many lessons by account."""
        rows = await rows_of(self.container, "conference_leases")
        return Counter(row["account_id"] for row in rows if row["ended_at"] is None)


@pytest.fixture
async def container(database_url: str, tmp_path: Path) -> AsyncIterator[Container]:
    container = create_container(
        Settings(database_url=database_url, home=str(tmp_path), secret_key=SECRET, **UNLIMITED)
    )
    yield container
    await close(container)


@pytest.fixture
async def pool(container: Container, database_url: str) -> AsyncIterator[Pool]:
    database = Database(database_url, pool_size=_AT_ONCE // 2)
    yield Pool(container, database)
    await database.close()


@pytest.mark.alone
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_as_many_leases_as_places_for_pools_of_any_size(pool: Pool) -> None:
    """P1: of sixty at once; accounts are new each time."""
    await pool.begin(60)
    before = await deadlocks(pool.container)
    for places in range(1, 51, 7):
        await have_places(pool.container, places)
        assert len(await pool.take_all(pool.lessons)) == places
        await end_all(pool.container)
    assert await deadlocks(pool.container) == before


@pytest.mark.alone
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_of_five_hundred_at_once_twenty_find_a_place(pool: Pool) -> None:
    """P1: half of the places are on accounts that have two."""
    await pool.begin(500)
    await have_places(pool.container, 20)
    before = await deadlocks(pool.container)
    assert len(await pool.take_all(pool.lessons)) == 20
    assert Counter((await pool.hosted()).values()) == {2: 5, 1: 10}
    assert await deadlocks(pool.container) == before


@pytest.mark.alone
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_places_that_are_freed_in_the_same_moment_are_found_then_or_later(pool: Pool) -> None:
    await pool.begin(60)
    await have_places(pool.container, 20)
    first = await pool.take_all(pool.lessons[:12])
    for _ in range(5):
        lessons, freed = pool.lessons[20:50], first[:6]
        taken, *_ = await asyncio.gather(pool.take_all(lessons), *map(pool.free, freed))
        assert 8 <= len(taken) <= 14
        again = await pool.take_all(set(lessons) - {lease.lesson_id for lease in taken})
        assert len(taken) + len(again) == 14
        await asyncio.gather(*map(pool.free, taken + again))
        first = first[6:] + await pool.take_all(lease.lesson_id for lease in freed)
        assert len(first) == 12


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_places_that_another_start_has_just_added_are_found(
    pool: Pool, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look for a place and the look for accounts without places."""
    await pool.begin(1)
    await have_places(pool.container, 1)
    [account] = await rows_of(pool.container, "conference_accounts")
    run = PsycopgDriver.run
    with psycopg.connect(database_url) as other:
        other.execute("INSERT INTO conference_places (account_id, number) VALUES (%s, 1)", [account["id"]])

        async def commit_before(driver: PsycopgDriver, compiled: Any, text: str, parameters: Any) -> Result:
            if text.startswith("SELECT conference_accounts.id"):
                other.commit()
            return await run(driver, compiled, text, parameters)

        monkeypatch.setattr(PsycopgDriver, "run", commit_before)
        assert await pool.take(pool.lessons[0]) is not None


async def test_an_account_that_may_host_fewer_than_before_takes_none_until_it_hosts_fewer(pool: Pool) -> None:
    """Whichever of its lessons end first; two starts at the same moment do not both find the last place."""
    await pool.begin(9)
    [account_id] = [
        (await pool.container.edit_accounts().add(values, None)).id
        for values in [{"provider": "local", "label": "A", "capacity": 3, "daily_limit": 1000, "is_enabled": True}]
    ]
    change = pool.container.edit_accounts().change
    for last in range(3):
        await change(account_id, {"capacity": 3})
        leases = await pool.take_all(pool.lessons[:3])
        order = [leases[last], *leases[:last], *leases[last + 1 :]]
        await change(account_id, {"capacity": 2})
        assert await pool.take(pool.lessons[3]) is None
        await pool.free(order[2])
        assert await pool.take(pool.lessons[3]) is None
        await pool.free(order[1])
        [found] = await pool.take_all(pool.lessons[3:9])
        assert await pool.hosted() == {account_id: 2}
        await pool.free(found)
        await pool.free(order[0])


async def test_refusals_are_those_that_the_usage_tells(pool: Pool) -> None:
    await pool.begin(12)
    await have_places(pool.container, 5)

    async def start(lesson: int) -> bool:
        try:
            await pool.container.start_lesson()(lesson, pool.teacher)
        except PoolExhausted:
            return False
        return True

    started = await asyncio.gather(*map(start, pool.lessons))
    now = pool.container.clock()() + timedelta(seconds=1)
    usage = await pool.container.conferencing_queries().usage(now - timedelta(days=1), now, now)
    assert (sum(started), usage.places, usage.busy, usage.refusals) == (5, 5, 5, 7)
    assert sum(account.leases for account in usage.accounts) == 5


@pytest.mark.alone
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_batches_of_any_size_that_cross_each_other_take_all_places_and_wait_in_no_circle(pool: Pool) -> None:
    """P1, P7: accounts have one place to three, and some of them few meetings left today."""
    random, before = Random(3), await deadlocks(pool.container)
    await pool.begin(120)
    for _ in range(5):
        await have_places(pool.container, 0)
        room = 0
        async with pool.container.open_accounts()() as store:
            for _ in range(25):
                capacity, limit = random.randint(1, 3), random.randint(1, 4)
                values = {"provider": "local", "label": f"{uuid4()}", "capacity": capacity, "is_enabled": True}
                await store.add({**values, "daily_limit": limit}, pool.container.clock()())
                room += min(capacity, limit)
        lessons, batches = list(pool.lessons), []
        random.shuffle(lessons)
        while lessons:
            size = random.choice([1, 3, 8, 20])
            batches.append(lessons[:size])
            lessons = lessons[size:]
        taken = await asyncio.gather(*map(pool.take_together, batches))
        assert sum(lease is not None for batch in taken for lease in batch) == room
        rows = {row["id"]: row for row in await rows_of(pool.container, "conference_accounts")}
        hosted = await pool.hosted()
        assert all(number <= rows[key]["capacity"] for key, number in hosted.items())
        assert all(rows[key]["made"] == number <= rows[key]["daily_limit"] for key, number in hosted.items())
        await end_all(pool.container)
    assert await deadlocks(pool.container) == before
