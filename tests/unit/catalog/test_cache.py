"""The cache of the catalog: what is kept, for how long, and who shares a load."""

import asyncio
from collections.abc import Awaitable

import pytest

from atg_core.catalog.cache import CatalogCache
from atg_core.catalog.ports import StationNotFound


class Catalog:
    """Its rows, its version, and what was asked of it; `now` is the time in seconds."""

    def __init__(self) -> None:
        self.row, self.version, self.now = b"one", "1", 100.0
        self.questions = self.loads = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def current(self) -> str | None:
        self.questions += 1
        version = self.version
        await self.gate.wait()
        return version or None

    async def load(self) -> bytes:
        self.loads += 1
        row = self.row
        await self.gate.wait()
        return row

    def write(self, row: bytes) -> None:
        self.row, self.version = row, str(int(self.version) + 1)


@pytest.fixture
def catalog() -> Catalog:
    return Catalog()


@pytest.fixture
def cache(catalog: Catalog) -> CatalogCache[bytes]:
    return CatalogCache(catalog, max_bytes=10, monotonic=lambda: catalog.now)


async def until_waiting(*tasks: Awaitable[object]) -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_value_is_kept_until_the_version_changes_and_that_is_asked_for_once_a_second(
    catalog: Catalog, cache: CatalogCache[bytes]
) -> None:
    for _ in range(3):
        assert await cache.get("key", catalog.load) == b"one"
    assert (catalog.questions, catalog.loads) == (1, 1)
    catalog.now += 1.5
    assert await cache.get("key", catalog.load) == b"one"
    assert (catalog.questions, catalog.loads) == (2, 1)
    catalog.write(b"two")
    catalog.now += 1
    assert await cache.get("key", catalog.load) == b"one"
    catalog.now += 0.01
    assert await cache.get("key", catalog.load) == b"two"
    assert (catalog.questions, catalog.loads) == (3, 2)


async def test_a_hundred_callers_share_a_question_and_a_load(catalog: Catalog, cache: CatalogCache[bytes]) -> None:
    assert await asyncio.gather(*(cache.get("key", catalog.load) for _ in range(100))) == [b"one"] * 100
    assert (catalog.questions, catalog.loads) == (1, 1)


async def test_what_was_read_before_a_write_is_not_kept_after_it(catalog: Catalog, cache: CatalogCache[bytes]) -> None:
    await cache.get("other", catalog.load)
    catalog.gate.clear()
    early = asyncio.create_task(cache.get("key", catalog.load))
    await until_waiting(early)
    catalog.write(b"two")
    catalog.now += 1.5
    late = asyncio.create_task(cache.get("key", catalog.load))
    await until_waiting(late)
    catalog.gate.set()
    assert await early == b"one"
    assert await late == b"two"
    assert await cache.get("key", catalog.load) == b"two"


async def test_a_slow_answer_about_the_version_does_not_count_as_new(
    catalog: Catalog, cache: CatalogCache[bytes]
) -> None:
    catalog.gate.clear()
    early = asyncio.create_task(cache.get("key", catalog.load))
    await until_waiting(early)
    catalog.write(b"two")
    catalog.now += 1.5
    late = asyncio.create_task(cache.get("key", catalog.load))
    await until_waiting(late)
    catalog.gate.set()
    await early
    assert await late == b"two"
    assert catalog.questions == 2


@pytest.mark.parametrize("fails", ["load", "current"])
async def test_a_failure_reaches_all_who_wait_and_is_not_kept(
    catalog: Catalog, cache: CatalogCache[bytes], fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def fail() -> bytes:
        nonlocal tries
        tries += 1
        await asyncio.sleep(0)
        raise StationNotFound

    with monkeypatch.context() as patched:
        patched.setattr(catalog, fails, fail)
        calls = (cache.get("key", catalog.load) for _ in range(10))
        found = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(each) for each in found] == [StationNotFound] * 10
    assert tries == 1
    assert await cache.get("key", catalog.load) == b"one"


async def test_who_leaves_does_not_end_the_load_of_others(catalog: Catalog, cache: CatalogCache[bytes]) -> None:
    await cache.get("other", catalog.load)
    catalog.gate.clear()
    leaving, staying = (asyncio.create_task(cache.get("key", catalog.load)) for _ in range(2))
    await until_waiting(leaving, staying)
    leaving.cancel()
    await until_waiting(leaving)
    catalog.gate.set()
    assert await staying == b"one"
    assert leaving.cancelled()
    assert catalog.loads == 2


async def test_the_values_used_longest_ago_make_room(catalog: Catalog, cache: CatalogCache[bytes]) -> None:
    for key in ("a", "b", "c", "a", "d"):  # three bytes each, of ten
        await cache.get(key, catalog.load)
    assert catalog.loads == 4
    for key in ("a", "c", "d"):
        await cache.get(key, catalog.load)
    assert catalog.loads == 4
    catalog.row = b"larger than all"
    assert await cache.get("e", catalog.load) == b"larger than all"
    await cache.get("e", catalog.load)
    assert catalog.loads == 6
    await cache.get("d", catalog.load)
    assert catalog.loads == 6


async def test_nothing_is_kept_without_a_version(catalog: Catalog, cache: CatalogCache[bytes]) -> None:
    catalog.version = ""
    for _ in range(2):
        await cache.get("key", catalog.load)
    assert catalog.loads == 2
