"""The concurrency limit: its places, and its queue."""

import asyncio

import pytest

from atg_core.concurrency_limit import Abandoned, ConcurrencyLimit, Overloaded


async def waiting_for(limit: ConcurrencyLimit, left: asyncio.Future[None] | None = None) -> asyncio.Task[None]:
    task = asyncio.create_task(limit.acquire(left))
    await asyncio.sleep(0)
    return task


async def test_places_are_given_in_the_order_of_asking() -> None:
    limit = ConcurrencyLimit(2)
    async with limit, limit:
        first, second = [await waiting_for(limit) for _ in range(2)]
        assert not first.done()
    await asyncio.gather(first, second)
    assert limit.is_reached


async def test_a_full_queue_refuses_at_once() -> None:
    limit = ConcurrencyLimit(1, max_waiting=1)
    async with limit:
        waiting = await waiting_for(limit)
        with pytest.raises(Overloaded):
            await limit.acquire()
    await waiting


async def test_nobody_waits_longer_than_the_deadline() -> None:
    limit = ConcurrencyLimit(1, max_seconds=0.01)
    async with limit:
        with pytest.raises(Overloaded):
            await asyncio.wait_for(limit.acquire(), 5)
    assert not limit.is_reached


async def test_it_tells_who_runs_who_waits_and_how_many_were_refused() -> None:
    limit, none = ConcurrencyLimit(2, max_waiting=1, max_seconds=60), (0, 0, 0)
    assert (limit.running, limit.waiting, limit.refused) == none
    async with limit, limit:
        waiting = await waiting_for(limit)
        with pytest.raises(Overloaded):
            await limit.acquire()
        assert (limit.running, limit.waiting, limit.refused) == (2, 1, 1)
        limit.refuse_waiting()
        with pytest.raises(Overloaded):
            await waiting
        assert (limit.running, limit.waiting, limit.refused) == (2, 0, 2)
    assert (limit.running, limit.waiting, limit.refused) == (0, 0, 2)


async def test_whoever_has_left_or_is_cancelled_takes_no_place() -> None:
    limit, left = ConcurrencyLimit(1), asyncio.get_running_loop().create_future()
    async with limit:
        leaving, cancelled, staying = [await waiting_for(limit, future) for future in (left, None, None)]
        left.set_result(None)
        cancelled.cancel()
        with pytest.raises(Abandoned):
            await leaving
    await staying
    limit.release()
    assert not limit.is_reached


async def test_a_place_given_at_the_moment_of_a_cancellation_goes_to_the_next() -> None:
    limit = ConcurrencyLimit(1)
    await limit.acquire()
    cancelled, staying = await waiting_for(limit), await waiting_for(limit)
    limit.release()
    cancelled.cancel()
    await asyncio.wait_for(staying, 5)


async def test_all_who_wait_are_refused_together() -> None:
    limit = ConcurrencyLimit(1)
    async with limit:
        waiting = [await waiting_for(limit) for _ in range(3)]
        limit.refuse_waiting()
        refused = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in refused] == [Overloaded] * 3
    assert not limit.is_reached
