"""Connections to Redis."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

_SECONDS_TO_WAIT = 1


def connect(url: str) -> Redis:
    """A client that gives up soon: whoever uses it goes on without Redis, and a request does not wait for it.

    One try more, at once, is for a connection that the server has closed meanwhile.
    """
    return Redis.from_url(
        url,
        socket_timeout=_SECONDS_TO_WAIT,
        socket_connect_timeout=_SECONDS_TO_WAIT,
        retry=Retry(NoBackoff(), retries=1),
    )
