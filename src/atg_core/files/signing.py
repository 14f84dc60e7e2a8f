"""URLs and tokens that carry a right of their own: a MAC over all that they allow (HMAC-SHA256, RFC 2104)."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from atg_core.errors import Forbidden


class InvalidSignature(Forbidden):
    """The signature is wrong or has expired"""


@dataclass(frozen=True, slots=True)
class UrlSigner:
    """Signs for one server key. What is signed is named, so that no signature serves for anything else."""

    key: bytes

    def sign(self, method: str, object_key: str, expires: datetime, **allowed: str) -> dict[str, str]:
        """The query of a URL that allows the method on the object until then, and only with these values."""
        query = {name: value for name, value in allowed.items() if value}
        query["expires"] = str(int(expires.timestamp()))
        return {**query, "signature": self._mac(method, object_key, query)}

    def verify(self, method: str, object_key: str, query: Mapping[str, str], now: datetime) -> None:
        """Raises InvalidSignature if the query does not allow this now."""
        signed = {name: value for name, value in query.items() if name != "signature"}
        expected = self._mac(method, object_key, signed)
        if not hmac.compare_digest(expected.encode(), query.get("signature", "").encode(errors="replace")):
            raise InvalidSignature
        if int(signed["expires"]) <= now.timestamp():
            raise InvalidSignature

    def token(self, object_key: str, expires: datetime) -> str:
        """Allows to stream one key until then; for places that can not send a header, such as `<video src>`."""
        seconds = str(int(expires.timestamp()))
        return f"{seconds}.{self._mac('STREAM', object_key, {'expires': seconds})}"

    def verify_token(self, token: str, object_key: str, now: datetime) -> None:
        """Raises InvalidSignature."""
        seconds, _, mac = token.partition(".")
        expected = self._mac("STREAM", object_key, {"expires": seconds})
        if not hmac.compare_digest(expected.encode(), mac.encode(errors="replace")):
            raise InvalidSignature
        if int(seconds) <= now.timestamp():
            raise InvalidSignature

    def _mac(self, method: str, object_key: str, query: Mapping[str, str]) -> str:
        parts = [method, object_key, *(part for pair in sorted(query.items()) for part in pair)]
        # Each with its length, so that no two lists of parts are written alike.
        message = b"".join(len(raw).to_bytes(4) + raw for raw in (part.encode(errors="replace") for part in parts))
        return urlsafe_b64encode(hmac.digest(self.key, message, "sha256")).decode().rstrip("=")
