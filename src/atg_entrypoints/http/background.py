"""The jobs that a process does which serves: all of them where no server keeps the database, else none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from atg_entrypoints.container import Container
from atg_entrypoints.settings import Settings


@asynccontextmanager
async def background(container: Container) -> AsyncIterator[None]:
    """Jobs that have begun are finished at the end. With a database server, `atg worker` does them."""
    settings: Settings = container.settings()
    jobs = container.jobs()  # made in any case, so that no request waits for what it imports
    if not settings.is_embedded:
        yield
        return
    task = asyncio.create_task(jobs.run(container.work()))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
