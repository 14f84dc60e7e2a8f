"""`atg worker`: background jobs, in a process of its own."""

import asyncio
import signal
from contextlib import suppress

import typer

from atg_entrypoints.cli.command import run
from atg_entrypoints.cli.jobs import settings_with_database
from atg_entrypoints.cli.opening import opened
from atg_entrypoints.settings import Settings
from atg_entrypoints.worker_server import worker_server

app = typer.Typer()


@app.command()
def worker() -> None:
    """Do background and periodic jobs until told to end; what has begun is finished."""
    run(_work(settings_with_database()))


async def _work(settings: Settings) -> None:
    async with opened(settings) as container:
        container.error_reports()
        container.object_store()  # what it needs is loaded now, not when some job asks for a file at last
        task = asyncio.create_task(container.jobs().run(container.work()))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        async with worker_server(container, is_ending=lambda: bool(task.cancelling())):
            with suppress(asyncio.CancelledError):
                await task
