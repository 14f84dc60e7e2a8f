"""The audit log and its hash chain, on SQL."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.identity import audit_events, audit_seals
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.audit import AuditEvent
from atg_core.identity.audit_chain import AuditQuery, Fields, Seal

_BATCH = 1_000
_SEALING = 0x41544741  # "ATGA": any number that no other advisory lock of the database uses

_event, _seal = audit_events.c, audit_seals.c
_since: sa.BindParameter[datetime] = sa.bindparam("since", type_=UtcDateTime)
_is_sealed = sa.exists().where(_seal.event_id == _event.id)
_LAST_SEAL = sa.select(audit_seals).order_by(_seal.number.desc()).limit(1)
_UNSEALED = sa.select(audit_events).where(~_is_sealed).order_by(_event.at, _event.id).limit(sa.bindparam("limit"))
_UNSEALED_SINCE = _UNSEALED.where(_event.at >= _since)
_FIRST_UNSEALED = sa.select(_event.id).where(~_is_sealed, _event.at < _since).order_by(_event.at, _event.id).limit(1)
_SEALED = (
    sa.select(*audit_seals.c, *audit_events.c)
    .join_from(audit_seals, audit_events, _seal.event_id == _event.id, isouter=True)
    .order_by(_seal.number)
)
_NEWEST_FIRST = sa.select(audit_events).order_by(_event.at.desc(), _event.id.desc())
_OLDEST_FIRST = sa.select(audit_events).order_by(_event.at, _event.id)


class SqlAuditLog:
    """`AuditLog`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def events(self, query: AuditQuery, *, limit: int, offset: int) -> tuple[list[AuditEvent], int]:
        matching = _matching(query)
        page = _NEWEST_FIRST.where(*matching).limit(limit).offset(offset)
        async with self.database.reader() as connection:
            count = sa.select(sa.func.count()).select_from(audit_events).where(*matching)
            total = (await connection.execute(count)).scalar_one()
            return [convert(row, AuditEvent, from_attributes=True) for row in await connection.execute(page)], total

    async def all_events(self, query: AuditQuery) -> AsyncIterator[Sequence[AuditEvent]]:
        async with aclosing(self._batches(_OLDEST_FIRST.where(*_matching(query)))) as batches:
            async for batch in batches:
                yield [convert(row, AuditEvent, from_attributes=True) for row in batch]

    async def sealed(self) -> AsyncGenerator[Sequence[tuple[Seal, Fields | None]]]:
        async with aclosing(self._batches(_SEALED)) as batches:
            async for batch in batches:
                yield [
                    (convert(row, Seal, from_attributes=True), fields_of(row) if row.id is not None else None)
                    for row in batch
                ]

    async def _batches(self, statement: sa.Select[Any]) -> AsyncGenerator[Sequence[Row]]:
        # Both are closed when the consumer stops early.
        async with self.database.snapshot() as connection, aclosing(connection.batches(statement, _BATCH)) as batches:
            async for batch in batches:
                yield batch

    async def first_unsealed(self, before: datetime) -> UUID | None:
        row = await self.database.row(_FIRST_UNSEALED, {"since": before})
        return row.id if row else None


class SqlAuditSeals:
    """`AuditSeals` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def last_seal(self) -> Seal | None:
        if self.connection.dialect.name == "postgresql":  # SQLite has one writer
            await self.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SEALING)))
        row = (await self.connection.execute(_LAST_SEAL)).first()
        return convert(row, Seal, from_attributes=True) if row else None

    async def unsealed(self, since: datetime | None, limit: int) -> Sequence[Fields]:
        values: dict[str, Any] = {"limit": limit}
        if since is None:
            rows = await self.connection.execute(_UNSEALED, values)
        else:
            rows = await self.connection.execute(_UNSEALED_SINCE, {**values, "since": since})
        return [fields_of(row) for row in rows]

    async def add_seals(self, seals: Sequence[Seal]) -> None:
        await self.connection.execute(sa.insert(audit_seals), [asdict(seal) for seal in seals])


def _matching(query: AuditQuery) -> list[sa.ColumnElement[bool]]:
    given = {name: value for name in ("actor_id", "user_id", "action") if (value := getattr(query, name)) is not None}
    matching: list[sa.ColumnElement[bool]] = [_event[name] == value for name, value in given.items()]
    if query.start is not None:
        matching.append(_event.at >= query.start)
    if query.end is not None:
        matching.append(_event.at < query.end)
    return matching
