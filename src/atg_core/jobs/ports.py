"""The port of the job queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from atg_core.errors import NotFound
from atg_core.jobs.model import Arguments, Backlog, Job, JobStatus, Work


class JobNotFound(NotFound):
    """There is no such dead job"""


class JobQueue(Protocol):
    """A persistent queue with at-least-once execution.

    A worker holds a lease on a job while it runs; when the lease expires, the job is due again. A worker cancels a try
    before its lease ends, except for long kinds, whose lease is renewed while the handler runs.
    """

    async def enqueue(
        self, kind: str, arguments: Arguments, *, lane: str | None = None, not_before: datetime | None = None
    ) -> None:
        """Adds a job within the open transaction (transactional outbox).

        Jobs of one lane run sequentially in the order of their creation; a failed job blocks its lane until it succeeds
        or is dead.
        """

    async def listed(self, *, status: JobStatus | None = None, limit: int = 100) -> Sequence[Job]:
        """Unfinished jobs, oldest first."""

    async def retry(self, job_id: int) -> None:
        """Makes a dead job due again, with all its tries. Raises JobNotFound."""

    async def retry_all(self) -> int:
        """Makes all dead jobs due again and returns their number."""

    async def backlog(self) -> Sequence[Backlog]:
        """By kind, ordered by name; kinds without jobs are omitted."""

    async def run(self, work: Work, *, until_idle: bool = False) -> None:
        """Runs due jobs until it is cancelled, then finishes the running ones (graceful shutdown).

        Jobs of kinds that are not in `work` are left to other workers. An unavailable database is waited for.
        `until_idle`: returns as soon as nothing is due. Any number of workers may run concurrently: each job, and each
        time of a periodic job, is executed by one of them.
        """
