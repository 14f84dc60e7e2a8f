"""Execution of a job: time limit, logging, worker settings."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import structlog

from atg_core.jobs.model import Arguments, JobKind

MAX_ERROR_LENGTH = 500
"""Stored characters of an error."""

_SHARE_OF_LEASE = 0.8
_RENEWALS_IN_LEASE = 4
_log = structlog.get_logger("atg.jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """Settings of a worker. `poll`: seconds between polls; `at_once`: concurrent jobs; `grace`: seconds for shutdown.

    `long_at_once`: concurrent jobs of long kinds.
    """

    lease: timedelta = timedelta(seconds=60)
    poll: float = 0.5
    at_once: int = 8
    long_at_once: int = 2
    grace: float = 30

    @property
    def max_seconds(self) -> float:
        """Time limit of a try: before the lease expires and another worker takes the job."""
        return self.lease.total_seconds() * _SHARE_OF_LEASE

    @property
    def renewed_every(self) -> float:
        """Renewal interval in seconds: a lease survives two failed renewals."""
        return self.lease.total_seconds() / _RENEWALS_IN_LEASE


class Cancelled(Exception):
    """The handler was cancelled by something of its own"""


async def perform(kind: JobKind, arguments: Arguments, pace: WorkerSettings) -> None:
    """Calls the handler with a time limit. Raises its errors, TimeoutError, and CancelledError only if this task is."""
    max_seconds = kind.max_seconds or pace.max_seconds
    try:
        async with asyncio.timeout(max_seconds) as limit:
            await kind.handler(arguments)
    except TimeoutError as error:
        if limit.expired():
            raise TimeoutError(f"cut off after {max_seconds:g} seconds") from error
        raise
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise Cancelled("the handler was cancelled by something of its own") from error


def error_text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:MAX_ERROR_LENGTH]


@contextmanager
def logged(kind: JobKind, job_id: int, tries: int) -> Iterator[None]:
    """Logs how a try ended, without arguments and error texts, which may contain personal data."""
    begun = monotonic()
    log = _log.bind(kind=kind.name, id=job_id, tries=tries)
    try:
        yield
    except Exception as error:
        pause = kind.pause_after(tries)
        end = {"seconds": round(monotonic() - begun, 3), "reason": type(error).__name__}
        if pause is None:
            log.warning("job dead", **end)
        else:
            log.warning("job failed", **end, again_after=round(pause.total_seconds(), 3))
        raise
    log.info("job done", seconds=round(monotonic() - begun, 3))
