"""Batching of simultaneous requests: each has its own result."""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar

import pytest

from atg_core.conferencing.batching import Batcher


class Answering:
    """Answers with what is asked, twice; `batches`: of what each one was. It waits until `go` is set."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, asked: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(asked))
        await self.go.wait()
        if 13 in asked:
            raise ConnectionError
        return [LookupError(each) if each < 0 else 2 * each for each in asked]


async def asking(batcher: Batcher[int, int], *asked: int) -> list[asyncio.Task[int]]:
    """All of them are waiting by then."""
    tasks = [asyncio.create_task(batcher(each)) for each in asked]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_who_comes_while_others_are_answered_is_of_the_next_batch_in_the_order_of_coming() -> None:
    answering = Answering()
    batcher = Batcher(answering)
    answering.go.clear()
    tasks = await asking(batcher, 1, 2)
    tasks += await asking(batcher, 5)
    tasks += await asking(batcher, 4, 3)
    assert answering.batches == [[1, 2]]
    answering.go.set()
    assert await asyncio.gather(*tasks) == [2, 4, 10, 8, 6]
    assert answering.batches == [[1, 2], [5, 4, 3]]
    assert await batcher(7) == 14


async def test_a_batch_has_no_more_than_it_may() -> None:
    answering = Answering()
    tasks = await asking(Batcher(answering, max_size=2), 1, 2, 3, 4, 5)
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8, 10]
    assert answering.batches == [[1, 2], [3, 4], [5]]


async def test_each_has_an_error_of_its_own() -> None:
    answering = Answering()
    tasks = await asking(Batcher(answering), 1, -1, 2, -2)
    first, second, third, fourth = await asyncio.gather(*tasks, return_exceptions=True)
    assert (first, third) == (2, 4)
    assert [(type(error), error.args) for error in (second, fourth) if isinstance(error, Exception)] == [
        (LookupError, (-1,)),
        (LookupError, (-2,)),
    ]
    assert len(answering.batches) == 1


async def test_what_fails_for_all_is_told_to_all_of_the_batch_and_to_nobody_else() -> None:
    answering = Answering()
    answering.go.clear()
    batcher = Batcher(answering, max_size=3)
    tasks = await asking(batcher, 1, 13, 2, 3)
    answering.go.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError, ConnectionError, ConnectionError, int]


async def test_answers_that_are_not_one_for_each_are_an_error_for_all() -> None:
    async def too_few(asked: Sequence[int]) -> list[int | Exception]:
        return [each for each in asked if each > 1]

    answers = await asyncio.gather(*await asking(Batcher(too_few), 1, 2, 3), return_exceptions=True)
    assert [type(answer) for answer in answers] == [RuntimeError] * 3


async def test_who_gives_up_takes_nothing_from_the_others() -> None:
    """Before its batch has begun it is not asked for; later it is, and nobody hears the answer."""
    answering = Answering()
    batcher = Batcher(answering)
    answering.go.clear()
    first = await asking(batcher, 1, 2, 3)
    second = await asking(batcher, 4, 5, 6)
    for given_up in (first[1], second[0]):
        given_up.cancel()
    await asyncio.sleep(0)
    answering.go.set()
    answers = await asyncio.gather(*first, *second, return_exceptions=True)
    assert [isinstance(answer, asyncio.CancelledError) or answer for answer in answers] == [2, True, 6, True, 10, 12]
    assert answering.batches == [[1, 2, 3], [5, 6]]


async def test_nobody_is_asked_for_if_all_have_given_up() -> None:
    answering = Answering()
    batcher = Batcher(answering)
    task = asyncio.create_task(batcher(1))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await batcher.drain()
    assert answering.batches == []
    assert await batcher(2) == 4


async def test_a_batch_is_no_part_of_what_is_open_around_one_who_asks() -> None:
    around: ContextVar[str] = ContextVar("around", default="nothing")

    async def look(asked: Sequence[int]) -> list[str | Exception]:
        return [around.get() for _ in asked]

    around.set("a transaction")
    assert await Batcher(look)(1) == "nothing"


async def test_finishing_waits_for_all_who_wait() -> None:
    answering = Answering()
    batcher = Batcher(answering, max_size=1)
    answering.go.clear()
    tasks = await asking(batcher, 1, 2, 3)
    finishing = asyncio.create_task(batcher.drain())
    await asyncio.sleep(0)
    assert not finishing.done()
    answering.go.set()
    await finishing
    assert answering.batches == [[1], [2], [3]]
    assert await asyncio.gather(*tasks) == [2, 4, 6]


def test_nothing_is_left_when_a_loop_ends_under_those_who_wait() -> None:
    """Neither those who wait nor what works for them."""
    left: list[asyncio.Task[int]] = []

    async def leave() -> Batcher[int, int]:
        answering = Answering()
        answering.go.clear()
        batcher = Batcher(answering, max_size=2)
        left.extend(await asking(batcher, 1, 2, 3))
        return batcher

    with asyncio.Runner() as runner:
        batcher = runner.run(leave())
    assert [task.cancelled() for task in left] == [True] * 3
    with asyncio.Runner() as runner:
        runner.run(asyncio.wait_for(batcher.drain(), 1))


async def test_an_error_that_is_no_exception_of_a_program_is_told_too() -> None:
    """As when a test ends a process in the middle."""

    class Death(BaseException):
        pass

    async def die(_: Sequence[int]) -> list[int | Exception]:
        raise Death

    with pytest.raises(Death):
        await Batcher(die)(1)
