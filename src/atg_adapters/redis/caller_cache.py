"""The caller cache in Redis, shared by all processes."""

from collections.abc import Sequence
from itertools import batched
from secrets import token_hex
from uuid import UUID

from msgspec import json
from redis.exceptions import RedisError

from atg_adapters.redis.batching import Batching
from atg_adapters.redis.client import Client
from atg_core.identity.model import Caller

_ENCODER, _DECODER = json.Encoder(), json.Decoder(Caller)
_SECONDS = 60
_BATCH = 1_000
_STAMP_SECONDS = 24 * 60 * 60


class RedisCallerCache:
    """`CallerCache` on Redis. An entry carries the user's stamp and is valid only while that stamp is current.

    While Redis is unavailable nothing is found, so that the database is queried. Invalidations that failed are repeated
    before anything is found again.
    """

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._undelivered: set[UUID] = set()
        self._found = Batching(self._values)

    async def find(self, user_id: UUID, session_id: UUID) -> tuple[Caller | None, str]:
        try:
            if self._undelivered:
                await self._deliver()
            stamp, entry = await self._found((_stamp(user_id), _entry(session_id)))
        except RedisError:
            return None, ""
        known = stamp.decode() if stamp else "none"
        if entry is None:
            return None, known
        put_under, _, caller = entry.partition(b"\n")
        return (_DECODER.decode(caller) if put_under.decode() == known else None), known

    async def _values(self, pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[bytes | None, bytes | None]]:
        values: list[bytes | None] = await self._redis.mget([key for pair in pairs for key in pair])  # type: ignore[assignment]
        return list(batched(values, 2))  # type: ignore[arg-type]  # pairs

    async def put(self, caller: Caller, stamp: str) -> None:
        if not stamp:
            return
        try:
            entry = stamp.encode() + b"\n" + _ENCODER.encode(caller)
            await self._redis.set(_entry(caller.session_id), entry, ex=_SECONDS)
        except RedisError:
            return

    async def drop(self, *user_ids: UUID) -> None:
        self._undelivered.update(user_ids)
        try:
            await self._deliver()
        except (RedisError, OSError) as error:  # what is cached there may be served for a minute
            self._redis.outage.noticed(error)

    async def _deliver(self) -> None:
        for user_ids in batched(list(self._undelivered), _BATCH):
            async with self._redis.pipeline(transaction=False) as pipeline:
                for user_id in user_ids:
                    pipeline.set(_stamp(user_id), token_hex(8), ex=_STAMP_SECONDS)
                await pipeline.execute()
            self._undelivered.difference_update(user_ids)


def _stamp(user_id: UUID) -> str:
    return f"atg:caller-stamp:{user_id}"


def _entry(session_id: UUID) -> str:
    return f"atg:caller:{session_id}"
