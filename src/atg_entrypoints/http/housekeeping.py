"""What every process that serves does now and then besides: forgetting uploads that were abandoned."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import uniform

import structlog

from atg_core.files.uploading import CleanUploads

_SECONDS_BETWEEN = 3600
_log = structlog.get_logger("atg.http")


@asynccontextmanager
async def housekeeping(clean_uploads: CleanUploads) -> AsyncIterator[None]:
    """Several processes that do the same at once do no harm: what one has removed another does not find."""
    task = asyncio.create_task(_every_hour(clean_uploads))
    try:
        yield
    finally:
        task.cancel()


async def _every_hour(clean_uploads: CleanUploads) -> None:
    while True:
        await asyncio.sleep(_SECONDS_BETWEEN * uniform(0.5, 1.5))  # noqa: S311 - so that processes do not meet
        try:
            forgotten = await clean_uploads()
        except Exception as error:  # noqa: BLE001 - whatever it was, the next hour is another try
            _log.warning("uploads were not cleaned", reason=type(error).__name__)
        else:
            _log.info("uploads were cleaned", forgotten=forgotten)
