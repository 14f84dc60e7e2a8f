"""Signed URLs and stream tokens of this service: a MAC over all that they allow (HMAC-SHA256, RFC 2104)."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Forbidden
from atg_core.files.keys import checked_key
from atg_core.files.media import essence
from atg_core.files.model import ShopCustomer, StoredObject
from atg_core.files.permissions import ReadPermissions
from atg_core.files.ports import FileNotFound, FileTooLarge, ObjectStore, SelfServedStore
from atg_core.files.upload_quota import ReserveUpload


class InvalidSignature(Forbidden):
    """The signature is wrong or has expired"""


@dataclass(frozen=True, slots=True)
class UrlSigner:
    """Signs with one server key. The MAC covers names and values, so that a signature serves for nothing else."""

    key: bytes

    def sign(self, method: str, object_key: str, expires: datetime, **allowed: str) -> dict[str, str]:
        """The query of a URL that allows the method on the object until `expires`, with these values only."""
        query = {name: value for name, value in allowed.items() if value}
        query["expires"] = str(int(expires.timestamp()))
        return {**query, "signature": self._mac(method, object_key, query)}

    def verify(self, method: str, object_key: str, query: Mapping[str, str], now: datetime) -> None:
        """Raises InvalidSignature if the signature is wrong or expired."""
        signed = {name: value for name, value in query.items() if name != "signature"}
        expected = self._mac(method, object_key, signed)
        if not hmac.compare_digest(expected.encode(), query.get("signature", "").encode(errors="replace")):
            raise InvalidSignature
        if int(signed["expires"]) <= now.timestamp():
            raise InvalidSignature

    def token(self, object_key: str, expires: datetime, customer: ShopCustomer | None = None) -> str:
        """A token to stream one key until `expires`, where no header can be sent, as for `<video src>`.

        `customer`: whose access is checked again whenever it is used.
        """
        seconds = str(int(expires.timestamp()))
        allowed = {"expires": seconds, **customer_query(customer)}
        return ".".join((*allowed.values(), self._mac("STREAM", object_key, allowed)))

    def verify_token(self, token: str, object_key: str, now: datetime) -> ShopCustomer | None:
        """The customer whose access has to be checked, if any. Raises InvalidSignature."""
        *named, mac = token.split(".")
        allowed = dict(zip(("expires", "customer"), named, strict=False))
        if len(allowed) < len(named):
            raise InvalidSignature
        expected = self._mac("STREAM", object_key, allowed)
        if not hmac.compare_digest(expected.encode(), mac.encode(errors="replace")):
            raise InvalidSignature
        if int(allowed["expires"]) <= now.timestamp():
            raise InvalidSignature
        return ShopCustomer(id=int(allowed["customer"])) if "customer" in allowed else None

    def _mac(self, method: str, object_key: str, query: Mapping[str, str]) -> str:
        parts = [method, object_key, *(part for pair in sorted(query.items()) for part in pair)]
        # Length-prefixed, so that different lists of parts never give the same message.
        message = b"".join(len(raw).to_bytes(4) + raw for raw in (part.encode(errors="replace") for part in parts))
        return urlsafe_b64encode(hmac.digest(self.key, message, "sha256")).decode().rstrip("=")


def customer_query(customer: ShopCustomer | None) -> dict[str, str]:
    """What a signature holds of the customer for whom it was made."""
    return {"customer": str(customer.id)} if customer else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSignedUrls:
    """Serves signed URLs. Raises InvalidSignature, and FileNotFound if the store serves its own.

    URLs of customers are served whatever the store, since access to what was sold may end before them.
    """

    self_served_store: SelfServedStore | None
    object_store: ObjectStore
    read_permissions: ReadPermissions
    reserve_upload: ReserveUpload
    url_signer: UrlSigner
    clock: Clock
    max_part_bytes: int

    def allowed(self, method: str, key: str, query: Mapping[str, str]) -> SelfServedStore:
        """The store, if the query allows this method for this key."""
        if self.self_served_store is None:
            raise FileNotFound
        self.url_signer.verify(method, checked_key(key), query, self.clock())
        return self.self_served_store

    def require_size(self, method: str, key: str, query: Mapping[str, str], size: int) -> None:
        """Before anything of the body is read. Raises FileTooLarge if more is announced than was signed."""
        self.allowed(method, key, query)
        if size > self._most(query):
            raise FileTooLarge

    def readable(self, key: str, query: Mapping[str, str]) -> ObjectStore:
        """The store to read the key from, if the query allows it."""
        if "customer" not in query:
            return self.allowed("GET", key, query)
        self.url_signer.verify("GET", checked_key(key), query, self.clock())
        return self.object_store

    async def find(self, key: str, query: Mapping[str, str]) -> StoredObject:
        """Raises FileNotFound, also if a customer has no longer access."""
        store = self.readable(key, query)
        if "customer" in query:
            await self.read_permissions.require(ShopCustomer(id=int(query["customer"])), key)
        found = await store.find(key)
        if found is None:
            raise FileNotFound
        return found

    async def put(
        self,
        key: str,
        query: Mapping[str, str],
        media_type: str,
        chunks: AsyncIterator[bytes],
        *,
        length: int | None = None,
    ) -> str:
        """Stores a file of the signed type and size, or a part; returns its ETag. `length`: of the request, if known.

        Raises FileTooLarge, KeyBlocked, and QuotaExceeded if no size was signed.
        """
        store = self.allowed("PUT", key, query)
        if "part" in query:
            most = self._most(query)
            return await store.put_part(key, query["upload"], int(query["part"]), chunks, max_bytes=most)
        return await self._store(store, key, query, media_type, chunks, length=length)

    async def post(
        self,
        key: str,
        query: Mapping[str, str],
        fields: Mapping[str, str],
        chunks: AsyncIterator[bytes],
        *,
        length: int | None = None,
    ) -> str:
        """Stores the file of a form with the signed fields; returns its ETag. Raises FileTooLarge, QuotaExceeded."""
        store = self.allowed("POST", key, query)
        if fields.get("key") != key:
            raise InvalidSignature
        return await self._store(store, key, query, fields.get("Content-Type", ""), chunks, length=length)

    def _most(self, query: Mapping[str, str]) -> int:
        """The signed size; parts that were signed by former versions have none."""
        return int(query.get("most", self.max_part_bytes))

    async def _store(
        self,
        store: SelfServedStore,
        key: str,
        query: Mapping[str, str],
        media_type: str,
        chunks: AsyncIterator[bytes],
        *,
        length: int | None,
    ) -> str:
        if essence(media_type) != essence(query["type"]):
            raise InvalidSignature("The type is not the one that was signed")
        if "user" in query:  # nothing was reserved when it was signed
            user_id = UUID(query["user"])
            upload = await self.reserve_upload.arriving(user_id, key, query["type"], length=length)
            return (await self.reserve_upload.store(upload, chunks)).etag
        stored = await store.put(key, chunks, content_type=query["type"], max_bytes=self._most(query))
        return stored.etag
