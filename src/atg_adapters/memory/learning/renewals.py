"""Renewals of courses whose certificates end, in memory."""

from datetime import datetime
from uuid import UUID

from atg_adapters.memory.learning.completion import MemoryCompletion


class MemoryRenewals(MemoryCompletion):
    """`RenewalStore` within a transaction."""

    async def due_again(self, now: datetime, *, after: UUID | None, limit: int) -> list[UUID]:
        due = {
            row["user_id"]
            for row in self.database.rows("user_courses", cancelled_at=None)
            if row["renews_at"] and row["renews_at"] <= now and (after is None or row["user_id"] > after)
        }
        return sorted(due)[:limit]
