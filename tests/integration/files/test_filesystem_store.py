"""The store in a folder keeps the contract, and never leaves its folder."""

import asyncio
import errno
import gc
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from atg_adapters.filesystem import reader
from atg_adapters.filesystem.object_store import FilesystemObjectStore
from atg_core.files.keys import InvalidKey
from atg_core.files.ports import CHUNK_BYTES, FileReplaced, KeyBlocked
from atg_core.files.signed_urls import UrlSigner
from atg_core.files.streams import SMALL_CHUNK_BYTES
from tests.contracts.files.object_store import SelfServedStoreContract, put, read


def read_at_once(file: int, buffers: list[memoryview], position: int, _flags: int) -> int:
    """Like a file system that has the whole file in its page cache."""
    found = os.pread(file, len(buffers[0]), position)
    buffers[0][: len(found)] = found
    return len(found)


def read_later(*_: object) -> int:
    """Like one that has nothing of it."""
    raise BlockingIOError(errno.EAGAIN, "not in the page cache")


@pytest.fixture(params=[read_at_once, read_later])
def store(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FilesystemObjectStore:
    monkeypatch.setattr(reader, "_NO_WAIT", 8)
    monkeypatch.setattr(os, "preadv", request.param, raising=False)
    return FilesystemObjectStore(tmp_path / "files", UrlSigner(b"k" * 32), "http://atg.test")


@pytest.fixture
def objects(tmp_path: Path, store: FilesystemObjectStore) -> Path:
    return tmp_path / "files" / "objects"


class TestFilesystemStore(SelfServedStoreContract):
    pass


async def test_a_file_that_was_put_there_by_hand_is_an_object(store: FilesystemObjectStore, objects: Path) -> None:
    (objects / "by hand").mkdir()
    (objects / "by hand" / "схема.pdf").write_bytes(b"%PDF")
    found = await store.find("by hand/схема.pdf")
    assert found is not None
    assert (found.content_type, found.size) == ("application/pdf", 4)
    assert await store.delete("by hand/схема.pdf") is True
    assert not (objects / "by hand").exists()


async def test_a_link_is_neither_read_nor_written_through_nor_listed(
    store: FilesystemObjectStore, objects: Path, tmp_path: Path
) -> None:
    """F12."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (objects / "folder").symlink_to(outside)
    (objects / "file").symlink_to(outside / "secret")
    for key in ("folder/secret", "file"):
        assert await store.find(key) is None
        assert await store.delete(key) is False
        with pytest.raises(KeyBlocked):
            await put(store, key, b"overwritten")
    with pytest.raises(KeyBlocked):
        await put(store, "folder/new/deep", b"x")
    listed = await store.listing("", nested=True, limit=10, cursor=None)
    assert (listed.objects, listed.folders) == ([], [])
    assert (outside / "secret").read_bytes() == b"secret"
    assert [path.name for path in outside.iterdir()] == ["secret"]


async def test_a_file_that_is_written_over_in_its_place_is_noticed(store: FilesystemObjectStore, objects: Path) -> None:
    """F7: no reply has bytes of two versions."""
    stored = await put(store, "key", b"a" * 1_000_000)
    async with store.open(stored, 0, stored.size - 1) as chunks:
        assert await anext(chunks) == b"a" * CHUNK_BYTES
        (objects / "key").write_bytes(b"b" * 1_000_000)
        with pytest.raises(FileReplaced):
            await anext(chunks)


async def test_a_file_that_is_replaced_while_it_is_read_is_read_to_its_end(store: FilesystemObjectStore) -> None:
    stored = await put(store, "key", b"a" * 1_000_000)
    async with store.open(stored, 0, stored.size - 1) as chunks:
        first = await anext(chunks)
        await put(store, "key", b"b" * 1_000_000)
        rest = [chunk async for chunk in chunks]
    assert first + b"".join(rest) == b"a" * 1_000_000


async def test_a_fast_reader_lets_others_take_their_turn(store: FilesystemObjectStore) -> None:
    stored, turns = await put(store, "key", b"a" * 4 * CHUNK_BYTES), 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    async with store.open(stored, 0, stored.size - 1) as chunks:
        seen = [turns async for _ in chunks]
    counting.cancel()
    assert len(set(seen)) == len(seen) == 4


async def test_many_streams_get_small_chunks(store: FilesystemObjectStore) -> None:
    stored = await put(store, "key", b"a" * 2 * CHUNK_BYTES)
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(store.open(stored, 0, stored.size - 1)) for _ in range(33)]
        assert len(await anext(streams[0])) == SMALL_CHUNK_BYTES
    async with store.open(stored, 0, stored.size - 1) as chunks:
        assert len(await anext(chunks)) == CHUNK_BYTES


async def test_a_file_and_a_folder_of_one_name_block_each_other(store: FilesystemObjectStore) -> None:
    await put(store, "a/b", b"x")
    for key in ("a", "a/b/c"):
        with pytest.raises(KeyBlocked):
            await put(store, key)
    assert (await store.find("a/b")).size == 1


async def test_a_segment_that_is_too_long_for_the_file_system_is_named(store: FilesystemObjectStore) -> None:
    with pytest.raises(InvalidKey):
        await put(store, "x" * 300)
    assert await store.find("x" * 300) is None


async def test_what_was_left_unfinished_is_not_there_after_a_failure(
    store: FilesystemObjectStore, tmp_path: Path
) -> None:
    with pytest.raises(KeyBlocked):
        await put(store, "a/b") and await put(store, "a")
    assert list((tmp_path / "files" / "unfinished").iterdir()) == []


async def test_the_type_that_was_told_holds_for_this_version_alone(store: FilesystemObjectStore, objects: Path) -> None:
    await put(store, "model.bin", content_type="video/mp4")
    assert (await store.find("model.bin")).content_type == "video/mp4"
    (objects / "model.bin").write_bytes(b"by hand")
    assert (await store.find("model.bin")).content_type == "application/octet-stream"
    stored = await put(store, "model.bin", content_type="application/octet-stream")
    assert await read(store, stored, 0, 6) == b"content"


async def test_an_upload_that_is_cancelled_at_any_moment_leaves_no_file_open_and_none_behind(
    store: FilesystemObjectStore, tmp_path: Path
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 65_536

    for attempt in range(60):
        upload = asyncio.create_task(store.put("a/b.bin", chunks(), content_type="image/png", max_bytes=10**9))
        for _ in range(attempt % 5):
            await asyncio.sleep(0)
        await asyncio.sleep(attempt % 12 / 5_000)
        upload.cancel()
        with suppress(asyncio.CancelledError):
            await upload
        assert list((tmp_path / "files" / "unfinished").iterdir()) == []
    gc.collect()  # a file that is still open is told as a warning, which fails the test
