"""Answers together those who ask at the same moment: who comes while some are being answered is of the next batch."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class _Waiting[Asked, Answer]:
    asked: Asked
    answer: asyncio.Future[Answer]


class Combining[Asked, Answer]:
    """`await combining(asked)` gives or raises one's own answer out of what `answer_all` says of a batch.

    `answer_all`: an answer for each of a batch, in its order; an error among them is raised to the one that it is for,
    an error that it raises to every one of the batch. One batch at a time, in the order of coming, of `most` at most.
    Whoever gives up before the batch begins is left out of it; later this changes nothing for anybody.
    """

    def __init__(
        self, answer_all: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer | Exception]]], most: int = MOST_AT_ONCE
    ) -> None:
        self._answer_all, self._most = answer_all, most
        self._line: deque[_Waiting[Asked, Answer]] = deque()
        self._batch: list[_Waiting[Asked, Answer]] = []
        self._working: asyncio.Task[Sequence[Answer | Exception]] | None = None

    async def __call__(self, asked: Asked) -> Answer:
        waiting = _Waiting[Asked, Answer](asked, asyncio.get_running_loop().create_future())
        self._line.append(waiting)
        if self._working is None:
            self._begin()
        return await waiting.answer

    async def finish(self) -> None:
        """Waits until nobody waits any more."""
        while self._working is not None:
            await asyncio.wait([self._working])
            await asyncio.sleep(0)  # until the answers are given, and the next batch has begun

    def _begin(self) -> None:
        # In a context of its own: a transaction or a request that is open around one who asks is not the others'.
        self._working = asyncio.create_task(self._answer_next(), context=Context())
        self._working.add_done_callback(self._tell)

    async def _answer_next(self) -> Sequence[Answer | Exception]:
        while self._line and len(self._batch) < self._most:
            waiting = self._line.popleft()
            if not waiting.answer.done():
                self._batch.append(waiting)
        answers = await self._answer_all([waiting.asked for waiting in self._batch]) if self._batch else ()
        if len(answers) != len(self._batch):
            raise RuntimeError("an answer for each that is asked")
        return answers

    def _tell(self, work: asyncio.Task[Sequence[Answer | Exception]]) -> None:
        batch, self._batch, self._working = self._batch, [], None
        if work.cancelled():  # as nobody does but a loop that ends
            batch += self._line
            self._line.clear()
        elif self._line:
            self._begin()
        for number, waiting in enumerate(batch):
            if waiting.answer.done():
                continue
            if work.cancelled():
                waiting.answer.cancel()
            elif error := work.exception():
                waiting.answer.set_exception(error)
            elif isinstance(answer := work.result()[number], Exception):
                waiting.answer.set_exception(answer)
            else:
                waiting.answer.set_result(answer)
