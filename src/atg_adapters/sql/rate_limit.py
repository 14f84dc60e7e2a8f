"""Rate limits counted in the database: shared by all processes, kept over restarts."""

from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.database import Database
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.operations import throttle_counters
from atg_adapters.sql.types import UtcDateTime
from atg_core.clock import Clock
from atg_core.rate_limit import Allowance, RateLimit

_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)
_counter = throttle_counters.c
is_over = _counter.ends_at <= _now
_LOOK = sa.select(_counter.tries, _counter.ends_at).where(
    _counter.limit_name == sa.bindparam("limit_name"), _counter.key_hash == sa.bindparam("key_hash"), ~is_over
)
_ADD = insert(throttle_counters).values(
    limit_name=sa.bindparam("limit_name"),
    key_hash=sa.bindparam("key_hash"),
    tries=1,
    ends_at=sa.bindparam("ends_at", type_=UtcDateTime),
)
_TAKE = _ADD.on_conflict_do_update(
    index_elements=["limit_name", "key_hash"],
    set_={
        "tries": sa.case((is_over, 1), else_=_counter.tries + 1),
        "open_tries": sa.case((is_over, 0), else_=_counter.open_tries),
        "ends_at": sa.case((is_over, _ADD.excluded.ends_at), else_=_counter.ends_at),
    },
).returning(_counter.tries, _counter.ends_at)
_OVER = sa.select(_counter.limit_name, _counter.key_hash).where(is_over).with_for_update(skip_locked=True)
FORGET = sa.delete(throttle_counters).where(sa.tuple_(_counter.limit_name, _counter.key_hash).in_(_OVER))


class SqlRateLimiter:
    """`RateLimiter` for rare events such as failed sign-ins: each hit is one upsert."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def test(self, limit: RateLimit, key: str) -> Allowance:
        now = self._clock()
        row = await self._database.row(_LOOK, {**key_of(limit, key), "now": now})
        if row is None:
            return Allowance(limit=limit, allowed=True, remaining=limit.max_hits, reset_in=0)
        return _allowance(limit, row, now, allowed=row.tries < limit.max_hits)

    async def hit(self, limit: RateLimit, key: str) -> Allowance:
        now = self._clock()
        values = {**key_of(limit, key), "now": now, "ends_at": now + timedelta(minutes=limit.minutes)}
        async with self._database.transaction() as connection:
            row = (await connection.execute(_TAKE, values)).one()
            if row.tries == 1:  # once per window and key is often enough
                await connection.execute(FORGET, {"now": now})
        return _allowance(limit, row, now, allowed=row.tries <= limit.max_hits)


def key_of(limit: RateLimit, key: str) -> dict[str, Any]:
    return {"limit_name": limit.name, "key_hash": sha256(key.encode(errors="replace")).digest()}


def _allowance(limit: RateLimit, row: Row, now: datetime, *, allowed: bool) -> Allowance:
    seconds = ceil((row.ends_at - now).total_seconds())
    return Allowance(limit=limit, allowed=allowed, remaining=max(0, limit.max_hits - row.tries), reset_in=seconds)
