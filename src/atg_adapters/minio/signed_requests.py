"""Requests to an S3 store for which the client has no public method, signed by the client's own signer.

Parts of multipart uploads and pages of a listing (https://docs.aws.amazon.com/AmazonS3/latest/API/): its public
methods upload whole files and read whole listings. All calls block and run in threads.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlunsplit
from xml.etree.ElementTree import ParseError

from minio.credentials.credentials import Credentials
from minio.error import S3Error, ServerError
from minio.helpers import BaseURL, DictType, sha256_hash
from minio.signer import sign_v4_s3
from minio.time import to_amz_date
from urllib3 import BaseHTTPResponse, PoolManager


class SignedRequests:
    """Requests about a bucket and its objects; each is signed with its headers and a hash of its body."""

    def __init__(
        self, endpoint: str, pool: PoolManager, *, access_key: str, secret_key: str, bucket: str, region: str
    ) -> None:
        self._base, self._pool, self._bucket, self._region = BaseURL(endpoint, region), pool, bucket, region
        self._credentials = Credentials(access_key, secret_key)

    def send(
        self,
        method: str,
        key: str | None = None,
        *,
        query: Mapping[str, str],
        body: bytes = b"",
        content_type: str = "",
    ) -> BaseHTTPResponse:
        """`key`: None for the bucket itself. Raises S3Error, ServerError for a reply that is not of S3, HTTPError."""
        url = self._base.build(
            method=method, region=self._region, bucket_name=self._bucket, object_name=key, query_params=dict(query)
        )
        now, content_hash = datetime.now(UTC), sha256_hash(body)
        headers: DictType = {"Host": url.netloc, "x-amz-content-sha256": content_hash, "x-amz-date": to_amz_date(now)}
        if content_type:
            headers["Content-Type"] = content_type
        sign_v4_s3(
            method=method,
            url=url,
            region=self._region,
            headers=headers,
            credentials=self._credentials,
            content_sha256=content_hash,
            date=now,
        )
        response = self._pool.request(method, urlunsplit(url), body=body, headers=cast("dict[str, str]", headers))
        if response.status not in {200, 204}:
            raise error_of(response)
        return response


def error_of(response: BaseHTTPResponse) -> S3Error | ServerError:
    """What the store says, else the status alone: a proxy before it answers with a page of its own."""
    try:
        return S3Error.fromxml(response)
    except (ParseError, UnicodeDecodeError):
        return ServerError(f"the store answered with {response.status}", response.status)
