"""A learner's statistics."""

from dataclasses import dataclass
from datetime import tzinfo
from uuid import UUID

from atg_core.clock import Clock
from atg_core.learning.model import Certificate, Totals, streak
from atg_core.learning.ports import Learners


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStats:
    """The totals, the days in a row with a topic completed, and the certificates; `timezone` says when a day ends."""

    learners: Learners
    clock: Clock
    timezone: tzinfo

    async def __call__(self, user_id: UUID) -> tuple[Totals, int, list[Certificate]]:
        totals = await self.learners.totals(user_id)
        active_at = await self.learners.active_at(user_id)
        streak_days = streak(active_at, self.clock(), self.timezone)
        return totals, streak_days, await self.learners.certificates(user_id)
