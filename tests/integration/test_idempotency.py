"""`Idempotency-Key` over HTTP and across processes."""

import asyncio

import pytest

from atg_adapters.sql.database import Database
from atg_adapters.sql.idempotency import SqlIdempotency
from atg_core.idempotency import StillRunning
from tests.contracts.databases import over_each_database
from tests.contracts.http_idempotency import HttpIdempotencyContract
from tests.contracts.idempotency import NOW, REPLY, IdempotencyContract, call


class TestSqlIdempotency(IdempotencyContract):
    pass


@over_each_database
class TestRepeating(HttpIdempotencyContract):
    pass


async def test_a_call_that_runs_in_one_process_is_not_run_in_another(postgres_url: str) -> None:
    one, two = Database(postgres_url), Database(postgres_url)
    async with SqlIdempotency(one).running(call()) as kept:
        await kept.keep(call(), REPLY, NOW)
        with pytest.raises(StillRunning):
            async with SqlIdempotency(two).running(call()):
                raise AssertionError("it ran twice")
        async with SqlIdempotency(two).running(call(key="other")) as other:
            assert await other.find(call(), NOW) is None
    async with SqlIdempotency(two).running(call()) as kept:
        assert await kept.find(call(), NOW) == REPLY
    await asyncio.gather(one.close(), two.close())


async def test_a_call_in_another_process_waits_for_the_first_on_sqlite(sqlite_url: str) -> None:
    one, two = Database(sqlite_url), Database(sqlite_url)

    async def second() -> object:
        async with SqlIdempotency(two).running(call()) as kept:
            return await kept.find(call(), NOW)

    async with SqlIdempotency(one).running(call()) as kept:
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.1)
        await kept.keep(call(), REPLY, NOW)
    assert await waiting == REPLY
    await asyncio.gather(one.close(), two.close())
