"""Notices that the database server does not answer at all, for those who would wait for it.

TCP keeps a connection to a server that hangs: it acknowledges what is sent and answers nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable

from atg_adapters.sql.drivers import Driver

_SECONDS_BETWEEN_LOOKS = 0.25
_SECONDS_OF_PATIENCE = 1.0
_SECONDS_TO_ANSWER = 1.7
_SECONDS_LATE = 0.3


class ServerSilent(Exception):
    """It has not answered a question that takes no time."""


class Wait:
    """What somebody does with a connection, which ends with TimeoutError when the server is found silent."""

    __slots__ = ("begun", "driver", "timeout")

    def __init__(self, begun: float) -> None:
        self.begun, self.timeout = begun, asyncio.timeout(None)
        self.driver: Driver | None = None

    def end(self) -> None:
        if self.driver:
            self.driver.give_up()
        self.timeout.reschedule(0)


class Watchdog:
    """Asks the server on a connection of its own, when somebody waits for longer than a second.

    A server that is only slow or busy answers there: the connection is opened before anybody is impatient, since a busy
    machine takes its time for that, and a process that is late itself has not heard of what has come. Nothing is asked
    while nobody waits.
    """

    def __init__(self, open_: Callable[[], Awaitable[Driver]]) -> None:
        self._open = open_
        self._waits: set[Wait] = set()
        self._looking: asyncio.TimerHandle | None = None
        self._question: asyncio.Task[None] | None = None
        self._driver: Driver | None = None

    def begin(self) -> Wait:
        loop = asyncio.get_running_loop()
        wait = Wait(loop.time())
        self._waits.add(wait)
        if self._looking is None:
            self._looking = loop.call_later(_SECONDS_BETWEEN_LOOKS, self._look)
        return wait

    def end(self, wait: Wait) -> None:
        self._waits.discard(wait)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._looking = loop.call_later(_SECONDS_BETWEEN_LOOKS, self._look) if self._waits else None
        if self._waits and (self._driver is None or self._impatient(loop)):
            self._ask(loop)

    def _impatient(self, loop: asyncio.AbstractEventLoop) -> list[Wait]:
        return [wait for wait in self._waits if loop.time() - wait.begun >= _SECONDS_OF_PATIENCE]

    async def check(self) -> None:
        """Raises ServerSilent, and errors of the driver."""
        await asyncio.shield(self._ask(asyncio.get_running_loop()))

    def _ask(self, loop: asyncio.AbstractEventLoop) -> asyncio.Task[None]:
        """One question at a time, whoever wants to know."""
        if self._question is None or self._question.done() or self._question.get_loop() is not loop:
            self._question = loop.create_task(self._hear(loop))
            self._question.add_done_callback(self._heard)
        return self._question

    async def _hear(self, loop: asyncio.AbstractEventLoop) -> None:
        end = loop.time() + _SECONDS_TO_ANSWER
        try:
            async with asyncio.timeout_at(end):
                if self._driver and self._driver.is_stale():
                    await self._hang_up()
                if self._driver is None:
                    self._driver = await self._open()
                    self._driver.give_up()  # nobody waits for what is cancelled here
                await self._driver.run_text("SELECT 1")
        except TimeoutError as error:
            is_late = loop.time() > end + _SECONDS_LATE
            await self._hang_up()
            if not is_late:
                raise ServerSilent from error
        except BaseException:
            await self._hang_up()
            raise

    def _heard(self, question: asyncio.Task[None]) -> None:
        """Other errors are answers: whoever waits is told what is wrong with it."""
        if not question.cancelled() and isinstance(question.exception(), ServerSilent):
            for wait in self._impatient(question.get_loop()):
                wait.end()

    async def close(self) -> None:
        """Waits for a question that is asked, since nobody else would close the connection that it opens."""
        question = self._question
        if question and not question.done() and question.get_loop() is asyncio.get_running_loop():
            await asyncio.wait({question})
        await self._hang_up()

    async def _hang_up(self) -> None:
        driver, self._driver = self._driver, None
        if driver:
            await driver.close()
