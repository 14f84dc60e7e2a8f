"""The S3 store keeps the contract on a real S3 server, and its failures become errors of the port."""

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from atg_adapters.minio import object_store
from atg_adapters.minio.client import Threads
from atg_adapters.minio.object_store import S3ObjectStore
from atg_core.clock import utc_now
from atg_core.files.model import UploadPart
from atg_core.files.ports import FileTooLarge, StoreAway, StoreBusy
from tests.contracts.files.object_store import MANY, ObjectStoreContract, put, read
from tests.integration.running import free_port
from tests.integration.wire import Wire
from tests.servers import S3Server

KEY = "lessons/1/Схема №1 (v2).pdf"


def store_at(endpoint: str, server: S3Server, bucket: str) -> S3ObjectStore:
    return S3ObjectStore(
        endpoint, "", access_key=server.access_key, secret_key=server.secret_key, bucket=bucket, region="us-east-1"
    )


@pytest.fixture
def store(s3_server: S3Server, s3_bucket: str) -> S3ObjectStore:
    return store_at(s3_server.endpoint, s3_server, s3_bucket)


class TestS3Store(ObjectStoreContract):
    pass


async def test_a_presigned_url_reads_one_key_until_it_expires(store: S3ObjectStore) -> None:
    """F9: the range is asked for after signing."""
    await put(store, KEY, b"0123456789", "application/pdf")
    signing = {"content_type": "text/plain", "disposition": 'attachment; filename="a"', "seconds": 60}
    signed = store.sign_get(KEY, now=utc_now(), **signing)
    async with httpx.AsyncClient() as client:
        whole = await client.get(signed.url)
        assert (whole.status_code, whole.content) == (200, b"0123456789")
        assert whole.headers["content-type"] == "text/plain"
        assert whole.headers["content-disposition"] == 'attachment; filename="a"'
        part = await client.get(signed.url, headers={"range": "bytes=2-4"})
        assert (part.status_code, part.content) == (206, b"234")
        assert (await client.get(signed.url.replace("lessons/1", "lessons/2"))).status_code == 403
        late = store.sign_get(KEY, now=utc_now() - timedelta(seconds=120), **signing)
        assert (await client.get(late.url)).status_code == 403


async def test_parts_are_uploaded_to_the_store_itself(store: S3ObjectStore) -> None:
    store_id = await store.begin_multipart(KEY, content_type="video/mp4")
    contents = [b"a" * 5 * 1024 * 1024, b"the end"]
    parts = []
    async with httpx.AsyncClient() as client:
        for number, content in enumerate(contents, 1):
            signed = store.sign_part(KEY, store_id, number, max_bytes=len(content), now=utc_now(), seconds=60)
            sent = await client.put(signed.url, content=content)
            parts.append(UploadPart(number=number, etag=sent.headers["etag"]))
    stored = await store.complete_multipart(KEY, store_id, parts, content_type="video/mp4", max_bytes=MANY)
    assert (stored.size, stored.content_type) == (5 * 1024 * 1024 + 7, "video/mp4")
    assert await read(store, stored, stored.size - 8, stored.size - 1) == b"athe end"


async def test_more_parts_than_were_announced_make_no_object(store: S3ObjectStore) -> None:
    store_id = await store.begin_multipart(KEY, content_type="video/mp4")
    async with httpx.AsyncClient() as client:
        signed = store.sign_part(KEY, store_id, 1, max_bytes=1, now=utc_now(), seconds=60)
        etag = (await client.put(signed.url, content=b"0123456789")).headers["etag"]
    with pytest.raises(FileTooLarge):
        await store.complete_multipart(
            KEY, store_id, [UploadPart(number=1, etag=etag)], content_type="video/mp4", max_bytes=9
        )
    assert await store.find(KEY) is None


@pytest.fixture
def wire(s3_server: S3Server) -> Iterator[Wire]:
    """What stands between the store and the service, and may be cut."""
    parts = urlsplit(s3_server.endpoint)
    wire = Wire((parts.hostname or "", parts.port or 80))
    yield wire
    wire.cut()


async def test_no_more_is_read_than_is_asked_for(
    store: S3ObjectStore, s3_server: S3Server, s3_bucket: str, wire: Wire
) -> None:
    """F8."""
    stored = await put(store, KEY, b"x" * 30_000_000)
    far = store_at(f"http://127.0.0.1:{wire.port}", s3_server, s3_bucket)
    assert await read(far, stored, 10_000_000, 10_000_999) == b"x" * 1000
    assert wire.received < 10_000
    async with far.open(stored, 0, stored.size - 1) as chunks:
        await anext(chunks)
    await asyncio.sleep(1)
    received = wire.received
    assert received < 15_000_000
    await asyncio.sleep(0.5)
    assert wire.received == received


async def test_a_connection_that_breaks_in_the_middle_is_told(
    store: S3ObjectStore, s3_server: S3Server, s3_bucket: str, wire: Wire
) -> None:
    """O4: never the end of the body as if it were complete."""
    stored = await put(store, KEY, b"x" * 30_000_000)
    far = store_at(f"http://127.0.0.1:{wire.port}", s3_server, s3_bucket)
    async with far.open(stored, 0, stored.size - 1) as chunks:
        await anext(chunks)
        wire.cut()
        with pytest.raises(StoreAway):
            async for _ in chunks:
                pass


async def test_a_store_that_is_away_says_so_soon(s3_server: S3Server, s3_bucket: str) -> None:
    """O4."""
    away = store_at(f"http://127.0.0.1:{free_port()}", s3_server, s3_bucket)
    begun = time.monotonic()
    for call in (away.find("a"), put(away, "a"), away.delete("a"), away.check()):
        with pytest.raises(StoreAway):
            await call
    with pytest.raises(StoreAway):
        await away.listing("", nested=False, limit=1, cursor=None)
    assert time.monotonic() - begun < 3


async def test_a_store_that_hangs_is_told_to_all_who_read(
    s3_server: S3Server, s3_bucket: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than there are threads."""
    monkeypatch.setattr(object_store, "SECONDS_TO_ASK", 0.2)
    store = store_at(f"http://127.0.0.1:{wire.port}", s3_server, s3_bucket)
    await put(store, "a")
    wire.passes.clear()
    asked = [*(store.find("a") for _ in range(40)), store.check()]
    told = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 10)
    assert {type(each) for each in told} == {StoreAway}
    wire.passes.set()
    assert await store.find("a")


async def test_who_finds_no_thread_in_time_is_told_that_the_store_is_busy() -> None:
    threads, free = Threads(seconds_to_wait=0.05), threading.Event()
    running = [asyncio.create_task(threads.run(free.wait)) for _ in range(32)]
    await asyncio.sleep(0)
    with pytest.raises(StoreBusy):
        await threads.run(free.wait)
    free.set()
    assert await asyncio.gather(*running) == [True] * 32
    assert await threads.run(free.wait)


async def test_a_bucket_that_is_not_there_is_told(s3_server: S3Server) -> None:
    with pytest.raises(StoreAway, match="atg-absent"):
        await store_at(s3_server.endpoint, s3_server, "atg-absent").check()
