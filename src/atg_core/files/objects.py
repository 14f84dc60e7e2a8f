"""Finding, listing and deleting objects, and signed downloads."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote, urlencode

from atg_core.clock import Clock
from atg_core.files.keys import checked_key, checked_prefix
from atg_core.files.media import checked_media_type, content_disposition, media_type_of
from atg_core.files.model import Listing, Reader, ShopCustomer, SignedRequest, StoredObject
from atg_core.files.permissions import ReadPermissions
from atg_core.files.ports import FileInUse, FileNotFound, FileRecords, ObjectStore
from atg_core.files.signed_urls import UrlSigner, customer_query

MAX_URL_LIFETIME = timedelta(days=7)
TOKEN_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindFile:
    """An object that one may read. Raises InvalidKey, NotSignedIn, FileNotFound."""

    object_store: ObjectStore
    read_permissions: ReadPermissions

    async def __call__(self, reader: Reader, key: str) -> StoredObject:
        await self.read_permissions.require(reader, checked_key(key))
        return await self.with_token(key)

    async def with_token(self, key: str) -> StoredObject:
        """The object for the holder of a token, whose permission is not checked. Raises InvalidKey, FileNotFound."""
        found = await self.object_store.find(checked_key(key))
        if found is None:
            raise FileNotFound
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFolder:
    """A page of a folder, without what one may not read. Raises InvalidKey."""

    object_store: ObjectStore
    read_permissions: ReadPermissions

    async def __call__(self, reader: Reader, prefix: str, *, nested: bool, limit: int, cursor: str | None) -> Listing:
        found = await self.object_store.listing(checked_prefix(prefix), nested=nested, limit=limit, cursor=cursor)
        keys = [*(f"{folder}/" for folder in found.folders), *(each.key for each in found.objects)]
        readable = await self.read_permissions.readable(reader, keys)
        return replace(
            found,
            folders=[folder for folder in found.folders if f"{folder}/" in readable],
            objects=[each for each in found.objects if each.key in readable],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignDownload:
    """Signed URLs and stream tokens, which read one key for a limited time without signing in.

    Those of customers are of this service, which checks their access again: what they bought may be refunded.
    """

    find_file: FindFile
    object_store: ObjectStore
    url_signer: UrlSigner
    base_url: str
    clock: Clock

    async def url(
        self, reader: Reader, key: str, *, content_type: str | None, seconds: int
    ) -> tuple[StoredObject, SignedRequest]:
        """Raises what FindFile raises, and Invalid for a malformed media type."""
        found = await self.find_file(reader, key)
        media_type = checked_media_type(content_type, field="contentType") if content_type else found.content_type
        disposition, now = content_disposition(key, media_type), self.clock()
        seconds = min(seconds, int(MAX_URL_LIFETIME.total_seconds()))
        if isinstance(reader, ShopCustomer):
            expires = now + timedelta(seconds=seconds)
            allowed = {"type": media_type, "disposition": disposition, **customer_query(reader)}
            query = urlencode(self.url_signer.sign("GET", key, expires, **allowed), quote_via=quote)
            url = f"{self.base_url}/files/signed/{quote(key)}?{query}"
            signed = SignedRequest(url=url, method="GET", expires_at=expires)
        else:
            signed = self.object_store.sign_get(
                key, content_type=media_type, disposition=disposition, now=now, seconds=seconds
            )
        return replace(found, content_type=media_type), signed

    async def urls(self, reader: Reader, keys: Collection[str], *, seconds: int) -> dict[str, str]:
        """URLs by key, for the keys that one may read; objects are not looked up."""
        now = self.clock()
        return {
            key: self.object_store.sign_get(
                key,
                content_type=media_type_of(key),
                disposition=content_disposition(key, media_type_of(key)),
                now=now,
                seconds=seconds,
            ).url
            for key in await self.find_file.read_permissions.readable(reader, keys)
        }

    async def token(self, reader: Reader, key: str) -> str:
        await self.find_file(reader, key)
        customer = reader if isinstance(reader, ShopCustomer) else None
        return self.url_signer.token(key, self.clock() + TOKEN_LIFETIME, customer)

    async def readable(self, reader: Reader, key: str, token: str | None) -> StoredObject:
        """An object for whoever may read it, or with a token. Raises what FindFile raises, InvalidSignature."""
        if token is None:
            return await self.find_file(reader, key)
        customer = self.url_signer.verify_token(token, checked_key(key), self.clock())
        return await (self.find_file(customer, key) if customer else self.find_file.with_token(key))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteFile:
    """Deletes an object; returns whether it existed. Raises InvalidKey, and FileInUse unless `force`."""

    object_store: ObjectStore
    file_records: FileRecords

    async def __call__(self, key: str, *, force: bool) -> bool:
        if not force and await self.file_records.is_referenced(checked_key(key)):
            raise FileInUse
        return await self.object_store.delete(checked_key(key))
