"""Background jobs (spec: operations, Jobs)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

type Arguments = Mapping[str, Any]
"""The arguments of a job: JSON values."""

type Handler = Callable[[Arguments], Awaitable[int | None]]
"""Runs a job. Must be idempotent: a job may run more than once. An exception is a failed try.

Returns how much it has done, where that may be nothing.
"""

MAX_NAME_LENGTH = 40
"""Characters: the name becomes part of a PostgreSQL channel name."""

_MAX_PAUSE = timedelta(hours=1)


class JobStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`tries`: number of started tries. `run_at`: when it is due. `error`: of the last failed try."""

    id: int
    kind: str
    arguments: Arguments
    status: JobStatus
    tries: int
    run_at: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A kind of jobs: its handler, retries and time limit.

    `one_at_a_time`: a worker runs its jobs sequentially, as suits jobs that share a lane.
    `max_seconds`: the time limit of a try, if longer than a worker's lease allows; such long jobs have a concurrency
    limit of their own in each worker.
    """

    name: str
    handler: Handler
    max_tries: int = 16
    max_pause: timedelta = _MAX_PAUSE
    one_at_a_time: bool = False
    sends_mail: bool = False
    max_seconds: float | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= MAX_NAME_LENGTH:
            raise ValueError(f"the name of a kind has 1 to {MAX_NAME_LENGTH} characters")
        if self.max_seconds is not None and self.max_seconds <= 0:
            raise ValueError("a try takes longer than no time")

    @property
    def is_long(self) -> bool:
        return self.max_seconds is not None

    def pause_after(self, tries: int) -> timedelta | None:
        """Delay before the next try: exponential backoff from one second; None after the last try."""
        if tries >= self.max_tries:
            return None
        return min(timedelta(seconds=2 ** min(tries - 1, 20)), self.max_pause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """A periodic job. `cron`: five fields in UTC, or six with seconds as the last one."""

    kind: JobKind
    cron: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The job kinds and periodic jobs that a worker runs."""

    kinds: tuple[JobKind, ...]
    periodic: tuple[Periodic, ...] = ()

    @property
    def every(self) -> Sequence[JobKind]:
        """All kinds, ordered by name."""
        kinds = {kind.name: kind for kind in (*self.kinds, *(each.kind for each in self.periodic))}
        return sorted(kinds.values(), key=lambda kind: kind.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Unfinished jobs of a kind. `waiting`: not begun, due or not.

    `oldest_seconds`: how long the oldest due job has waited; 0 if there is none.
    """

    kind: str
    waiting: int
    running: int
    oldest_seconds: float
    dead: int
