"""A learner's totals, streak and certificates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from uuid import UUID

from atg_core.clock import Clock
from atg_core.learning.model import Certificate
from atg_core.learning.ports import LearnerQueries
from atg_core.learning.totals import Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStats:
    """Totals, the streak of days with a completed topic, and certificates; `timezone` decides what a day is."""

    learner_queries: LearnerQueries
    clock: Clock
    timezone: tzinfo

    async def __call__(self, user_id: UUID) -> tuple[Totals, int, Sequence[Certificate]]:
        stats = await self.learner_queries.stats(user_id)
        today = self.clock().astimezone(self.timezone).date()
        return stats.totals, stats.streak.days_on(today) if stats.streak else 0, stats.certificates
