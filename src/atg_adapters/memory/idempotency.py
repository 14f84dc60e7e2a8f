"""Idempotency keys in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime

from atg_adapters.memory.database import MemoryDatabase
from atg_core.idempotency import RETENTION, Call, KeyUsedForAnotherCall, Reply, StillRunning


class MemoryIdempotency:
    """`Idempotency`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database
        self._running: set[tuple[str, str]] = set()

    @asynccontextmanager
    async def running(self, call: Call) -> AsyncIterator["MemoryStoredReplies"]:
        if (call.owner, call.key) in self._running:
            raise StillRunning
        self._running.add((call.owner, call.key))
        try:
            async with self._database.shared_transaction() as database:
                yield MemoryStoredReplies(database)
        finally:
            self._running.discard((call.owner, call.key))


class MemoryStoredReplies:
    """`StoredReplies` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def find(self, call: Call, now: datetime) -> Reply | None:
        row = next(self.database.rows("idempotency_keys", owner=call.owner, key=call.key), None)
        if row is None or row["expires_at"] <= now:
            return None
        if row["fingerprint"] != call.fingerprint:
            raise KeyUsedForAnotherCall
        return Reply(status=row["status"], media_type=row["media_type"], body=row["body"])

    async def keep(self, call: Call, reply: Reply, now: datetime) -> None:
        for row in list(self.database.tables["idempotency_keys"].values()):
            if row["expires_at"] <= now:
                self.database.delete("idempotency_keys", id=row["id"])
        self.database.insert("idempotency_keys", {**asdict(call), **asdict(reply), "expires_at": now + RETENTION})
