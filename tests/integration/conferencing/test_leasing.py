"""Leasing of accounts on SQL, with concurrent transactions."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from contextlib import closing

import psycopg
import pytest

from atg_core.conferencing.leasing import PendingLease
from atg_core.conferencing.ports import PoolExhausted
from tests.account_pool import NOON, Pooled
from tests.arranging import rows_of
from tests.contracts.conferencing.leasing import LeasingContract, take
from tests.statements import counted

postgres_alone = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
_LOCKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def meanwhile[T](url: str, statement: str, work: Awaitable[T]) -> T:
    """What comes of the work: it has to wait for the statement, which another transaction has run and then commits."""
    with closing(psycopg.connect(url)) as other, closing(psycopg.connect(url, autocommit=True)) as watching:
        other.execute(statement)
        working = asyncio.ensure_future(work)
        while watching.execute(_LOCKED).fetchone() == (0,):
            assert not working.done(), "nothing was waited for"
            await asyncio.sleep(0.01)
        other.commit()
        return await working


class TestSqlLeasing(LeasingContract):
    async def test_as_many_statements_whatever_the_size_of_the_batch(self, pool: Pooled) -> None:
        for number in range(40):
            await pool.account(f"{number}")
        await take(pool, [await pool.lesson()])
        sizes = []
        for size in (1, 30):
            lessons = [await pool.lesson() for _ in range(size)]
            with counted(pool.container) as statements:
                assert all(isinstance(step, PendingLease) for step in await take(pool, lessons))
            sizes.append(len(statements))
        lessons = [await pool.lesson() for _ in range(40)]
        with counted(pool.container) as statements:
            steps = await take(pool, lessons)
        assert Counter(type(step) for step in steps) == {PendingLease: 8, PoolExhausted: 32}
        assert (*sizes, len(statements)) == (5, 5, 9)

    @postgres_alone
    async def test_a_lesson_that_somebody_holds_is_in_nobodys_way(self, pool: Pooled, database_url: str) -> None:
        """Its own start looks again."""
        await pool.account(capacity=2)
        held, free = await pool.lesson(), await pool.lesson()
        with closing(psycopg.connect(database_url)) as other:
            other.execute("SELECT id FROM scheduled_lessons WHERE id = %s FOR UPDATE", [held])
            first, second = await take(pool, [held, free])
            other.rollback()  # the lock is gone then; the server learns later of a connection that is closed
        assert first is None
        assert isinstance(second, PendingLease)
        assert isinstance((await take(pool, [held]))[0], PendingLease)

    @postgres_alone
    async def test_who_finds_the_last_meeting_of_a_day_taken_goes_to_another_account(
        self, pool: Pooled, database_url: str
    ) -> None:
        """Seen when the account is held, since it was free when the place was chosen."""
        await pool.account("A", capacity=2, daily_limit=2)
        await pool.account("B", capacity=2)
        lessons = [await pool.lesson() for _ in range(4)]
        await take(pool, lessons[:1])
        statement = f"UPDATE conference_accounts SET made = 2, made_on = '{NOON.date()}' WHERE label = 'A'"
        steps = await meanwhile(database_url, statement, take(pool, lessons[1:]))
        accounts = [step.account.label for step in steps if isinstance(step, PendingLease)]
        assert accounts == ["B", "B"]
        assert [type(step) for step in steps[2:]] == [PoolExhausted]
        assert {row["label"]: row["made"] for row in await rows_of(pool.container, "conference_accounts")} == {
            "A": 2,
            "B": 2,
        }
        assert len(await rows_of(pool.container, "conference_refusals")) == 1

    @postgres_alone
    async def test_an_account_that_may_host_fewer_in_this_moment_hosts_no_more(
        self, pool: Pooled, database_url: str
    ) -> None:
        await pool.account(capacity=2)
        lessons = [await pool.lesson() for _ in range(3)]
        await take(pool, lessons[:1])
        statement = "UPDATE conference_accounts SET capacity = 1"
        steps = await meanwhile(database_url, statement, take(pool, lessons[1:]))
        assert [type(step) for step in steps] == [PoolExhausted] * 2
        assert len(await pool.leases()) == 1
