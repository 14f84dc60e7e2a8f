"""Execution of a job: time limit, logging, whoever watches, worker settings."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
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


type Watch = Callable[[JobKind, int], AbstractContextManager[object]]
"""Around a try, whose number begins at 1: sees how long it takes, and the error with which it ends."""


def no_watches() -> Sequence[Watch]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """Settings of a worker. `poll`: seconds between polls; `at_once`: concurrent jobs; `grace`: seconds for shutdown.

    `long_at_once`: concurrent jobs of long kinds. `watches`: what is around each try, asked for when a worker runs.
    """

    lease: timedelta = timedelta(seconds=60)
    poll: float = 0.5
    at_once: int = 8
    long_at_once: int = 2
    grace: float = 30
    watches: Callable[[], Sequence[Watch]] = no_watches

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


async def perform(kind: JobKind, arguments: Arguments, pace: WorkerSettings) -> int | None:
    """Calls the handler with a time limit. Raises its errors, TimeoutError, and CancelledError only if this task is."""
    max_seconds = kind.max_seconds or pace.max_seconds
    try:
        async with asyncio.timeout(max_seconds) as limit:
            return await kind.handler(arguments)
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


class Try:
    """A try that runs. `done`: what the handler has returned."""

    done: int | None = None


@contextmanager
def watched(kind: JobKind, job_id: int, tries: int, watches: Sequence[Watch]) -> Iterator[Try]:
    """Has a try watched, and logs how it ended."""
    with ExitStack() as stack:
        for watch in watches:
            stack.enter_context(watch(kind, tries))
        with _logged(kind, job_id, tries) as one:
            yield one


@contextmanager
def _logged(kind: JobKind, job_id: int, tries: int) -> Iterator[Try]:
    """Without arguments and error texts, which may contain personal data; nothing of a job that had nothing to do."""
    begun, one = monotonic(), Try()
    log = _log.bind(kind=kind.name, id=job_id, tries=tries)
    try:
        yield one
    except Exception as error:
        pause = kind.pause_after(tries)
        end = {"seconds": round(monotonic() - begun, 3), "reason": type(error).__name__}
        if pause is None:
            log.warning("job dead", **end)
        else:
            log.warning("job failed", **end, again_after=round(pause.total_seconds(), 3))
        raise
    seconds = round(monotonic() - begun, 3)
    if one.done == 0:
        log.debug("job had nothing to do", seconds=seconds)
    else:
        log.info("job done", seconds=seconds)
