"""Attempts that are counted before they are made, in the database."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from math import ceil
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert

from atg_adapters.sql.database import Database
from atg_adapters.sql.rate_limit import FORGET, SqlRateLimiter, is_over, key_of
from atg_adapters.sql.tables.operations import throttle_counters
from atg_adapters.sql.types import UtcDateTime
from atg_core.attempts import Attempt, AttemptsExhausted, Reservation
from atg_core.clock import Clock

_counter = throttle_counters.c
_FORGET_EVERY = timedelta(minutes=1)


class SqlAttemptLimiter(SqlRateLimiter):
    """`AttemptLimiter`: a reservation is one upsert, which changes no counter that has reached its limit."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        self._forget_at = clock()

    async def reserve(self, attempts: Sequence[Attempt]) -> Reservation:
        now = self._clock()
        values: dict[str, Any] = {"now": now}
        for number, attempt in enumerate(attempts):
            key = key_of(attempt.limit, attempt.key)
            ends_at = now + timedelta(minutes=attempt.limit.minutes)
            values |= {f"{name}_{number}": value for name, value in key.items()}
            values |= {f"ends_at_{number}": ends_at, f"max_hits_{number}": attempt.limit.max_hits}
        async with self._database.transaction() as connection:
            rows = (await connection.execute(_take(len(attempts)), values)).all()
            if len(rows) < len(attempts):
                raise await self._exhausted(connection, attempts)
        ends = {(row.limit_name, row.key_hash): row.ends_at for row in rows}
        keys = [key_of(attempt.limit, attempt.key) for attempt in attempts]
        return Reservation(
            attempts=tuple(attempts), ends_at=tuple(ends[key["limit_name"], key["key_hash"]] for key in keys)
        )

    async def _exhausted(self, connection: Any, attempts: Sequence[Attempt]) -> AttemptsExhausted:
        """The first limit that is reached; the error undoes what was counted of the others."""
        now, found = self._clock(), None
        for attempt in attempts:
            row = (await connection.execute(_LOOK, key_of(attempt.limit, attempt.key))).first()
            if row is None or row.tries < attempt.limit.max_hits or row.ends_at <= now:
                continue
            is_open = row.tries - row.open_tries < attempt.limit.max_hits
            seconds = ceil((row.ends_at - now).total_seconds())
            found = AttemptsExhausted(attempt.limit, retry_after=seconds, is_open=is_open)
            if not is_open:
                break
        return found or AttemptsExhausted(attempts[0].limit, retry_after=1, is_open=True)

    async def settle(self, reservation: Reservation, *, counted: Sequence[bool]) -> None:
        values: dict[str, Any] = {}
        settled = zip(reservation.attempts, reservation.ends_at, counted, strict=True)
        for number, (attempt, ends_at, counts) in enumerate(settled):
            values |= {f"{name}_{number}": value for name, value in key_of(attempt.limit, attempt.key).items()}
            values |= {f"ends_at_{number}": ends_at, f"back_{number}": 0 if counts else 1}
        now = self._clock()
        async with self._database.transaction() as connection:
            await connection.execute(_settle(len(counted)), values)
            if any(counted) and now >= self._forget_at:  # what is given back leaves no more counters than that
                self._forget_at = now + _FORGET_EVERY
                await connection.execute(FORGET, {"now": now})


_LOOK = sa.select(_counter.tries, _counter.open_tries, _counter.ends_at).where(
    _counter.limit_name == sa.bindparam("limit_name"), _counter.key_hash == sa.bindparam("key_hash")
)


def _counters(count: int, tries: int) -> tuple[list[sa.BindParameter[str]], Insert]:
    """So many counters, and their names; rows are locked in the order of the values, so that no two can deadlock."""
    names = [sa.bindparam(f"limit_name_{number}", type_=sa.String) for number in range(count)]
    rows = [
        {
            "limit_name": name,
            "key_hash": sa.bindparam(f"key_hash_{number}", type_=sa.LargeBinary),
            "tries": tries,
            "open_tries": tries,
            "ends_at": sa.bindparam(f"ends_at_{number}", type_=UtcDateTime),
        }
        for number, name in enumerate(names)
    ]
    return names, insert(throttle_counters).values(rows)


def _of_each(names: list[sa.BindParameter[str]], value: str) -> sa.ColumnElement[int]:
    """The value that was given for this counter."""
    given = [sa.bindparam(f"{value}_{number}", type_=sa.Integer) for number in range(len(names))]
    return sa.case(*((_counter.limit_name == name, each) for name, each in zip(names, given, strict=True)))


@cache
def _take(count: int) -> sa.Executable:
    names, add = _counters(count, 1)
    return add.on_conflict_do_update(
        index_elements=["limit_name", "key_hash"],
        set_={
            "tries": sa.case((is_over, 1), else_=_counter.tries + 1),
            "open_tries": sa.case((is_over, 1), else_=_counter.open_tries + 1),
            "ends_at": sa.case((is_over, add.excluded.ends_at), else_=_counter.ends_at),
        },
        where=is_over | (_counter.tries < _of_each(names, "max_hits")),
    ).returning(_counter.limit_name, _counter.key_hash, _counter.tries, _counter.ends_at)


@cache
def _settle(count: int) -> sa.Executable:
    """An upsert too, for the order of its locks; what was forgotten meanwhile comes back as a counter that is over."""
    names, add = _counters(count, 0)
    return add.on_conflict_do_update(
        index_elements=["limit_name", "key_hash"],
        set_={"open_tries": _counter.open_tries - 1, "tries": _counter.tries - _of_each(names, "back")},
        where=(_counter.ends_at == add.excluded.ends_at) & (_counter.open_tries > 0),
    )
