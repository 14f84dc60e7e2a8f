"""Looking at files: one, or a folder of them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from atg_core.clock import Clock
from atg_core.files.keys import checked_key, checked_prefix
from atg_core.files.media import checked_media_type, disposition, media_type_of
from atg_core.files.model import Listing, SignedRequest, StoredObject, Visitor
from atg_core.files.ports import FileInUse, FileNotFound, FileRecords, ObjectStore
from atg_core.files.rights import ReadRights
from atg_core.files.signing import UrlSigner

LONGEST_SIGNED = timedelta(days=7)
TOKEN_LIVES = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindFile:
    """A file that the visitor may read. Raises InvalidKey, NotSignedIn, FileNotFound."""

    store: ObjectStore
    rights: ReadRights

    async def __call__(self, visitor: Visitor | None, key: str) -> StoredObject:
        await self.rights.require(visitor, checked_key(key))
        return await self.with_token(key)

    async def with_token(self, key: str) -> StoredObject:
        """The file for whoever has a token for its key."""
        found = await self.store.find(checked_key(key))
        if found is None:
            raise FileNotFound
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFolder:
    """The readable part of a folder. Raises InvalidKey."""

    store: ObjectStore
    rights: ReadRights

    async def __call__(self, visitor: Visitor, prefix: str, *, nested: bool, limit: int, cursor: str | None) -> Listing:
        found = await self.store.listing(checked_prefix(prefix), nested=nested, limit=limit, cursor=cursor)
        keys = [*(f"{folder}/" for folder in found.folders), *(each.key for each in found.objects)]
        readable = await self.rights.readable(visitor, keys)
        return replace(
            found,
            folders=[folder for folder in found.folders if f"{folder}/" in readable],
            objects=[each for each in found.objects if each.key in readable],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignReading:
    """A URL, or a token, with which one key may be read for a while without signing in."""

    find: FindFile
    store: ObjectStore
    signer: UrlSigner
    clock: Clock

    async def url(
        self, visitor: Visitor | None, key: str, *, content_type: str | None, seconds: int
    ) -> tuple[StoredObject, SignedRequest]:
        """Raises what FindFile raises, and Invalid for what is no media type."""
        found = await self.find(visitor, key)
        media_type = checked_media_type(content_type, field="contentType") if content_type else found.content_type
        signed = self.store.sign_get(
            key,
            content_type=media_type,
            disposition=disposition(key, media_type),
            now=self.clock(),
            seconds=min(seconds, int(LONGEST_SIGNED.total_seconds())),
        )
        return replace(found, content_type=media_type), signed

    async def urls(self, visitor: Visitor | None, keys: Collection[str], *, seconds: int) -> dict[str, str]:
        """URLs of the keys that the visitor may read, whether there is such an object or not."""
        now = self.clock()
        return {
            key: self.store.sign_get(
                key,
                content_type=media_type_of(key),
                disposition=disposition(key, media_type_of(key)),
                now=now,
                seconds=seconds,
            ).url
            for key in await self.find.rights.readable(visitor, keys)
        }

    async def token(self, visitor: Visitor | None, key: str) -> str:
        await self.find(visitor, key)
        return self.signer.token(key, self.clock() + TOKEN_LIVES)

    async def readable(self, visitor: Visitor | None, key: str, token: str | None) -> StoredObject:
        """A file for a visitor who may read it, or for whoever has a token for it. Raises InvalidSignature, too."""
        if token is None:
            return await self.find(visitor, key)
        self.signer.verify_token(token, checked_key(key), self.clock())
        return await self.find.with_token(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteFile:
    """Deletes an object and says whether there was one. Raises InvalidKey, FileInUse unless `force` is set."""

    store: ObjectStore
    records: FileRecords

    async def __call__(self, key: str, *, force: bool) -> bool:
        if not force and await self.records.is_named(checked_key(key)):
            raise FileInUse
        return await self.store.delete(checked_key(key))
