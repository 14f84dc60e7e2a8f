"""Events by a channel of Redis."""

from collections.abc import Callable, Collection
from contextlib import suppress
from itertools import batched
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from atg_adapters.events.payload import CHANNEL, MOST_USERS, encoded
from atg_core.events import Event

_SECONDS = 15.0
"""A server that has gone is found by asking it so often."""


class RedisEvents:
    """What is published is heard by all processes that listen."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def deliver(self, event: Event, user_ids: Collection[UUID]) -> None:
        """While Redis is away nobody is told: who listens looks again when it is back."""
        with suppress(RedisError, OSError):
            for users in batched(user_ids, MOST_USERS):
                await self._redis.publish(CHANNEL, encoded(event, users))

    async def listen(self, begun: Callable[[], None], heard: Callable[[str], None]) -> None:
        """Raises RedisError when the connection is lost."""
        async with self._redis.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            while True:
                message = await channel.get_message(timeout=_SECONDS)
                if message is None:
                    await channel.ping()
                elif message["type"] == "subscribe":
                    begun()
                elif message["type"] == "message":
                    heard(message["data"].decode())
