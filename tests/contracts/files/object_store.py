"""What every `ObjectStore` promises."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from atg_core.files.model import StoredObject, UploadPart
from atg_core.files.ports import CHUNK_BYTES, FileReplaced, FileTooLarge, ObjectStore, UploadNotFound, WrongParts

MANY = 10**9
KEYS = ["a.txt", "Схема №1 (копия).pdf", "lessons/1/тема & ответ+100%.pdf", "deep/" * 20 + "x", "q?a=b#c/d;e,f'g"]


async def chunked(content: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def put(store: ObjectStore, key: str, content: bytes = b"content", content_type: str = "") -> StoredObject:
    return await store.put(
        key, chunked(content), content_type=content_type or "application/octet-stream", max_bytes=MANY
    )


async def read(store: ObjectStore, stored: StoredObject, first: int, last: int) -> bytes:
    async with store.open(stored, first, last) as chunks:
        return b"".join([chunk async for chunk in chunks])


class ObjectStoreContract:
    """Run by every adapter: the fixture `store` says which; it is empty at first."""

    @pytest.mark.parametrize("key", KEYS)
    async def test_what_is_put_is_found_and_read_whatever_the_key(self, store: ObjectStore, key: str) -> None:
        before = datetime.now(UTC) - timedelta(seconds=2)
        stored = await put(store, key, b"0123456789", "text/plain")
        assert (stored.key, stored.size, stored.content_type) == (key, 10, "text/plain")
        assert stored.etag.startswith('"')
        assert before <= stored.last_modified <= datetime.now(UTC) + timedelta(seconds=2)
        found = await store.find(key)
        assert found is not None
        assert (found.size, found.etag, found.content_type) == (10, stored.etag, "text/plain")
        assert await read(store, found, 0, 9) == b"0123456789"

    async def test_absent_keys_and_folders_are_not_found(self, store: ObjectStore) -> None:
        await put(store, "folder/a")
        for key in ("folder", "folder/b", "folder/a/b", "other"):
            assert await store.find(key) is None
            assert await store.delete(key) is False

    async def test_any_part_is_read_in_small_chunks(self, store: ObjectStore) -> None:
        content = bytes(range(256)) * 4_000
        stored = await put(store, "large", content)
        for first, last in ((0, 0), (1, 2), (255_999, 600_001), (1_023_999, 1_023_999), (0, 1_023_999)):
            assert await read(store, stored, first, last) == content[first : last + 1]
        async with store.open(stored, 0, stored.size - 1) as chunks:
            assert max([len(chunk) async for chunk in chunks]) <= CHUNK_BYTES

    async def test_an_empty_object_is_one(self, store: ObjectStore) -> None:
        assert (await put(store, "empty", b"")).size == 0
        found = await store.find("empty")
        assert found is not None
        assert found.size == 0

    async def test_an_object_that_was_replaced_is_not_read_as_the_old_one(self, store: ObjectStore) -> None:
        """F7."""
        old = await put(store, "key", b"old content")
        new = await put(store, "key", b"new content")
        assert old.etag != new.etag
        with pytest.raises(FileReplaced):
            await read(store, old, 0, 3)
        assert await read(store, new, 0, 2) == b"new"

    async def test_an_object_that_was_deleted_is_not_read(self, store: ObjectStore) -> None:
        stored = await put(store, "key")
        assert await store.delete("key") is True
        assert await store.find("key") is None
        with pytest.raises(FileReplaced):
            await read(store, stored, 0, 3)

    async def test_what_is_too_large_is_not_kept_and_the_old_one_stays(self, store: ObjectStore) -> None:
        await put(store, "key", b"old")
        with pytest.raises(FileTooLarge):
            await store.put("key", chunked(b"x" * 11, 5), content_type="text/plain", max_bytes=10)
        assert (await store.find("key")).size == 3
        assert (await store.put("key", chunked(b"x" * 10, 5), content_type="text/plain", max_bytes=10)).size == 10

    async def test_an_upload_that_breaks_off_leaves_nothing(self, store: ObjectStore) -> None:
        async def breaking() -> AsyncIterator[bytes]:
            yield b"x" * 100
            raise ConnectionError

        with pytest.raises(ConnectionError):
            await store.put("key", breaking(), content_type="text/plain", max_bytes=MANY)
        assert await store.find("key") is None
        assert (await store.listing("", nested=True, limit=10, cursor=None)).objects == []

    async def test_an_upload_that_is_cancelled_leaves_nothing_and_reads_no_more(self, store: ObjectStore) -> None:
        begun, ended = asyncio.Event(), asyncio.Event()

        async def hanging() -> AsyncIterator[bytes]:
            try:
                yield b"x" * 100
                begun.set()
                await asyncio.sleep(60)
            finally:
                ended.set()

        async def upload() -> None:
            async with aclosing(hanging()) as chunks:
                await store.put("key", chunks, content_type="text/plain", max_bytes=MANY)

        task = asyncio.create_task(upload())
        await asyncio.wait_for(begun.wait(), 8)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 8)
        assert ended.is_set()
        await asyncio.sleep(0.05)
        assert await store.find("key") is None

    async def test_of_two_uploads_at_once_one_is_there_whole(self, store: ObjectStore) -> None:
        contents = [bytes([number]) * 300_000 for number in range(6)]
        await asyncio.gather(*(put(store, "same/key", content) for content in contents))
        stored = await store.find("same/key")
        assert stored is not None
        assert await read(store, stored, 0, stored.size - 1) in contents

    async def test_a_folder_is_listed_as_files_and_folders_by_key(self, store: ObjectStore) -> None:
        for key in ("a/2", "a/1", "a/b/3", "a/b/4", "a/c.d/5", "a.b", "b"):
            await put(store, key)
        top = await store.listing("", nested=False, limit=10, cursor=None)
        assert (top.folders, [each.key for each in top.objects]) == (["a"], ["a.b", "b"])
        inner = await store.listing("a/", nested=False, limit=10, cursor=None)
        assert (inner.folders, [each.key for each in inner.objects]) == (["a/b", "a/c.d"], ["a/1", "a/2"])
        below = await store.listing("a/", nested=True, limit=10, cursor=None)
        assert below.folders == []
        assert [each.key for each in below.objects] == ["a/1", "a/2", "a/b/3", "a/b/4", "a/c.d/5"]
        assert all(each.size == 7 and each.etag for each in below.objects)
        nothing = await store.listing("absent/", nested=False, limit=10, cursor=None)
        assert (nothing.folders, nothing.objects, nothing.next_cursor) == ([], [], None)

    @pytest.mark.parametrize("nested", [False, True])
    @pytest.mark.parametrize("limit", [1, 2, 3])
    async def test_pages_of_a_listing_leave_nothing_out_and_repeat_nothing(
        self, store: ObjectStore, nested: bool, limit: int
    ) -> None:
        keys = ["a/x", "a/y", "a.b", "a0", "b/c/d", "b/c/e", "b-c", "ё", "ж/№"]
        for key in keys:
            await put(store, key)
        seen: list[str] = []
        cursor, pages = None, 0
        while pages == 0 or cursor:
            page = await store.listing("", nested=nested, limit=limit, cursor=cursor)
            assert len(page.folders) + len(page.objects) <= limit
            seen += [*(f"{folder}/" for folder in page.folders), *(each.key for each in page.objects)]
            cursor, pages = page.next_cursor, pages + 1
        expected = keys if nested else ["a.b", "a/", "a0", "b-c", "b/", "ё", "ж/"]
        assert sorted(seen) == sorted(expected)

    async def test_a_folder_is_gone_with_its_last_file(self, store: ObjectStore) -> None:
        await put(store, "a/b/c")
        await store.delete("a/b/c")
        assert (await store.listing("", nested=False, limit=10, cursor=None)).folders == []
        await put(store, "a")

    async def test_parts_can_not_be_completed_of_what_was_not_uploaded(self, store: ObjectStore) -> None:
        store_id = await store.begin_multipart("key", content_type="text/plain")
        for parts in ([], [UploadPart(number=1, etag='"00000000000000000000000000000000"')]):
            with pytest.raises(WrongParts):
                await self.complete(store, store_id, parts)
        await store.abort_multipart("key", store_id)
        with pytest.raises((UploadNotFound, WrongParts)):
            await self.complete(store, store_id, [])
        await store.abort_multipart("key", store_id)
        assert await store.find("key") is None

    async def complete(self, store: ObjectStore, store_id: str, parts: list[UploadPart]) -> StoredObject:
        return await store.complete_multipart("key", store_id, parts, content_type="text/plain", max_bytes=MANY)

    async def test_old_uploads_in_parts_are_forgotten(self, store: ObjectStore) -> None:
        await store.begin_multipart("one", content_type="text/plain")
        await store.begin_multipart("two", content_type="text/plain")
        assert await store.abort_multiparts_before(datetime.now(UTC) - timedelta(hours=1)) == 0
        assert await store.abort_multiparts_before(datetime.now(UTC) + timedelta(hours=1)) == 2
        assert await store.abort_multiparts_before(datetime.now(UTC) + timedelta(hours=1)) == 0

    async def test_a_store_that_is_there_says_so(self, store: ObjectStore) -> None:
        await store.check()

    async def begin(self, store: ObjectStore, *contents: bytes) -> tuple[str, list[UploadPart]]:
        store_id = await store.begin_multipart("key", content_type="text/plain")
        etags = [
            await store.put_part("key", store_id, number, chunked(content), max_bytes=MANY)
            for number, content in enumerate(contents, 1)
        ]
        return store_id, [UploadPart(number=number, etag=etag) for number, etag in enumerate(etags, 1)]

    async def test_more_than_was_announced_is_not_kept(self, store: ObjectStore) -> None:
        store_id, parts = await self.begin(store, b"a" * 10, b"b")
        with pytest.raises(FileTooLarge):
            await store.complete_multipart("key", store_id, parts, content_type="text/plain", max_bytes=10)
        assert await store.find("key") is None

    async def test_a_part_needs_its_upload(self, store: ObjectStore) -> None:
        store_id, _ = await self.begin(store, b"a")
        for key, upload in (("other", store_id), ("key", "0" * 32), ("key", "../objects")):
            with pytest.raises(UploadNotFound):
                await store.put_part(key, upload, 1, chunked(b"x"), max_bytes=MANY)
        with pytest.raises(FileTooLarge):
            await store.put_part("key", store_id, 1, chunked(b"xx"), max_bytes=1)


class SelfServedStoreContract(ObjectStoreContract):
    """Parts of any size; of S3 each but the last has 5 MiB or more."""

    async def test_parts_make_one_object_in_their_order(self, store: ObjectStore) -> None:
        store_id, parts = await self.begin(store, b"a" * 10, b"b" * 10, b"c")
        again = await store.put_part("key", store_id, 2, chunked(b"B" * 10), max_bytes=MANY)
        with pytest.raises(WrongParts):
            await self.complete(store, store_id, parts)
        parts[1] = UploadPart(number=2, etag=again)
        stored = await self.complete(store, store_id, parts)
        assert await read(store, stored, 0, 20) == b"a" * 10 + b"B" * 10 + b"c"
        with pytest.raises(UploadNotFound):
            await self.complete(store, store_id, parts)
