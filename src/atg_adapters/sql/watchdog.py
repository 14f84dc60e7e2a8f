"""Notices that the database server does not answer at all, for those who would wait for it.

TCP keeps a connection to a server that hangs: it acknowledges what is sent and answers nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable

from atg_adapters.sql.drivers import Driver

_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_OF_PATIENCE = 1.0
_SECONDS_TO_ANSWER = 1.0


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

    A server that is only slow or busy answers there. Nothing is asked while nobody waits.
    """

    def __init__(self, open_: Callable[[], Awaitable[Driver]]) -> None:
        self._open = open_
        self._waits: set[Wait] = set()
        self._looking: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None
        self._driver: Driver | None = None
        self._one_at_a_time: tuple[asyncio.AbstractEventLoop, asyncio.Lock] | None = None

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
        is_asking = self._asking is not None and not self._asking.done()
        if not is_asking and self._impatient(loop):
            self._asking = loop.create_task(self._ask())

    def _impatient(self, loop: asyncio.AbstractEventLoop) -> list[Wait]:
        return [wait for wait in self._waits if loop.time() - wait.begun >= _SECONDS_OF_PATIENCE]

    async def _ask(self) -> None:
        try:
            await self.check()
        except ServerSilent:
            for wait in self._impatient(asyncio.get_running_loop()):
                wait.end()
        except Exception:  # noqa: BLE001, S110 - it did answer: whoever waits is told what is wrong with it
            pass

    async def check(self) -> None:
        """Raises ServerSilent, and errors of the driver."""
        async with self._lock():
            try:
                async with asyncio.timeout(_SECONDS_TO_ANSWER):
                    if self._driver and self._driver.is_stale():
                        await self.close()
                    if self._driver is None:
                        self._driver = await self._open()
                        self._driver.give_up()  # nobody waits for what is cancelled here
                    await self._driver.run_text("SELECT 1")
            except TimeoutError as error:
                await self.close()
                raise ServerSilent from error
            except BaseException:
                await self.close()
                raise

    def _lock(self) -> asyncio.Lock:
        loop = asyncio.get_running_loop()
        if self._one_at_a_time is None or self._one_at_a_time[0] is not loop:
            self._one_at_a_time = loop, asyncio.Lock()
        return self._one_at_a_time[1]

    async def close(self) -> None:
        driver, self._driver = self._driver, None
        if driver:
            await driver.close()
