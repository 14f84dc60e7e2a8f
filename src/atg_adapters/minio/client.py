"""Clients of an S3 store; their errors become errors of the port."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from anyio import CapacityLimiter, to_thread
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from atg_core.files.ports import StoreAway

_THREADS = 32
_SECONDS_TO_CONNECT = 2
_SECONDS_TO_READ = 30


def connect(endpoint: str, *, access_key: str, secret_key: str, region: str) -> Minio:
    """A client with short timeouts; the region is given, so that signing makes no request for it."""
    pool = PoolManager(
        maxsize=_THREADS,
        timeout=Timeout(connect=_SECONDS_TO_CONNECT, read=_SECONDS_TO_READ),
        retries=Retry(0),
    )
    return Minio(
        endpoint.split("://", 1)[-1].rstrip("/"),
        access_key=access_key,
        secret_key=secret_key,
        secure=endpoint.startswith("https://"),
        region=region,
        http_client=pool,
    )


class Threads:
    """Runs the blocking calls of the client in threads of its own."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(_THREADS)

    async def run[*Values, Result](
        self, work: Callable[[*Values], Result], *values: *Values, abandon: bool = False
    ) -> Result:
        """`abandon`: a cancelled caller does not wait for the call to end."""
        with unavailable_if_unreachable():
            return await to_thread.run_sync(work, *values, limiter=self._limiter, abandon_on_cancel=abandon)


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
