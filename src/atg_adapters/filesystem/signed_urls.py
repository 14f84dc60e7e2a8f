"""Signed URLs for stores without a server of their own: this service serves them at `/files/signed/`."""

from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

from atg_core.files.model import SignedRequest
from atg_core.files.signed_urls import UrlSigner


class SignedUrls:
    """The signing methods of `ObjectStore`; `base_url`: the public URL of this service."""

    def __init__(self, signer: UrlSigner, base_url: str) -> None:
        self._signer, self._base_url = signer, base_url.rstrip("/")

    def sign_get(self, key: str, *, content_type: str, disposition: str, now: datetime, seconds: int) -> SignedRequest:
        return self._signed("GET", key, now, seconds, type=content_type, disposition=disposition)

    def sign_put(
        self,
        key: str,
        *,
        content_type: str,
        max_bytes: int,
        now: datetime,
        seconds: int,
        uploader: UUID | None = None,
    ) -> SignedRequest:
        headers, user = {"Content-Type": content_type}, str(uploader or "")
        return self._signed(
            "PUT", key, now, seconds, headers=headers, type=content_type, most=str(max_bytes), user=user
        )

    def sign_form(
        self,
        key: str,
        *,
        content_type: str,
        max_bytes: int,
        now: datetime,
        seconds: int,
        uploader: UUID | None = None,
    ) -> SignedRequest:
        fields, user = {"key": key, "Content-Type": content_type}, str(uploader or "")
        return self._signed("POST", key, now, seconds, fields=fields, type=content_type, most=str(max_bytes), user=user)

    def sign_part(
        self, key: str, store_id: str, number: int, *, max_bytes: int, now: datetime, seconds: int
    ) -> SignedRequest:
        return self._signed("PUT", key, now, seconds, upload=store_id, part=str(number), most=str(max_bytes))

    def _signed(
        self,
        method: str,
        key: str,
        now: datetime,
        seconds: int,
        *,
        headers: dict[str, str] | None = None,
        fields: dict[str, str] | None = None,
        **allowed: str,
    ) -> SignedRequest:
        expires = now + timedelta(seconds=seconds)
        query = self._signer.sign(method, key, expires, **allowed)
        return SignedRequest(
            url=f"{self._base_url}/files/signed/{quote(key)}?{urlencode(query, quote_via=quote)}",
            method=method,
            expires_at=expires,
            headers=headers or {},
            fields=fields,
        )
