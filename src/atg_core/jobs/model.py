"""Work that is done later, outside the request that wants it (spec: operations, Jobs)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

type Arguments = Mapping[str, Any]
"""What a job is given: values that JSON has."""

type Handler = Callable[[Arguments], Awaitable[None]]
"""Does a job. It may be called more than once for the same job, and so has to bear that; an error is a failed try."""

MOST_NAME = 40
"""Characters in the name of a kind: it is a part of a channel's name in PostgreSQL."""

_MOST_PAUSE = timedelta(hours=1)


class JobStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`tries`: how often it was begun. `run_at`: when it is due. `error`: of the last failed try."""

    id: int
    kind: str
    arguments: Arguments
    status: JobStatus
    tries: int
    run_at: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """How jobs of a kind are done, and how often before one is given up.

    `one_at_a_time`: a worker does one of them after the other, as suits those that share a lane.
    `most_seconds`: how long a try may take, where that is longer than a worker's lease allows; a worker does few such
    jobs at once, so that they leave room for others.
    """

    name: str
    handler: Handler
    most_tries: int = 16
    most_pause: timedelta = _MOST_PAUSE
    one_at_a_time: bool = False
    most_seconds: float | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= MOST_NAME:
            raise ValueError(f"the name of a kind has 1 to {MOST_NAME} characters")
        if self.most_seconds is not None and self.most_seconds <= 0:
            raise ValueError("a try takes longer than no time")

    @property
    def is_long(self) -> bool:
        return self.most_seconds is not None

    def pause_after(self, tries: int) -> timedelta | None:
        """Until the next try: a second, and twice as long each time; None after the last one."""
        if tries >= self.most_tries:
            return None
        return min(timedelta(seconds=2 ** min(tries - 1, 20)), self.most_pause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """A job that time itself wants. `cron`: when, in UTC, five fields, or six where the last one counts seconds."""

    kind: JobKind
    cron: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """All that a worker can do."""

    kinds: tuple[JobKind, ...]
    periodic: tuple[Periodic, ...] = ()

    @property
    def every(self) -> Sequence[JobKind]:
        """The kinds of both, in the order of their names."""
        kinds = {kind.name: kind for kind in (*self.kinds, *(each.kind for each in self.periodic))}
        return sorted(kinds.values(), key=lambda kind: kind.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What has not been done of a kind. `oldest_seconds`: since when the one that is due longest waits; 0 for none."""

    kind: str
    waiting: int
    oldest_seconds: float
    dead: int
