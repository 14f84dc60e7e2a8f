"""What an operator is shown of an installation's work: jobs, and how far the audit log is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from atg_core.jobs.model import Backlog


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditState:
    """`seals`: the number of the last seal, 0 without one, sealed at `sealed_at`.

    `unsealed_since`: the time of the oldest event after those that are sealed.
    """

    seals: int
    sealed_at: datetime | None
    unsealed_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationsState:
    """`jobs`: by kind, ordered by name; kinds without jobs are omitted."""

    jobs: Sequence[Backlog]
    audit: AuditState


class OperationsQueries(Protocol):
    """Asked every few seconds by whoever collects metrics."""

    async def state(self) -> OperationsState:
        """On SQL in one statement."""
