"""An object store in MinIO, or any other S3 store."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from anyio import from_thread
from minio.datatypes import parse_list_objects
from urllib3 import HTTPResponse, PoolManager

from atg_adapters.filesystem.listing import AFTER_FOLDER
from atg_adapters.minio.client import SECONDS_TO_ASK, SECONDS_TO_WRITE, Threads, connect, connections, translated
from atg_adapters.minio.multipart import S3MultipartUploads
from atg_adapters.minio.presigned_urls import S3PresignedUrls
from atg_adapters.minio.signed_requests import SignedRequests
from atg_core.files.media import OCTET_STREAM, media_type_of
from atg_core.files.model import Listing, StoredObject, UploadPart
from atg_core.files.ports import FileNotFound, FileReplaced, FileTooLarge, StoreAway
from atg_core.files.streams import Streams

_PART_BYTES = 8 * 1024 * 1024
_MAX_PARTS = 10_000


class S3ObjectStore(S3PresignedUrls):
    """`ObjectStore`. Requests go to `endpoint`; URLs are signed for `public_endpoint`, which browsers use."""

    def __init__(
        self,
        endpoint: str,
        public_endpoint: str,
        *,
        access_key: str,
        secret_key: str,
        bucket: str,
        region: str,
        connections: Callable[[float], PoolManager] = connections,
    ) -> None:
        """`connections`: makes some that wait so many seconds for what they read."""
        super().__init__(
            public_endpoint or endpoint, access_key=access_key, secret_key=secret_key, bucket=bucket, region=region
        )
        keys, writing = {"access_key": access_key, "secret_key": secret_key}, connections(SECONDS_TO_WRITE)
        self._client = connect(endpoint, **keys, region=region, pool=connections(SECONDS_TO_ASK))
        self._writer = connect(endpoint, **keys, region=region, pool=writing)
        self._bucket = bucket
        self._requests = SignedRequests(endpoint, writing, **keys, bucket=bucket, region=region)
        self._multipart = S3MultipartUploads(self._requests)
        self._streams = Streams()
        self._threads, self._reading, self._checking = Threads(), Threads(), Threads()
        """What is read meanwhile, and what `/ready` asks, does not wait for others."""
        self._uploading = Threads(seconds_to_wait=None)
        """An upload keeps a thread for as long as its client sends: slow ones hold up nothing but uploads."""

    def require_storable(self, key: str) -> None:
        """S3 keeps every valid key."""

    async def find(self, key: str) -> StoredObject | None:
        try:
            return await self._threads.run(self._stat, key)
        except FileNotFound:
            return None

    def _stat(self, key: str) -> StoredObject:
        with translated(NoSuchKey=FileNotFound, NoSuchObject=FileNotFound):
            found = self._client.stat_object(bucket_name=self._bucket, object_name=key)
        return StoredObject(
            key=key,
            size=found.size or 0,
            etag=f'"{found.etag}"',
            last_modified=(found.last_modified or datetime.now(UTC)).astimezone(UTC),
            content_type=found.content_type or OCTET_STREAM,
        )

    @asynccontextmanager
    async def open(self, stored: StoredObject, first: int, last: int) -> AsyncIterator[AsyncIterator[bytes]]:
        response = await self._threads.run(self._get, stored, first, last)
        try:
            with self._streams:
                yield self._chunks(response, last - first + 1)
        finally:
            # Not drained: the rest is not read, and a thread that waits for it is woken.
            with suppress(RuntimeError):  # all of it was read
                response.shutdown()
            response.close()

    def _get(self, stored: StoredObject, first: int, last: int) -> HTTPResponse:
        with translated(PreconditionFailed=FileReplaced, NoSuchKey=FileReplaced, InvalidRange=FileReplaced):
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
            chunk = await self._reading.run(
                response.read, min(length - taken, self._streams.chunk_bytes(taken)), abandon=True
            )
            if not chunk:
                raise StoreAway
            taken += len(chunk)
            yield chunk

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, max_bytes: int) -> StoredObject:
        reader = _ChunkReader(chunks, max_bytes)
        putting = asyncio.create_task(self._uploading.run(self._put, key, reader, content_type, max_bytes))
        try:
            await asyncio.shield(putting)
        except asyncio.CancelledError:
            # The thread is not cancelled by that, and would take the received part for the whole file.
            reader.cancel()
            putting.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            await asyncio.wait({putting})
            raise
        except StoreAway:
            if reader.failure:
                raise reader.failure from None
            raise
        found = await self.find(key)
        if found is None:
            raise FileReplaced
        return found

    def _put(self, key: str, data: "_ChunkReader", content_type: str, max_bytes: int) -> None:
        self._writer.put_object(
            bucket_name=self._bucket,
            object_name=key,
            data=cast("BinaryIO", data),  # only its `read` is used
            length=-1,
            part_size=max(_PART_BYTES, -(-max_bytes // _MAX_PARTS)),
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
        query = {
            "list-type": "2",
            "encoding-type": "url",
            "prefix": prefix,
            "delimiter": "" if nested else "/",
            "max-keys": str(limit),
            "start-after": cursor or "",
        }
        entries, more, _, _ = parse_list_objects(self._requests.send("GET", query=query))
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

    async def begin_multipart(self, key: str, *, content_type: str) -> str:
        return await self._threads.run(self._multipart.begin, key, content_type)

    async def put_part(
        self, key: str, store_id: str, number: int, chunks: AsyncIterator[bytes], *, max_bytes: int
    ) -> str:
        content = bytearray()
        async for chunk in chunks:
            content += chunk
            if len(content) > max_bytes:
                raise FileTooLarge
        return await self._uploading.run(self._multipart.put, key, store_id, number, bytes(content))

    async def complete_multipart(
        self,
        key: str,
        store_id: str,
        parts: Sequence[UploadPart],
        *,
        content_type: str,  # noqa: ARG002 - given at the start
        max_bytes: int,
    ) -> StoredObject:
        await self._threads.run(self._multipart.complete, key, store_id, parts, max_bytes)
        return await self._threads.run(self._stat, key)

    async def abort_multipart(self, key: str, store_id: str) -> None:
        await self._threads.run(self._multipart.abort, key, store_id)

    async def abort_multiparts_before(self, moment: datetime) -> int:
        return await self._threads.run(self._multipart.abort_before, moment)

    async def check(self) -> None:
        there = await self._checking.run(lambda: self._client.bucket_exists(bucket_name=self._bucket), abandon=True)
        if not there:
            raise StoreAway("The bucket {bucket} is not there", bucket=self._bucket)


class _ChunkReader:
    """Reads chunks of the event loop from a thread, as a file."""

    def __init__(self, chunks: AsyncIterator[bytes], max_bytes: int) -> None:
        self._chunks, self._left, self._most_bytes, self._taken = chunks, b"", max_bytes, 0
        self._pulling: asyncio.Task[Any] | None = None
        self._is_over = False
        self.failure: Exception | None = None

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end. Raises FileTooLarge, CancelledError of concurrent.futures after
        `cancel`, and whatever the chunks raise."""
        if not self._left:
            self._left = from_thread.run(self._next)
            self._taken += len(self._left)
            if self._taken > self._most_bytes:
                raise FileTooLarge
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    def cancel(self) -> None:
        """Stops reading; called in the event loop."""
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
