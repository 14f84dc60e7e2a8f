"""Objects in MinIO, or any other S3 store."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from anyio import from_thread
from minio.datatypes import parse_list_objects
from urllib3 import HTTPResponse

from atg_adapters.filesystem.walking import AFTER_FOLDER
from atg_adapters.minio.client import Threads, connect, told
from atg_adapters.minio.parts import S3Parts
from atg_adapters.minio.signing import S3Signing
from atg_core.files.media import BYTES, media_type_of
from atg_core.files.model import Listing, Part, StoredObject
from atg_core.files.ports import FileNotFound, FileReplaced, FileTooLarge, StoreAway, chunk_bytes

_PART_BYTES = 8 * 1024 * 1024
_MOST_PARTS = 10_000


class S3Store(S3Signing):
    """`ObjectStore`. Reading goes to `endpoint`, what is signed to `public_endpoint`, as browsers see it."""

    def __init__(
        self, endpoint: str, public_endpoint: str, *, access_key: str, secret_key: str, bucket: str, region: str
    ) -> None:
        super().__init__(
            public_endpoint or endpoint, access_key=access_key, secret_key=secret_key, bucket=bucket, region=region
        )
        self._client = connect(endpoint, access_key=access_key, secret_key=secret_key, region=region)
        self._bucket = bucket
        self._parts = S3Parts(self._client, bucket)
        self._threads = Threads()

    async def find(self, key: str) -> StoredObject | None:
        try:
            return await self._threads.run(self._stat, key)
        except FileNotFound:
            return None

    def _stat(self, key: str) -> StoredObject:
        with told(NoSuchKey=FileNotFound, NoSuchObject=FileNotFound):
            found = self._client.stat_object(bucket_name=self._bucket, object_name=key)
        return StoredObject(
            key=key,
            size=found.size or 0,
            etag=f'"{found.etag}"',
            last_modified=(found.last_modified or datetime.now(UTC)).astimezone(UTC),
            content_type=found.content_type or BYTES,
        )

    @asynccontextmanager
    async def open(self, stored: StoredObject, first: int, last: int) -> AsyncIterator[AsyncIterator[bytes]]:
        response = await self._threads.run(self._get, stored, first, last)
        try:
            yield self._chunks(response, last - first + 1)
        finally:
            # Not drained: what the client no longer wants is not read, and a thread that waits for it is woken.
            with suppress(RuntimeError):  # all of it was read
                response.shutdown()
            response.close()

    def _get(self, stored: StoredObject, first: int, last: int) -> HTTPResponse:
        with told(PreconditionFailed=FileReplaced, NoSuchKey=FileReplaced, InvalidRange=FileReplaced):
            response = self._client.get_object(
                bucket_name=self._bucket,
                object_name=stored.key,
                offset=first,
                length=last - first + 1,
                request_headers={"If-Match": stored.etag},
            )
        return cast("HTTPResponse", response)

    async def _chunks(self, response: HTTPResponse, length: int) -> AsyncIterator[bytes]:
        taken = 0
        while taken < length:
            chunk = await self._threads.run(response.read, min(length - taken, chunk_bytes(taken)), leave=True)
            if not chunk:
                raise StoreAway
            taken += len(chunk)
            yield chunk

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, most_bytes: int) -> StoredObject:
        pulled = _Pulled(chunks, most_bytes)
        putting = asyncio.create_task(self._threads.run(self._put, key, pulled, content_type, most_bytes))
        try:
            await asyncio.shield(putting)
        except asyncio.CancelledError:
            # The thread knows nothing of that, and would take what has come for the whole.
            pulled.leave()
            putting.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            await asyncio.wait({putting})
            raise
        except StoreAway:
            if pulled.failure:
                raise pulled.failure from None
            raise
        found = await self.find(key)
        if found is None:
            raise FileReplaced
        return found

    def _put(self, key: str, data: "_Pulled", content_type: str, most_bytes: int) -> None:
        self._client.put_object(
            bucket_name=self._bucket,
            object_name=key,
            data=cast("BinaryIO", data),  # it reads, and nothing else is asked of it
            length=-1,
            part_size=max(_PART_BYTES, -(-most_bytes // _MOST_PARTS)),
            num_parallel_uploads=1,
            content_type=content_type,
        )

    async def delete(self, key: str) -> bool:
        there = await self.find(key) is not None
        if there:
            await self._threads.run(lambda: self._client.remove_object(bucket_name=self._bucket, object_name=key))
        return there

    async def listing(self, prefix: str, *, nested: bool, limit: int, cursor: str | None) -> Listing:
        return await self._threads.run(self._list, prefix, nested, limit, cursor)

    def _list(self, prefix: str, nested: bool, limit: int, cursor: str | None) -> Listing:
        query: dict[str, Any] = {
            "list-type": "2",
            "encoding-type": "url",
            "prefix": prefix,
            "delimiter": "" if nested else "/",
            "max-keys": str(limit),
            "start-after": cursor or "",
        }
        # The public verb reads page after page, and does not tell where one ends.
        response = self._client._execute("GET", self._bucket, query_params=query)  # noqa: SLF001
        entries, more, _, _ = parse_list_objects(response)
        names = [entry.object_name or "" for entry in entries]
        last = max(names, key=str.encode) if more and names else None
        return Listing(
            folders=sorted(name.removesuffix("/") for name in names if name.endswith("/") and name != prefix)
            if not nested
            else [],
            objects=[
                StoredObject(
                    key=entry.object_name or "",
                    size=entry.size or 0,
                    etag=f'"{entry.etag}"',
                    last_modified=(entry.last_modified or datetime.now(UTC)).astimezone(UTC),
                    content_type=media_type_of(entry.object_name or ""),
                )
                for entry in entries
                if not (entry.object_name or "").endswith("/")
            ],
            next_cursor=last + AFTER_FOLDER if last and last.endswith("/") and not nested else last,
        )

    async def begin_parts(self, key: str, *, content_type: str) -> str:
        return await self._threads.run(self._parts.begin, key, content_type)

    async def complete_parts(
        self,
        key: str,
        store_id: str,
        parts: Sequence[Part],
        *,
        content_type: str,  # noqa: ARG002 - told at the beginning
        most_bytes: int,
    ) -> StoredObject:
        await self._threads.run(self._parts.complete, key, store_id, parts, most_bytes)
        return await self._threads.run(self._stat, key)

    async def abort_parts(self, key: str, store_id: str) -> None:
        await self._threads.run(self._parts.abort, key, store_id)

    async def abort_parts_before(self, moment: datetime) -> int:
        return await self._threads.run(self._parts.abort_before, moment)

    async def check(self) -> None:
        there = await self._threads.run(lambda: self._client.bucket_exists(bucket_name=self._bucket), leave=True)
        if not there:
            raise StoreAway(f"The bucket {self._bucket} is not there")


class _Pulled:
    """Chunks that arrive in the event loop, read by a thread."""

    def __init__(self, chunks: AsyncIterator[bytes], most_bytes: int) -> None:
        self._chunks, self._left, self._most_bytes, self._taken = chunks, b"", most_bytes, 0
        self._pulling: asyncio.Task[Any] | None = None
        self._is_over = False
        self.failure: Exception | None = None

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end. Raises FileTooLarge, CancelledError of concurrent.futures after
        `leave`, and whatever the chunks raise."""
        if not self._left:
            self._left = from_thread.run(self._next)
            self._taken += len(self._left)
            if self._taken > self._most_bytes:
                raise FileTooLarge
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    def leave(self) -> None:
        """Nobody wants it any more; from the event loop."""
        self._is_over = True
        if self._pulling is not None:
            self._pulling.cancel()

    async def _next(self) -> bytes:
        if self._is_over:
            raise asyncio.CancelledError
        self._pulling = asyncio.current_task()
        try:
            async for chunk in self._chunks:
                if chunk:
                    return chunk
        except Exception as error:
            self.failure = error
            raise
        return b""
