"""Questions to Redis that wait at the same time share one round trip."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

_MOST = 500


class Batching[Question, Answer]:
    """Asks in one command what several callers want to know.

    Batches follow each other: what is asked during one is part of the next. So a server that does not answer is
    waited for once, and who waits behind a batch that failed gets its error at once. What may be wrong with a single
    question has to be part of its answer.
    """

    def __init__(self, ask: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]]) -> None:
        self._ask = ask
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, question: Question) -> Answer:
        """Raises RedisError."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_all())
        return await answer

    async def _ask_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            batch = [each for each in batch if not each[1].done()]  # without who was cancelled
            if not batch:
                continue
            try:
                answers = await self._ask([question for question, _ in batch])
            except BaseException as error:
                waiting, self._waiting = self._waiting, []
                _refuse([*batch, *waiting], error)
                if not isinstance(error, Exception):
                    raise
                return
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)


def _refuse[Question, Answer](batch: Sequence[tuple[Question, "asyncio.Future[Answer]"]], error: BaseException) -> None:
    for _, future in batch:
        if future.done():
            continue
        if isinstance(error, Exception):
            future.set_exception(error)
        else:
            future.cancel()
