"""The client of Redis."""

from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from atg_adapters.redis.outage import Outage
from atg_adapters.redis.pool import BoundedPool

_SECONDS_TO_WAIT = 1
_SECONDS_FOR_A_CONNECTION = 0.5
MOST_CONNECTIONS = 20
"""Of a process. Its requests ask together (`Batching`), so that a few suffice."""


class Client(Redis):
    """Redis, with what is known of its outages."""

    def __init__(self, pool: BoundedPool, outage: Outage) -> None:
        super().__init__(connection_pool=pool)
        self.auto_close_connection_pool = True
        self.outage = outage

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Raises RedisError, OSError."""
        try:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except (RedisError, OSError) as error:
            self.outage.noticed(error)
            raise

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await self.outage.close()
        await super().aclose(close_connection_pool)


def connect(
    url: str, *, max_connections: int = MOST_CONNECTIONS, made_by: Callable[[BoundedPool, Outage], Client] = Client
) -> Client:
    """A client with short timeouts, since its users continue without Redis.

    Who finds no connection free for half a second gets RedisBusy, which is the same to them. One immediate retry covers
    connections that the server has closed.
    """
    return made_by(_pool(url, max_connections), Outage(Redis.from_pool(_pool(url, 1))))


def _pool(url: str, max_connections: int) -> BoundedPool:
    return BoundedPool.from_url(
        url,
        max_connections=max_connections,
        seconds_to_wait=_SECONDS_FOR_A_CONNECTION,
        socket_timeout=_SECONDS_TO_WAIT,
        socket_connect_timeout=_SECONDS_TO_WAIT,
        retry=Retry(NoBackoff(), retries=1),
    )
