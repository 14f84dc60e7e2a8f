"""The audit log and its hash chain, in memory."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.identity.audit import AuditEvent
from atg_core.identity.audit_chain import AuditQuery, Fields, Seal


class MemoryAuditLog:
    """`AuditLog`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def events(self, query: AuditQuery, *, limit: int, offset: int) -> tuple[list[AuditEvent], int]:
        found = self._matching(query)[::-1]
        return convert(found[offset : offset + limit], list[AuditEvent]), len(found)

    async def all_events(self, query: AuditQuery) -> AsyncIterator[Sequence[AuditEvent]]:
        yield convert(self._matching(query), list[AuditEvent])

    async def sealed(self) -> AsyncGenerator[Sequence[tuple[Seal, Fields | None]]]:
        events = self.database.tables["audit_events"]
        yield [(seal, events.get(seal.event_id)) for seal in _seals(self.database)]

    async def first_unsealed(self, before: datetime) -> UUID | None:
        found = [row["id"] for row in _unsealed(self.database) if row["at"] < before]
        return found[0] if found else None

    def _matching(self, query: AuditQuery) -> list[Row]:
        given = {name: getattr(query, name) for name in ("actor_id", "user_id", "action")}
        rows = self.database.rows("audit_events", **{name: value for name, value in given.items() if value is not None})
        return sorted(
            (
                row
                for row in rows
                if (query.start is None or query.start <= row["at"]) and (query.end is None or row["at"] < query.end)
            ),
            key=_order,
        )


class MemoryAuditSeals:
    """`AuditSeals` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def last_seal(self) -> Seal | None:
        seals = _seals(self.database)
        return seals[-1] if seals else None

    async def unsealed(self, since: datetime | None, limit: int) -> Sequence[Fields]:
        return [row for row in _unsealed(self.database) if since is None or row["at"] >= since][:limit]

    async def add_seals(self, seals: Sequence[Seal]) -> None:
        for seal in seals:
            self.database.insert("audit_seals", {"id": seal.number, **asdict(seal)})


def _seals(database: MemoryDatabase) -> list[Seal]:
    rows = sorted(database.tables["audit_seals"].values(), key=lambda row: int(row["number"]))
    return [convert(row, Seal) for row in rows]


def _unsealed(database: MemoryDatabase) -> list[Row]:
    sealed = {row["event_id"] for row in database.tables["audit_seals"].values()}
    return sorted((row for row in database.rows("audit_events") if row["id"] not in sealed), key=_order)


def _order(row: Row) -> tuple[datetime, UUID]:
    return row["at"], row["id"]
