"""Texts are compressed for who takes it, and nothing else is."""

import gzip

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from atg_entrypoints.http.compression import _takes_gzip
from tests.contracts.files.object_store import put
from tests.people import sign_in

_PLAIN = {"accept-encoding": "identity"}


@pytest.fixture
def stocked_url() -> str:
    return "memory://"


async def test_a_large_reply_is_compressed_and_the_same(client: httpx.AsyncClient) -> None:
    plain = await client.get("/stations", headers=_PLAIN)
    async with client.stream("GET", "/stations", headers={"accept-encoding": "br, gzip"}) as packed:
        raw = b"".join([chunk async for chunk in packed.aiter_raw()])
    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]
    assert int(packed.headers["content-length"]) == len(raw) < len(plain.content) / 2
    assert gzip.decompress(raw) == plain.content
    assert packed.headers["etag"].removeprefix("W/") == plain.headers["etag"].removeprefix("W/")
    again = await client.get("/stations", headers={"if-none-match": packed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "content-encoding" not in plain.headers


async def test_what_is_small_or_no_text_or_sent_in_parts_stays_as_it_is(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    await sign_in(client, stocked, role=Role.ADMIN)
    await put(stocked.object_store(), "public/text.txt", b"x" * 5_000, content_type="text/plain")
    course = (await client.get("/courses")).json()["items"][0]["id"]
    for path in ("/health", "/files/stream/public/text.txt", f"/courses/{course}/learners.csv"):
        reply = await client.get(path, headers={"accept-encoding": "gzip"})
        assert reply.status_code == 200
        assert "content-encoding" not in reply.headers, path
    part = await client.get("/files/stream/public/text.txt", headers={"accept-encoding": "gzip", "range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, b"x" * 10)


async def test_head_tells_of_a_compressed_reply_what_get_does(client: httpx.AsyncClient) -> None:
    got, told = [
        await client.request(method, "/stations", headers={"accept-encoding": "gzip"}) for method in ("GET", "HEAD")
    ]
    assert told.content == b""
    for name in ("content-encoding", "content-length", "content-type", "etag", "vary"):
        assert told.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("given", "takes"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("deflate,gzip", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("xgzip", False),
        ("identity", False),
        ("", False),
    ],
)
async def test_a_client_says_whether_it_takes_it(given: str, takes: bool) -> None:
    assert _takes_gzip([(b"accept-encoding", given.encode())]) is takes
