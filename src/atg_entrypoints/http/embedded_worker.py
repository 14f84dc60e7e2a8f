"""The job worker inside a serving process, where no database server is used."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from atg_entrypoints.container import Container
from atg_entrypoints.settings import Settings


@asynccontextmanager
async def embedded_worker(container: Container) -> AsyncIterator[None]:
    """Runs the worker; running jobs are finished at shutdown. With a database server `atg worker` runs the jobs."""
    settings: Settings = container.settings()
    jobs = container.jobs()  # created in any case, so that no request waits for its imports
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
