"""The connections of a process to its database."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from atg_adapters.sql.drivers import Driver
from atg_core.errors import Unavailable


class DatabaseBusy(Unavailable):
    """The database is busy, try again soon"""


class Pool:
    """At most `size` connections: opened when they are needed, and kept, since to open one costs PostgreSQL more than
    a hundred statements. The one that was used last is used next.

    Not that of SQLAlchemy, whose greenlets cost a quarter of a short statement; not psycopg's, which does not tell a
    database that is away from one that is busy, and is for PostgreSQL alone.
    """

    def __init__(self, open_: Callable[[], Awaitable[Driver]], *, size: int, seconds_to_wait: float) -> None:
        self._open, self.size, self.seconds_to_wait = open_, size, seconds_to_wait
        self.in_use = self.waiting = self.refused = 0
        """Connections, those who wait for one, and how many have waited in vain since the start."""
        self._free: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None
        self._idle: list[Driver] = []

    async def take(self) -> Driver:
        """A connection that is in no transaction. Raises DatabaseBusy if none is free in time, errors of the driver."""
        free = self._places()
        await self._wait(free)
        self.in_use += 1
        try:
            while self._idle:
                driver = self._idle.pop()
                if not driver.is_stale():
                    return driver
                await driver.close()
            return await self._open()
        except BaseException:
            self.in_use -= 1
            free.release()
            raise

    async def give_back(self, driver: Driver) -> None:
        try:
            if driver.is_idle():
                self._idle.append(driver)
            else:
                await driver.close()
        finally:
            self.in_use -= 1
            self._places().release()

    async def settle(self, driver: Driver) -> None:
        """Gives back a connection on which something failed or was left running."""
        with suppress(driver.error):
            await driver.settle()
        await self.give_back(driver)

    def _places(self) -> asyncio.Semaphore:
        """A semaphore belongs to one event loop; a command may run several, one after the other."""
        loop = asyncio.get_running_loop()
        if self._free is None or self._free[0] is not loop:
            self._free = loop, asyncio.Semaphore(self.size)
        return self._free[1]

    async def _wait(self, free: asyncio.Semaphore) -> None:
        if not free.locked():
            await free.acquire()
            return
        self.waiting += 1
        try:
            async with asyncio.timeout(self.seconds_to_wait):
                await free.acquire()
        except TimeoutError:
            self.refused += 1
            raise DatabaseBusy from None
        finally:
            self.waiting -= 1

    async def close(self) -> None:
        """Closes those that nobody uses."""
        while self._idle:
            await self._idle.pop().close()
