"""Presigned requests to an S3 store (AWS Signature Version 4)."""

from datetime import datetime, timedelta

from minio.datatypes import PostPolicy

from atg_adapters.minio.client import connect
from atg_core.files.model import SignedRequest


class S3PresignedUrls:
    """The signing methods of `ObjectStore`; they make no request. S3 can not enforce type and size of a PUT."""

    def __init__(self, endpoint: str, *, access_key: str, secret_key: str, bucket: str, region: str) -> None:
        self._signing = connect(endpoint, access_key=access_key, secret_key=secret_key, region=region)
        self._form_url = f"{endpoint.rstrip('/')}/{bucket}"
        self._signed_bucket = bucket

    def sign_get(self, key: str, *, content_type: str, disposition: str, now: datetime, seconds: int) -> SignedRequest:
        return self._signed(
            "GET",
            key,
            now,
            seconds,
            **{
                "response-content-type": content_type,
                "response-content-disposition": disposition,
                "response-cache-control": "private",
            },
        )

    def sign_put(
        self,
        key: str,
        *,
        content_type: str,
        max_bytes: int,  # noqa: ARG002 - S3 can not enforce it for a PUT
        now: datetime,
        seconds: int,
    ) -> SignedRequest:
        signed = self._signed("PUT", key, now, seconds)
        return SignedRequest(
            url=signed.url, method="PUT", expires_at=signed.expires_at, headers={"Content-Type": content_type}
        )

    def sign_form(self, key: str, *, content_type: str, max_bytes: int, now: datetime, seconds: int) -> SignedRequest:
        expires_at = now + timedelta(seconds=seconds)
        policy = PostPolicy(self._signed_bucket, expires_at)
        policy.add_equals_condition("key", key)
        policy.add_equals_condition("Content-Type", content_type)
        policy.add_content_length_range_condition(0, max_bytes)
        fields = {"key": key, "Content-Type": content_type, **self._signing.presigned_post_policy(policy)}
        return SignedRequest(url=self._form_url, method="POST", expires_at=expires_at, fields=fields)

    def sign_part(
        self,
        key: str,
        store_id: str,
        number: int,
        *,
        max_bytes: int,  # noqa: ARG002 - the same; the sizes are checked when the parts are completed
        now: datetime,
        seconds: int,
    ) -> SignedRequest:
        return self._signed("PUT", key, now, seconds, partNumber=str(number), uploadId=store_id)

    def _signed(self, method: str, key: str, now: datetime, seconds: int, **query: str) -> SignedRequest:
        url = self._signing.get_presigned_url(
            method,
            self._signed_bucket,
            key,
            expires=timedelta(seconds=seconds),
            request_date=now,
            extra_query_params=dict(query),
        )
        return SignedRequest(url=url, method=method, expires_at=now + timedelta(seconds=seconds))
