"""Whether the object store answers."""

from anyio import to_thread
from minio import Minio
from minio.error import MinioException
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from atg_core.errors import Unavailable


class StoreAway(Unavailable):
    """The object store is away, try again soon"""


class S3Health:
    """Asks an S3 store for its bucket. Raises StoreAway if the store, or the bucket, is not there."""

    def __init__(self, endpoint: str, access_key: str, secret_key: str, bucket: str, region: str) -> None:
        host = endpoint.split("://", 1)[-1].rstrip("/")
        self._bucket = bucket
        self._client = Minio(
            host,
            access_key=access_key,
            secret_key=secret_key,
            secure=endpoint.startswith("https://"),
            region=region,
            http_client=PoolManager(timeout=Timeout(connect=1, read=1), retries=Retry(0)),
        )

    async def check(self) -> None:
        try:
            there = await to_thread.run_sync(lambda: self._client.bucket_exists(bucket_name=self._bucket))
        except (MinioException, HTTPError, OSError) as error:
            raise StoreAway from error
        if not there:
            raise StoreAway(f"The bucket {self._bucket} is not there")
