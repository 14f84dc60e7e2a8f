"""Where jobs wait, and who does them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from atg_core.errors import NotFound
from atg_core.jobs.model import Arguments, Backlog, Job, JobStatus, Work


class JobNotFound(NotFound):
    """There is no such dead job"""


class Jobs(Protocol):
    """Jobs that outlive the process, each done at least once.

    A job whose worker dies is due again when its lease has ended. A worker gives up what takes as long, unless the kind
    may: then it renews the lease as long as the handler runs.
    """

    async def enqueue(
        self, kind: str, arguments: Arguments, *, lane: str | None = None, not_before: datetime | None = None
    ) -> None:
        """Within the transaction that is open: a rollback leaves no job, a commit loses none.

        Jobs of one lane are done one after the other, in the order in which they were made; one that failed and waits
        for its next try holds up those behind it.
        """

    async def listed(self, *, status: JobStatus | None = None, limit: int = 100) -> Sequence[Job]:
        """What is not done yet, oldest first."""

    async def retry(self, job_id: int) -> None:
        """A dead job is due again, with all its tries. Raises JobNotFound."""

    async def retry_all(self) -> int:
        """So is every dead job; gives how many there were."""

    async def backlog(self) -> Sequence[Backlog]:
        """By kind, in the order of their names; kinds of which nothing waits or is dead are left out."""

    async def run(self, work: Work, *, until_idle: bool = False) -> None:
        """Does what is due, also what other processes want, until it is cancelled; then what has begun is finished.

        A job of a kind that is not in `work` waits for another worker. A database that is away is waited for.
        `until_idle`: only until nothing is due. Any number of workers may run at once: each job, and each time of a
        periodic one, is done by one of them.
        """
