"""Range and conditional requests as in RFC 9110, over every store alike (spec: files, Range)."""

import asyncio
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atg_entrypoints.container import Container
from tests.contracts.files.object_store import put
from tests.examples import examples
from tests.people import sign_in

KEY = "lessons/1/Схема №1 (v2).pdf"
CONTENT = bytes(range(256)) * 1_200
EMPTY = "lessons/1/empty.pdf"
READS = {"path": quote(KEY), "encoded slashes": quote(KEY, safe="")}


class HttpRangesContract:
    """The fixtures `client` and `stocked` say over which store; `path` is where the object is read."""

    @pytest.fixture(params=READS)
    async def path(self, request: pytest.FixtureRequest, client: httpx.AsyncClient, stocked: Container) -> str:
        await put(stocked.object_store(), KEY, CONTENT, "application/pdf")
        await put(stocked.object_store(), EMPTY, b"", "application/pdf")
        await sign_in(client, stocked)
        return f"/files/stream/{READS[request.param]}"

    async def test_without_a_range_it_is_the_whole(self, client: httpx.AsyncClient, path: str) -> None:
        reply = await client.get(path)
        assert (reply.status_code, reply.content) == (200, CONTENT)
        assert reply.headers["accept-ranges"] == "bytes"
        assert reply.headers["content-length"] == str(len(CONTENT))
        assert reply.headers["content-type"] == "application/pdf"
        assert reply.headers["etag"].startswith('"')
        assert parsedate_to_datetime(reply.headers["last-modified"])
        assert reply.headers["cache-control"] == "private"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["content-disposition"] == (
            "inline; filename=\"_____ _1 (v2).pdf\"; filename*=UTF-8''" + quote("Схема №1 (v2).pdf", safe="")
        )

    async def test_head_is_get_without_a_body(self, client: httpx.AsyncClient, path: str) -> None:
        got, head = await client.get(path), await client.head(path, headers={"range": "bytes=0-1"})
        assert (head.status_code, head.content) == (200, b"")
        different = {"x-request-id", "ratelimit-remaining", "ratelimit-reset", "date"}
        for name in got.headers.keys() - different:
            assert head.headers[name] == got.headers[name]

    async def test_a_range_is_206(self, client: httpx.AsyncClient, path: str) -> None:
        """F1; never a multipart body for one range."""
        for header, first, last in (
            ("bytes=0-0", 0, 0),
            ("bytes=100-199", 100, 199),
            ("bytes=307199-", 307_199, 307_199),
            ("bytes=-5", 307_195, 307_199),
            ("bytes=-999999", 0, 307_199),
            ("bytes=300000-9999999", 300_000, 307_199),
            ("bytes=5-9,10-20", 5, 20),
            ("bytes=900000-,3-4", 3, 4),
        ):
            reply = await client.get(path, headers={"range": header})
            assert (reply.status_code, reply.content) == (206, CONTENT[first : last + 1]), header
            assert reply.headers["content-range"] == f"bytes {first}-{last}/307200"
            assert reply.headers["content-length"] == str(last - first + 1)
            assert reply.headers["content-type"] == "application/pdf"

    async def test_several_ranges_are_a_multipart_body(self, client: httpx.AsyncClient, path: str) -> None:
        """F4."""
        reply = await client.get(path, headers={"range": "bytes=-4,97-122,65-90,66-70"})
        assert reply.status_code == 206
        assert reply.headers["content-length"] == str(len(reply.content))
        assert "content-range" not in reply.headers
        whole = f"Content-Type: {reply.headers['content-type']}\r\n\r\n".encode() + reply.content
        parts: Any = message_from_bytes(whole).get_payload()
        found = [(part["Content-Range"], part["Content-Type"]) for part in parts]
        assert [part_range for part_range, _ in found] == [
            "bytes 307196-307199/307200",
            "bytes 97-122/307200",
            "bytes 65-90/307200",
        ]
        assert {part_type for _, part_type in found} == {"application/pdf"}
        assert parts[1].get_payload() == "abcdefghijklmnopqrstuvwxyz"
        assert reply.content.count(CONTENT[-4:]) == 1

    async def test_what_is_not_understood_is_ignored(self, client: httpx.AsyncClient, path: str) -> None:
        """F3, F4."""
        for header in ("bytes=9-5", "items=0-1", "bytes=a-b", "bytes=" + "0-0," * 500):
            reply = await client.get(path, headers={"range": header})
            assert (reply.status_code, reply.content) == (200, CONTENT)

    async def test_what_can_not_be_satisfied_is_416(self, client: httpx.AsyncClient, path: str) -> None:
        """F2."""
        for header in ("bytes=307200-", "bytes=-0", "bytes=400000-500000"):
            reply = await client.get(path, headers={"range": header})
            assert (reply.status_code, reply.content) == (416, b"")
            assert reply.headers["content-range"] == "bytes */307200"

    async def test_no_range_of_an_empty_object_can_be_satisfied(self, client: httpx.AsyncClient, path: str) -> None:
        """F2."""
        for header in ("bytes=-5", "bytes=0-"):
            reply = await client.get(f"/files/stream/{quote(EMPTY)}", headers={"range": header})
            assert (reply.status_code, reply.content) == (416, b"")
            assert reply.headers["content-range"] == "bytes */0"
        assert (await client.get(f"/files/stream/{quote(EMPTY)}")).content == b""

    async def test_conditions_are_kept(self, client: httpx.AsyncClient, path: str) -> None:
        """F5."""
        first = await client.get(path)
        etag, changed = first.headers["etag"], first.headers["last-modified"]
        old = "Mon, 01 Jan 2001 00:00:00 GMT"
        for headers, status in (
            ({"if-none-match": etag}, 304),
            ({"if-none-match": f"W/{etag}"}, 304),
            ({"if-modified-since": changed}, 304),
            ({"if-modified-since": old}, 200),
            ({"if-match": '"other"'}, 412),
            ({"if-match": etag}, 200),
            ({"if-unmodified-since": old}, 412),
            ({"range": "bytes=0-0", "if-range": etag}, 206),
            ({"range": "bytes=0-0", "if-range": changed}, 206),
            ({"range": "bytes=0-0", "if-range": f"W/{etag}"}, 200),
            ({"range": "bytes=0-0", "if-range": '"other"'}, 200),
            ({"range": "bytes=0-0", "if-range": old}, 200),
        ):
            reply = await client.get(path, headers=headers)
            assert reply.status_code == status, headers
            assert bool(reply.content) == (status in {200, 206})
            assert reply.headers["etag"] == etag

    async def test_any_range_is_a_slice(self, client: httpx.AsyncClient, path: str) -> None:
        """F1: as a property, over the real store."""
        cases: list[tuple[int, int]] = []

        @settings(max_examples=examples(15), deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.integers(0, 307_199), st.integers(0, 400_000))
        def collect(first: int, length: int) -> None:
            cases.append((first, first + length))

        collect()
        replies = await asyncio.gather(
            *(client.get(path, headers={"range": f"bytes={first}-{last}"}) for first, last in cases)
        )
        for (first, last), reply in zip(cases, replies, strict=True):
            assert reply.content == CONTENT[first : last + 1]

    async def test_an_object_that_is_replaced_between_two_ranges_is_noticed(
        self, client: httpx.AsyncClient, stocked: Container, path: str
    ) -> None:
        """F7."""
        first = await client.get(path, headers={"range": "bytes=0-9"})
        await put(stocked.object_store(), KEY, CONTENT[::-1], "application/pdf")
        headers = {"range": "bytes=10-19", "if-range": first.headers["etag"]}
        assert (await client.get(path, headers=headers)).content == CONTENT[::-1]
        assert (await client.get(path, headers={"if-match": first.headers["etag"]})).status_code == 412
