"""Clients of an S3 store; their errors become errors of the port."""

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from anyio import CapacityLimiter, to_thread
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from atg_core.files.ports import StoreAway, StoreBusy

_THREADS = 32
_SECONDS_TO_CONNECT = 2
SECONDS_TO_ASK = 5
"""For who reads: a store that says nothing for so long is away."""
SECONDS_TO_WRITE = 15
"""While it puts parts together, a store says every ten seconds that it is still there."""
_SECONDS_TO_WAIT = 3


def connections[Pool: PoolManager](
    seconds_to_read: float = SECONDS_TO_WRITE,
    kind: type[Pool] = PoolManager,  # type: ignore[assignment]
) -> Pool:
    """With short timeouts; `seconds_to_read`: until the next bytes come."""
    return kind(
        maxsize=_THREADS,
        timeout=Timeout(connect=_SECONDS_TO_CONNECT, read=seconds_to_read),
        retries=Retry(0),
    )


def connect(endpoint: str, *, access_key: str, secret_key: str, region: str, pool: PoolManager | None = None) -> Minio:
    """The region is given, so that signing makes no request for it."""
    return Minio(
        endpoint.split("://", 1)[-1].rstrip("/"),
        access_key=access_key,
        secret_key=secret_key,
        secure=endpoint.startswith("https://"),
        region=region,
        http_client=pool or connections(),
    )


class Threads:
    """Runs the blocking calls of the client in threads of its own, `_THREADS` at once.

    `seconds_to_wait`: for one of them.
    """

    def __init__(self, *, seconds_to_wait: float | None = _SECONDS_TO_WAIT) -> None:
        self._places, self._seconds_to_wait = asyncio.Semaphore(_THREADS), seconds_to_wait
        self._limiter = CapacityLimiter(math.inf)

    async def run[*Values, Result](
        self, work: Callable[[*Values], Result], *values: *Values, abandon: bool = False
    ) -> Result:
        """`abandon`: a cancelled caller does not wait for the call to end. Raises StoreBusy."""
        try:
            async with asyncio.timeout(self._seconds_to_wait):
                await self._places.acquire()
        except TimeoutError:
            raise StoreBusy from None
        try:
            with unavailable_if_unreachable():
                return await to_thread.run_sync(work, *values, limiter=self._limiter, abandon_on_cancel=abandon)
        finally:
            self._places.release()


@contextmanager
def unavailable_if_unreachable() -> Iterator[None]:
    """Raises StoreAway for any other error of the store: it is unreachable, or denies access."""
    try:
        yield
    except (MinioException, HTTPError, OSError) as error:
        raise StoreAway from error


@contextmanager
def translated(**errors: type[Exception]) -> Iterator[None]:
    """Translates S3 error codes into errors of the port."""
    try:
        yield
    except S3Error as error:
        if str(error.code) in errors:
            raise errors[str(error.code)] from error
        raise
