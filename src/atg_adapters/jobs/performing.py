"""What all engines of jobs have in common: a handler is called, cut off when it takes too long, and logged."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import structlog

from atg_core.jobs.model import Arguments, JobKind

MOST_ERROR = 500
"""Characters of an error that are kept."""

_SHARE_OF_LEASE = 0.8
_RENEWALS_IN_LEASE = 4
_log = structlog.get_logger("atg.jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a worker goes about it: seconds between looks for work, jobs at once, seconds for what runs at the end.

    `long_at_once`: how many jobs at once that may outlast a lease.
    """

    lease: timedelta = timedelta(seconds=60)
    poll: float = 0.5
    at_once: int = 8
    long_at_once: int = 2
    grace: float = 30

    @property
    def most_seconds(self) -> float:
        """Of a try: it ends before the lease does, so that no other worker has begun the same job."""
        return self.lease.total_seconds() * _SHARE_OF_LEASE

    @property
    def renewed_every(self) -> float:
        """Seconds; often enough that a lease outlasts two renewals that fail."""
        return self.lease.total_seconds() / _RENEWALS_IN_LEASE


class Cancelled(Exception):
    """The handler was cancelled by something of its own"""


async def perform(kind: JobKind, arguments: Arguments, pace: Pace) -> None:
    """Calls the handler. Raises what it raises, and TimeoutError; CancelledError only if this task is cancelled."""
    most_seconds = kind.most_seconds or pace.most_seconds
    try:
        async with asyncio.timeout(most_seconds) as limit:
            await kind.handler(arguments)
    except TimeoutError as error:
        if limit.expired():
            raise TimeoutError(f"cut off after {most_seconds:g} seconds") from error
        raise
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise Cancelled("the handler was cancelled by something of its own") from error


def error_text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:MOST_ERROR]


@contextmanager
def told(kind: JobKind, job_id: int, tries: int) -> Iterator[None]:
    """Writes into the log how a try ended; neither arguments nor texts of errors, since these may name people."""
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
