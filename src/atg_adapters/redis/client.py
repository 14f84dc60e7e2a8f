"""Redis connections."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

_SECONDS_TO_WAIT = 1


def connect(url: str) -> Redis:
    """A client with short timeouts, since its users continue without Redis.

    One immediate retry covers connections that the server has closed.
    """
    return Redis.from_url(
        url,
        socket_timeout=_SECONDS_TO_WAIT,
        socket_connect_timeout=_SECONDS_TO_WAIT,
        retry=Retry(NoBackoff(), retries=1),
    )
