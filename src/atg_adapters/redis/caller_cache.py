"""Callers remembered in Redis, for many processes."""

from contextlib import suppress
from secrets import token_hex
from uuid import UUID

from msgspec import json
from redis.asyncio import Redis
from redis.exceptions import RedisError

from atg_core.identity.model import Caller

_SECONDS = 60
_STAMP_SECONDS = 24 * 60 * 60


class RedisCallerCache:
    """`CallerCache` on Redis. An entry carries the user's stamp and counts only while the stamp is the user's still.

    Redis being away costs speed, not truth: nothing is found then, so that the database is asked. Drops that could not
    be delivered are made up for before anything is found again.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._undelivered: set[UUID] = set()

    async def find(self, user_id: UUID, session_id: UUID) -> tuple[Caller | None, str]:
        try:
            await self._deliver()
            found: list[bytes | None] = await self._redis.mget(_stamp(user_id), _entry(session_id))  # type: ignore[assignment]
        except RedisError:
            return None, ""
        stamp, entry = found
        known = stamp.decode() if stamp else "none"
        if entry is None:
            return None, known
        put_under, _, caller = entry.partition(b"\n")
        return (json.decode(caller, type=Caller) if put_under.decode() == known else None), known

    async def put(self, caller: Caller, stamp: str) -> None:
        if not stamp:
            return
        try:
            entry = stamp.encode() + b"\n" + json.encode(caller)
            await self._redis.set(_entry(caller.session_id), entry, ex=_SECONDS)
        except RedisError:
            return

    async def drop(self, user_id: UUID) -> None:
        self._undelivered.add(user_id)
        with suppress(RedisError):
            await self._deliver()

    async def _deliver(self) -> None:
        for user_id in list(self._undelivered):
            await self._redis.set(_stamp(user_id), token_hex(8), ex=_STAMP_SECONDS)
            self._undelivered.discard(user_id)


def _stamp(user_id: UUID) -> str:
    return f"atg:caller-stamp:{user_id}"


def _entry(session_id: UUID) -> str:
    return f"atg:caller:{session_id}"
