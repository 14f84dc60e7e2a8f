"""Multipart uploads through this service, as the existing frontend sends them, over every store alike."""

import asyncio
from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.files.http_upload_quota import HttpUploadQuotaContract, counted
from tests.contracts.files.people import PDF, limited, person
from tests.people import sign_in

KEY = "stations/1/promo_video/1764000000000_Обход_№1.mp4"
MIB = 1024 * 1024


class HttpProxiedPartsContract(HttpUploadQuotaContract):
    """`fetch` of HttpObjectsContract sends what was presigned."""

    async def initiate(self, client: httpx.AsyncClient, key: str = KEY) -> dict[str, str]:
        reply = await client.post("/files/multipart/initiate", json={"key": key, "contentType": "video/mp4"})
        assert reply.status_code == 200, reply.text
        assert reply.json().keys() == {"uploadId", "key"}
        return {"uploadId": reply.json()["uploadId"], "key": key}

    async def send_part(
        self, client: httpx.AsyncClient, upload: dict[str, str], number: int | str, content: bytes, **request: Any
    ) -> httpx.Response:
        fields = {**upload, "partNumber": str(number)}
        return await client.post(
            "/files/multipart/upload-part", data=fields, files={"file": ("blob", content)}, **request
        )

    async def complete(self, client: httpx.AsyncClient, upload: dict[str, str], parts: Any) -> httpx.Response:
        body = {**upload, "parts": parts, "contentType": "video/mp4"}
        return await client.post("/files/multipart/complete", json=body)

    async def test_a_file_is_sent_as_the_frontend_sends_it(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        upload, content = await self.initiate(client), bytes(range(256)) * (5 * MIB // 256) + b"the end"
        parts = []
        for number, start in enumerate(range(0, len(content), 5 * MIB), 1):
            sent = await self.send_part(client, upload, number, content[start : start + 5 * MIB])
            assert (sent.status_code, sent.json().keys()) == (200, {"etag", "partNumber"})
            parts.append({"partNumber": sent.json()["partNumber"], "etag": sent.json()["etag"]})
        done = await self.complete(client, upload, list(reversed(parts)))
        assert (done.status_code, done.json()["key"]) == (200, KEY)
        read = await self.fetch(client, "GET", done.json()["url"], headers={"range": "bytes=-8"})
        assert (read.status_code, read.content) == (206, b"\xffthe end")
        for method in ("GET", "HEAD"):
            found = await client.request(method, f"/files/video/{KEY}", headers={"authorization": ""})
            assert (found.status_code, found.headers["content-type"]) == (200, "video/mp4")
            assert found.headers["content-length"] == str(len(content))
        [row] = await rows_of(stocked, "file_uploads")
        assert (row["size"], row["state"], await counted(stocked)) == (len(content), "stored", len(content))
        again = await self.complete(client, upload, parts)
        assert (again.status_code, again.json()["code"]) == (404, "upload_not_found")

    async def test_a_part_that_is_sent_again_replaces_the_former_one(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        upload = await self.initiate(client)
        first = (await self.send_part(client, upload, 1, b"first")).json()
        second = (await self.send_part(client, upload, 1, b"again")).json()
        refused = await self.complete(client, upload, [first])
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong_parts")
        assert (await self.complete(client, upload, [second])).status_code == 200
        assert (await client.get(f"/files/video/{KEY}")).content == b"again"
        assert await counted(stocked) == 5

    async def test_an_upload_that_was_given_up_is_gone(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        upload = await self.initiate(client)
        part = (await self.send_part(client, upload, 1, b"x" * 100)).json()
        assert (await client.post("/files/multipart/abort", json=upload)).json() == {"ok": True}
        assert (await client.post("/files/multipart/abort", json=upload)).status_code == 404
        assert (await self.send_part(client, upload, 2, b"x")).status_code == 404
        assert (await self.complete(client, upload, [part])).status_code == 404
        assert await rows_of(stocked, "file_uploads") == []
        assert await counted(stocked) == 0

    async def test_an_upload_is_its_owners_and_of_its_key(self, client: httpx.AsyncClient, stocked: Container) -> None:
        headers = await person(client, stocked, "owner", Role.INSTRUCTOR)
        client.headers.update(headers)
        upload = await self.initiate(client)
        part = (await self.send_part(client, upload, 1, b"x")).json()
        other = await person(client, stocked, "other", Role.INSTRUCTOR)
        for changed, who in (
            (upload, other),
            (upload | {"key": "a.mp4"}, headers),
            (upload | {"uploadId": "x"}, headers),
        ):
            client.headers.update(who)
            replies = (
                await self.send_part(client, changed, 1, b"y"),
                await self.complete(client, changed, [part]),
                await client.post("/files/multipart/abort", json=changed),
            )
            assert [(reply.status_code, reply.json()["code"]) for reply in replies] == [(404, "upload_not_found")] * 3
        client.headers.update(headers)
        assert (await self.complete(client, upload, [part])).status_code == 200

    async def test_what_is_no_part_is_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        upload = await self.initiate(client)
        for number in ("0", "10001", "-1", "1.5", "", "first"):
            reply = await self.send_part(client, upload, number, b"x")
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "partNumber")
        for left_out in ("uploadId", "key"):
            fields = {name: value for name, value in upload.items() if name != left_out}
            reply = await self.send_part(client, fields, 1, b"x")
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, left_out)
        bare = await client.post("/files/multipart/upload-part", data={**upload, "partNumber": "1"})
        assert bare.status_code == 400
        for parts in ([], None, [{"partNumber": 1}], [{"partNumber": 0, "etag": "x"}], "[]"):
            assert (await self.complete(client, upload, parts)).status_code == 400
        assert await counted(stocked) == 0

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"key": "page.html", "contentType": "text/html"}, "contentType"),
            ({"key": "a/../b.mp4"}, "key"),
            ({"key": "видео/" + "ы" * 510 + ".mp4"}, "key"),
            ({}, "key"),
        ],
    )
    async def test_what_can_not_be_uploaded_is_refused_at_its_start(
        self, client: httpx.AsyncClient, stocked: Container, body: dict[str, str], field: str
    ) -> None:
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        reply = await client.post("/files/multipart/initiate", json=body)
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, field)
        assert await rows_of(stocked, "file_uploads") == []

    async def test_parts_count_before_they_are_stored(self, client: httpx.AsyncClient, stocked: Container) -> None:
        limited(stocked, upload_quota_bytes=3000)
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        upload = await self.initiate(client)
        parts = [(await self.send_part(client, upload, 1, b"x" * 1000)).json()]
        assert await counted(stocked) == 1000
        replies = await asyncio.gather(*(self.send_part(client, upload, 2, b"x" * 1000) for _ in range(5)))
        statuses = [reply.status_code for reply in replies]
        assert set(statuses) <= {200, 413}
        assert 413 in statuses
        assert await counted(stocked) == 1000 + 1000 * statuses.count(200) <= 3000
        refused = next(reply for reply in replies if reply.status_code == 413)
        assert refused.json()["code"] == "quota_exceeded"
        await client.post("/files/multipart/abort", json=upload)
        assert await counted(stocked) == 0
        assert parts

    async def test_more_than_a_file_may_hold_is_not_completed(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        limited(stocked, upload_max_bytes=1500)
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        upload = await self.initiate(client)
        parts = [(await self.send_part(client, upload, number, b"x" * 1000)).json() for number in (1, 2)]
        refused = await self.complete(client, upload, parts)
        assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
        assert await counted(stocked) == 0

    async def test_a_part_of_more_than_16_mib_is_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        upload = await self.initiate(client)
        refused = await self.send_part(client, upload, 1, b"x" * (16 * MIB + 1))
        assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
        assert await counted(stocked) == 0

    async def test_a_video_is_read_with_the_rights_of_streams(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await self.keep(stocked, "lessons/видео №1.mp4")
        await self.keep(stocked, "private/a.mp4")
        assert (await client.get("/files/video/lessons/видео №1.mp4")).status_code == 401
        await sign_in(client, stocked)
        assert (await client.get("/files/video/private/a.mp4")).status_code == 404
        assert (await client.get("/files/video/lessons/absent.mp4")).status_code == 404
        part = await client.get("/files/video/lessons/видео №1.mp4", headers={"range": "bytes=1-3"})
        assert (part.status_code, part.content) == (206, PDF[1:4])
        params = {"key": "lessons/видео №1.mp4"}
        token = (await client.get("/files/stream-token", params=params)).json()["token"]
        del client.headers["authorization"]
        read = await client.get("/files/video/lessons/видео №1.mp4", params={"token": token})
        assert (read.status_code, read.content) == (200, PDF)
        other = await client.get("/files/video/private/a.mp4", params={"token": token})
        assert (other.status_code, other.json()["code"]) == (403, "invalid_signature")
        encoded = httpx.URL("http://atg.test").copy_with(raw_path=b"/files/video/lessons%2F..%2Fprivate%2Fa.mp4")
        assert (await client.get(encoded)).status_code == 400

    async def keep(self, stocked: Container, key: str) -> None:
        async def whole() -> Any:
            yield PDF

        await stocked.object_store().put(key, whole(), content_type="video/mp4", max_bytes=1000)
