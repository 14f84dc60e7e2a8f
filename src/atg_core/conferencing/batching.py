"""Batching of simultaneous requests: those that arrive while one batch is processed form the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass

MAX_BATCH_SIZE = 100


@dataclass(frozen=True, slots=True)
class _Pending[Request, Result]:
    request: Request
    result: asyncio.Future[Result]


class Batcher[Request, Result]:
    """`await batcher(request)` returns or raises the request's own result of a batch.

    `process`: gives one result for each request of a batch, in order; an error among the results is raised to its own
    caller, an error that `process` raises to every caller of the batch. One batch at a time, first come first served,
    of `max_size` at most. A request that is cancelled before its batch begins is left out; later, that has no effect.
    """

    def __init__(
        self,
        process: Callable[[Sequence[Request]], Awaitable[Sequence[Result | Exception]]],
        max_size: int = MAX_BATCH_SIZE,
    ) -> None:
        self._process, self._max_size = process, max_size
        self._queue: deque[_Pending[Request, Result]] = deque()
        self._batch: list[_Pending[Request, Result]] = []
        self._task: asyncio.Task[Sequence[Result | Exception]] | None = None

    async def __call__(self, request: Request) -> Result:
        pending = _Pending[Request, Result](request, asyncio.get_running_loop().create_future())
        self._queue.append(pending)
        if self._task is None:
            self._start()
        return await pending.result

    async def drain(self) -> None:
        """Waits until no request is pending."""
        while self._task is not None:
            await asyncio.wait([self._task])
            await asyncio.sleep(0)  # until the results are set, and the next batch has begun

    def _start(self) -> None:
        # In a context of its own: a transaction or a request that is open around one caller is not the others'.
        self._task = asyncio.create_task(self._process_next(), context=Context())
        self._task.add_done_callback(self._set_results)

    async def _process_next(self) -> Sequence[Result | Exception]:
        while self._queue and len(self._batch) < self._max_size:
            pending = self._queue.popleft()
            if not pending.result.done():
                self._batch.append(pending)
        results = await self._process([pending.request for pending in self._batch]) if self._batch else ()
        if len(results) != len(self._batch):
            raise RuntimeError("one result for each request")
        return results

    def _set_results(self, task: asyncio.Task[Sequence[Result | Exception]]) -> None:
        batch, self._batch, self._task = self._batch, [], None
        if task.cancelled():  # only when the event loop shuts down
            batch += self._queue
            self._queue.clear()
        elif self._queue:
            self._start()
        for number, pending in enumerate(batch):
            if pending.result.done():
                continue
            if task.cancelled():
                pending.result.cancel()
            elif error := task.exception():
                pending.result.set_exception(error)
            elif isinstance(result := task.result()[number], Exception):
                pending.result.set_exception(result)
            else:
                pending.result.set_result(result)
