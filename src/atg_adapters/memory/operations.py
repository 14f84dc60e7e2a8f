"""What an operator is shown, in memory."""

from atg_adapters.memory.database import MemoryDatabase
from atg_core.jobs.ports import JobQueue
from atg_core.operations import AuditState, OperationsState


class MemoryOperationsQueries:
    """`OperationsQueries`."""

    def __init__(self, database: MemoryDatabase, jobs: JobQueue) -> None:
        self._database, self._jobs = database, jobs

    async def state(self) -> OperationsState:
        seals = self._database.tables["audit_seals"].values()
        last = max(seals, key=lambda seal: int(seal["number"]), default=None)
        times = [event["at"] for event in self._database.rows("audit_events")]
        unsealed = [at for at in times if last is None or at > last["latest_at"]]
        return OperationsState(
            jobs=await self._jobs.backlog(),
            audit=AuditState(
                seals=last["number"] if last else 0,
                sealed_at=last["sealed_at"] if last else None,
                unsealed_since=min(unsealed, default=None),
            ),
        )
