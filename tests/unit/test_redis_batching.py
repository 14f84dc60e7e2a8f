"""Questions that share a round trip; without Redis."""

import asyncio
from collections.abc import Sequence

import pytest
from redis.exceptions import ConnectionError as NotConnected

from atg_adapters.redis.batching import Batching


class Doubling:
    """Answers with twice the number, once it may."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may, self.is_away = asyncio.Event(), False

    async def __call__(self, numbers: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(numbers))
        await self.may.wait()
        if self.is_away:
            raise NotConnected
        return [2 * number for number in numbers]


@pytest.fixture
def doubling() -> Doubling:
    return Doubling()


@pytest.fixture
def double(doubling: Doubling) -> Batching[int, int]:
    return Batching(doubling)


async def test_what_is_asked_at_once_is_one_batch_and_what_is_asked_meanwhile_the_next(
    doubling: Doubling, double: Batching[int, int]
) -> None:
    first = [asyncio.ensure_future(double(number)) for number in (2, 4)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    meanwhile = [asyncio.ensure_future(double(number)) for number in (6, 8)]
    await asyncio.sleep(0)
    doubling.may.set()
    assert await asyncio.gather(*first, *meanwhile) == [4, 8, 12, 16]
    assert doubling.batches == [[2, 4], [6, 8]]
    assert await double(10) == 20


async def test_who_leaves_takes_nobody_along(doubling: Doubling, double: Batching[int, int]) -> None:
    early, leaving, staying = [asyncio.ensure_future(double(number)) for number in (2, 4, 6)]
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.sleep(0)
    gone = asyncio.ensure_future(double(8))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    doubling.may.set()
    assert await asyncio.gather(early, staying) == [4, 12]
    assert leaving.cancelled()
    assert await double(10) == 20
    assert [8] not in doubling.batches


async def test_who_waits_behind_a_server_that_is_away_learns_it_at_once(
    doubling: Doubling, double: Batching[int, int]
) -> None:
    first = asyncio.ensure_future(double(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    behind = [asyncio.ensure_future(double(number)) for number in (4, 6)]
    await asyncio.sleep(0)
    doubling.is_away = True
    doubling.may.set()
    answers = await asyncio.gather(first, *behind, return_exceptions=True)
    assert all(isinstance(answer, NotConnected) for answer in answers)
    assert doubling.batches == [[2]]
    doubling.is_away = False
    assert await double(8) == 16
