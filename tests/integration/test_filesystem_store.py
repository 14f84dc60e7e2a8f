"""The store in a folder keeps the contract, and never leaves its folder."""

from pathlib import Path

import pytest

from atg_adapters.filesystem.store import FilesystemStore
from atg_core.files.keys import InvalidKey
from atg_core.files.ports import FIRST_CHUNK_BYTES, FileReplaced, KeyBlocked
from atg_core.files.signing import UrlSigner
from tests.contracts.files import SelfServedStoreContract, put, read


@pytest.fixture
def store(tmp_path: Path) -> FilesystemStore:
    return FilesystemStore(tmp_path / "files", UrlSigner(b"k" * 32), "http://atg.test")


@pytest.fixture
def objects(tmp_path: Path, store: FilesystemStore) -> Path:
    return tmp_path / "files" / "objects"


class TestFilesystemStore(SelfServedStoreContract):
    pass


async def test_a_file_that_was_put_there_by_hand_is_an_object(store: FilesystemStore, objects: Path) -> None:
    (objects / "by hand").mkdir()
    (objects / "by hand" / "схема.pdf").write_bytes(b"%PDF")
    found = await store.find("by hand/схема.pdf")
    assert found is not None
    assert (found.content_type, found.size) == ("application/pdf", 4)
    assert await store.delete("by hand/схема.pdf") is True
    assert not (objects / "by hand").exists()


async def test_a_link_is_neither_read_nor_written_through_nor_listed(
    store: FilesystemStore, objects: Path, tmp_path: Path
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


async def test_a_file_that_is_written_over_in_its_place_is_noticed(store: FilesystemStore, objects: Path) -> None:
    """F7: no reply has bytes of two versions."""
    stored = await put(store, "key", b"a" * 1_000_000)
    async with store.open(stored, 0, stored.size - 1) as chunks:
        assert await anext(chunks) == b"a" * FIRST_CHUNK_BYTES
        (objects / "key").write_bytes(b"b" * 1_000_000)
        with pytest.raises(FileReplaced):
            await anext(chunks)


async def test_a_file_that_is_replaced_while_it_is_read_is_read_to_its_end(store: FilesystemStore) -> None:
    stored = await put(store, "key", b"a" * 1_000_000)
    async with store.open(stored, 0, stored.size - 1) as chunks:
        first = await anext(chunks)
        await put(store, "key", b"b" * 1_000_000)
        rest = [chunk async for chunk in chunks]
    assert first + b"".join(rest) == b"a" * 1_000_000


async def test_a_file_and_a_folder_of_one_name_block_each_other(store: FilesystemStore) -> None:
    await put(store, "a/b", b"x")
    for key in ("a", "a/b/c"):
        with pytest.raises(KeyBlocked):
            await put(store, key)
    assert (await store.find("a/b")).size == 1


async def test_a_segment_that_is_too_long_for_the_file_system_is_named(store: FilesystemStore) -> None:
    with pytest.raises(InvalidKey):
        await put(store, "x" * 300)
    assert await store.find("x" * 300) is None


async def test_what_was_left_unfinished_is_not_there_after_a_failure(store: FilesystemStore, tmp_path: Path) -> None:
    with pytest.raises(KeyBlocked):
        await put(store, "a/b") and await put(store, "a")
    assert list((tmp_path / "files" / "unfinished").iterdir()) == []


async def test_the_type_that_was_told_holds_for_this_version_alone(store: FilesystemStore, objects: Path) -> None:
    await put(store, "model.bin", content_type="video/mp4")
    assert (await store.find("model.bin")).content_type == "video/mp4"
    (objects / "model.bin").write_bytes(b"by hand")
    assert (await store.find("model.bin")).content_type == "application/octet-stream"
    stored = await put(store, "model.bin", content_type="application/octet-stream")
    assert await read(store, stored, 0, 6) == b"content"
