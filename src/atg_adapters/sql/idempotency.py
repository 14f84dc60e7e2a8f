"""Idempotency keys on SQL, in the transaction of the call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.operations import idempotency_keys
from atg_adapters.sql.types import UtcDateTime
from atg_core.idempotency import RETENTION, Call, KeyUsedForAnotherCall, Reply, StillRunning

_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)
_TRY_LOCK = sa.select(sa.func.pg_try_advisory_xact_lock(sa.bindparam("lock", type_=sa.BigInteger)))
_FIND = sa.select(idempotency_keys).where(
    idempotency_keys.c.owner == sa.bindparam("owner"),
    idempotency_keys.c.key == sa.bindparam("key"),
    idempotency_keys.c.expires_at > _now,
)
_ADD = insert(idempotency_keys)
_KEEP = _ADD.on_conflict_do_update(
    index_elements=["owner", "key"],
    set_={name: _ADD.excluded[name] for name in ("fingerprint", "status", "media_type", "body", "expires_at")},
)
_TOO_OLD = sa.select(idempotency_keys.c.owner, idempotency_keys.c.key).where(idempotency_keys.c.expires_at <= _now)
_FORGET = sa.delete(idempotency_keys).where(
    sa.tuple_(idempotency_keys.c.owner, idempotency_keys.c.key).in_(_TOO_OLD.with_for_update(skip_locked=True))
)


class SqlIdempotency:
    """`Idempotency`. On PostgreSQL a transaction-level advisory lock detects concurrent calls in other processes.

    SQLite has a single writer, so that a call in another process waits for the first and finds its response.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: set[tuple[str, str]] = set()

    @asynccontextmanager
    async def running(self, call: Call) -> AsyncIterator["SqlStoredReplies"]:
        if (call.owner, call.key) in self._running:
            raise StillRunning
        self._running.add((call.owner, call.key))
        try:
            async with self._database.shared_transaction() as connection:
                await self._lock(connection, call)
                yield SqlStoredReplies(connection)
        finally:
            self._running.discard((call.owner, call.key))

    async def _lock(self, connection: Connection, call: Call) -> None:
        if self._database.is_sqlite:
            return
        digest = blake2b(f"{call.owner}\0{call.key}".encode(), digest_size=8).digest()
        if not await connection.scalar(_TRY_LOCK, {"lock": int.from_bytes(digest, signed=True)}):
            raise StillRunning


class SqlStoredReplies:
    """`StoredReplies` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def find(self, call: Call, now: datetime) -> Reply | None:
        row = (await self.connection.execute(_FIND, {"owner": call.owner, "key": call.key, "now": now})).first()
        if row is None:
            return None
        if row.fingerprint != call.fingerprint:
            raise KeyUsedForAnotherCall
        return Reply(status=row.status, media_type=row.media_type, body=row.body)

    async def keep(self, call: Call, reply: Reply, now: datetime) -> None:
        values = {
            "owner": call.owner,
            "key": call.key,
            "fingerprint": call.fingerprint,
            "status": reply.status,
            "media_type": reply.media_type,
            "body": reply.body,
            "expires_at": now + RETENTION,
        }
        await self.connection.execute(_KEEP, values)
        await self.connection.execute(_FORGET, {"now": now})
