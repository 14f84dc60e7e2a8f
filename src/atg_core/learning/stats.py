"""A learner's statistics."""

from dataclasses import dataclass
from datetime import tzinfo
from uuid import UUID

from atg_core.clock import Clock
from atg_core.learning.model import Certificate, Stats
from atg_core.learning.ports import Learners


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStats:
    """The sum of the facts, with the certificates; `timezone` says when a day ends."""

    learners: Learners
    clock: Clock
    timezone: tzinfo

    async def __call__(self, user_id: UUID) -> tuple[Stats, list[Certificate]]:
        certificates = await self.learners.certificates(user_id)
        facts = await self.learners.facts(user_id)
        stats = Stats.of(
            facts,
            certificates=len(certificates),
            now=self.clock(),
            timezone=self.timezone,
        )
        return stats, certificates
