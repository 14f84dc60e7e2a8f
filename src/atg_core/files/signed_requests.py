"""What may be done with a signed URL, where the store leaves that to this service."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from atg_core.clock import Clock
from atg_core.files.keys import checked_key
from atg_core.files.media import essence
from atg_core.files.model import StoredObject
from atg_core.files.ports import FileNotFound, SelfServedStore
from atg_core.files.signing import InvalidSignature, UrlSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequests:
    """Every verb raises InvalidSignature for what was not signed, and FileNotFound where a store answers by itself."""

    store: SelfServedStore | None
    signer: UrlSigner
    clock: Clock
    most_part_bytes: int

    def allowed(self, method: str, key: str, query: Mapping[str, str]) -> SelfServedStore:
        """The store on which the query allows this method for this key."""
        if self.store is None:
            raise FileNotFound
        self.signer.verify(method, checked_key(key), query, self.clock())
        return self.store

    async def find(self, key: str, query: Mapping[str, str]) -> StoredObject:
        """Raises FileNotFound."""
        found = await self.allowed("GET", key, query).find(key)
        if found is None:
            raise FileNotFound
        return found

    async def put(self, key: str, query: Mapping[str, str], media_type: str, chunks: AsyncIterator[bytes]) -> str:
        """Stores a file of the signed type and size, or a part; its ETag. Raises FileTooLarge, KeyBlocked."""
        store = self.allowed("PUT", key, query)
        if "part" in query:
            return await store.put_part(
                key, query["upload"], int(query["part"]), chunks, most_bytes=self.most_part_bytes
            )
        return await self._store(store, key, query, media_type, chunks)

    async def post(
        self, key: str, query: Mapping[str, str], fields: Mapping[str, str], chunks: AsyncIterator[bytes]
    ) -> str:
        """Stores the file of a form whose fields are those that were signed; its ETag. Raises FileTooLarge."""
        store = self.allowed("POST", key, query)
        if fields.get("key") != key:
            raise InvalidSignature
        return await self._store(store, key, query, fields.get("Content-Type", ""), chunks)

    async def _store(
        self,
        store: SelfServedStore,
        key: str,
        query: Mapping[str, str],
        media_type: str,
        chunks: AsyncIterator[bytes],
    ) -> str:
        if essence(media_type) != essence(query["type"]):
            raise InvalidSignature("The type is not the one that was signed")
        stored = await store.put(key, chunks, content_type=query["type"], most_bytes=int(query["most"]))
        return stored.etag
