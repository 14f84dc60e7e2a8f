"""Clients of an S3 store, and what they refuse as errors of the port."""

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
    """A client that gives up soon; the region is named so that signing asks nobody for it."""
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
    """Where the client's calls, which block, are run: threads of its own, so that they hold nobody else up."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(_THREADS)

    async def run[*Values, Result](
        self, work: Callable[[*Values], Result], *values: *Values, leave: bool = False
    ) -> Result:
        """`leave`: a cancelled caller does not wait until the call is over."""
        with away_if_unreachable():
            return await to_thread.run_sync(work, *values, limiter=self._limiter, abandon_on_cancel=leave)


@contextmanager
def away_if_unreachable() -> Iterator[None]:
    """Whatever of the store is not handled where it is asked: it is away, or it does not let this service in."""
    try:
        yield
    except (MinioException, HTTPError, OSError) as error:
        raise StoreAway from error


@contextmanager
def told(**errors: type[Exception]) -> Iterator[None]:
    """The S3 error codes that mean something, as errors of the port."""
    try:
        yield
    except S3Error as error:
        if str(error.code) in errors:
            raise errors[str(error.code)] from error
        raise
