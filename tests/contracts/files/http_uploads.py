"""Uploads over HTTP, over every store alike (spec: files)."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from dependency_injector import providers

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.files.http_forms import HttpFormsContract
from tests.contracts.files.http_upload_quota import HttpUploadQuotaContract, counted
from tests.contracts.files.object_store import put
from tests.contracts.files.people import limited, own, person
from tests.people import sign_in

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 100


class HttpUploadsContract(HttpUploadQuotaContract, HttpFormsContract):
    """`fetch` of HttpObjectsContract sends what was presigned."""

    async def test_a_presigned_put_uploads_a_file(self, client: httpx.AsyncClient, author: None) -> None:
        body = {"key": "lessons/1/Схема №1.pdf", "contentType": "application/pdf", "size": 5}
        signed = (await client.post("/files/presign-upload", json=body)).json()
        assert signed.keys() == {"url", "key", "method", "headers", "expires_at"}
        assert (signed["method"], signed["headers"]) == ("PUT", {"Content-Type": "application/pdf"})
        sent = await self.fetch(client, "PUT", signed["url"], headers=signed["headers"], content=b"%PDF-")
        assert sent.status_code == 200, sent.text
        reply = await client.get("/files/stream/lessons/1/Схема №1.pdf")
        assert (reply.content, reply.headers["content-type"]) == (b"%PDF-", "application/pdf")

    async def test_a_presigned_form_uploads_a_file_and_its_store_enforces_it(
        self, client: httpx.AsyncClient, author: None
    ) -> None:
        """F10."""
        body = {"key": "lessons/form.pdf", "contentType": "application/pdf", "size": 5, "form": True}
        signed = (await client.post("/files/presign-upload", json=body)).json()
        assert signed["method"] == "POST"
        for changed, content in (
            ({}, b"%PDF-1"),
            ({"key": "lessons/other.pdf"}, b"%PDF-"),
            ({"Content-Type": "text/html"}, b"%PDF-"),
        ):
            refused = await self.send_form(client, signed["url"], signed["fields"] | changed, content)
            assert refused.status_code in {400, 403, 413}, changed
        assert (await client.get("/files/exists", params={"key": "lessons/form.pdf"})).status_code == 404
        sent = await self.send_form(client, signed["url"], signed["fields"], b"%PDF-")
        assert sent.status_code in {200, 204}, sent.text
        assert (await client.get("/files/stream/lessons/form.pdf")).content == b"%PDF-"

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"contentType": "text/html"}, "contentType"),
            ({"contentType": "image/svg+xml"}, "contentType"),
            ({"contentType": "no type"}, "contentType"),
            ({"key": "page.html"}, "contentType"),
            ({"size": 5 * 1024**3 + 1}, "size"),
            ({"size": -1}, "size"),
            ({"expiresIn": 0}, "expiresIn"),
        ],
    )
    async def test_what_can_not_be_uploaded_is_refused_before_anything_is_signed(
        self, client: httpx.AsyncClient, stocked: Container, author: None, change: dict[str, Any], field: str
    ) -> None:
        reply = await client.post("/files/presign-upload", json={"key": "a.pdf"} | change)
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, field)
        assert await rows_of(stocked, "file_uploads") == []

    async def test_who_may_upload_where(self, client: httpx.AsyncClient, stocked: Container) -> None:
        people = {role: await person(client, stocked, role, role) for role in Role}
        me = (await client.get("/auth/me", headers=people[Role.TEACHER])).json()["user"]["id"]
        for role, headers in people.items():
            own = {Role.TEACHER: "teachers/", Role.SHOP: "shop/"}.get(role, "nothing/")
            for key in ("lessons/a.pdf", f"teachers/{me}/a.pdf", "shop/a.pdf", "shop-window/a.pdf"):
                may = role in {Role.ADMIN, Role.INSTRUCTOR} or key.startswith(own)
                status = 200 if may else 403
                body: dict[str, Any] = {"key": key, "size": 1}
                assert (await client.post("/files/presign-upload", json=body, headers=headers)).status_code == status
                parts = await client.post("/files/presign-upload/multipart", json=body, headers=headers)
                assert parts.status_code == status
                form = {"data": {"key": key}, "files": {"file": ("a.pdf", b"x")}}
                sent = await client.post("/files/upload", headers=headers, **form)
                assert sent.status_code == (201 if may else 403)

    async def test_a_form_is_uploaded_through_the_service(
        self, client: httpx.AsyncClient, stocked: Container, author: None
    ) -> None:
        content = b"\0" * 3_000_000
        form = {"data": {"key": "lessons/видео.mp4"}, "files": {"file": ("any name", content, "video/mp4")}}
        reply = await client.post("/files/upload", **form)
        assert (reply.status_code, reply.json()) == (201, {"ok": True, "key": "lessons/видео.mp4"})
        found = await client.get("/files/stream/lessons/видео.mp4")
        assert (found.content, found.headers["content-type"]) == (content, "video/mp4")
        [upload] = await rows_of(stocked, "file_uploads")
        assert (upload["size"], upload["state"]) == (3_000_000, "stored")
        for form in ({"data": {"key": "a.pdf"}}, {"files": {"file": ("a.pdf", b"x")}}):
            assert (await client.post("/files/upload", **form)).status_code == 400

    async def test_a_file_that_is_too_large_leaves_nothing(self, client: httpx.AsyncClient, stocked: Container) -> None:
        limited(stocked, upload_max_bytes=1000)
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        form = {"data": {"key": "a.pdf"}, "files": {"file": ("a.pdf", b"x" * 1001)}}
        refused = await client.post("/files/upload", **form)
        assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
        assert (await client.get("/files/exists?key=a.pdf")).status_code == 404
        assert await rows_of(stocked, "file_uploads") == []

    async def test_a_large_file_is_uploaded_in_parts(self, client: httpx.AsyncClient, author: None) -> None:
        size = 16 * 1024 * 1024 + 5
        begun = await self.begin(client, size)
        assert (begun["part_size"], [part["part_number"] for part in begun["parts"]]) == (16 * 1024 * 1024, [1, 2])
        content = bytes(range(256)) * 65_536 + b"ende."
        done = []
        for part in begun["parts"]:
            start = (part["part_number"] - 1) * begun["part_size"]
            sent = await self.fetch(client, "PUT", part["url"], content=content[start : start + begun["part_size"]])
            assert sent.status_code == 200, sent.text
            done.append({"part_number": part["part_number"], "etag": sent.headers["etag"]})
        wrong = {"upload_id": begun["upload_id"], "parts": [done[0] | {"etag": '"' + "0" * 32 + '"'}]}
        refused = await client.post("/files/presign-upload/multipart/complete", json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong_parts")
        complete = {"upload_id": begun["upload_id"], "parts": done}
        stored = await client.post("/files/presign-upload/multipart/complete", json=complete)
        assert (stored.status_code, stored.json()["size"]) == (200, size)
        tail = await client.get("/files/stream/lessons/long.mp4", headers={"range": "bytes=-6"})
        assert tail.content == b"\xffende."
        again = await client.post("/files/presign-upload/multipart/complete", json=complete)
        assert (again.status_code, again.json()["code"]) == (404, "upload_not_found")

    async def test_an_upload_in_parts_is_anothers_business(
        self, client: httpx.AsyncClient, stocked: Container, author: None
    ) -> None:
        begun = await self.begin(client, 10)
        sent = await self.fetch(client, "PUT", begun["parts"][0]["url"], content=b"0123456789")
        parts = {"upload_id": begun["upload_id"], "parts": [{"part_number": 1, "etag": sent.headers["etag"]}]}
        other = await person(client, stocked, "other", Role.INSTRUCTOR)
        for path in ("complete", "abort"):
            reply = await client.post(f"/files/presign-upload/multipart/{path}", json=parts, headers=other)
            assert (reply.status_code, reply.json()["code"]) == (404, "upload_not_found")

    async def test_an_upload_that_was_given_up_is_gone(
        self, client: httpx.AsyncClient, stocked: Container, author: None
    ) -> None:
        begun = await self.begin(client, 10)
        abort = {"upload_id": begun["upload_id"]}
        assert (await client.post("/files/presign-upload/multipart/abort", json=abort)).json() == {"ok": True}
        assert (await client.post("/files/presign-upload/multipart/abort", json=abort)).status_code == 404
        assert (await self.fetch(client, "PUT", begun["parts"][0]["url"], content=b"x")).status_code == 404
        assert await rows_of(stocked, "file_uploads") == []

    async def test_after_a_day_what_nobody_names_is_forgotten(
        self, client: httpx.AsyncClient, stocked: Container, author: None
    ) -> None:
        """F11."""
        await self.begin(client, 10)
        await client.post("/files/presign-upload", json={"key": "never.pdf", "size": 10})
        for key in ("incoming/unnamed.pdf", "lessons/kept.pdf"):
            await client.post("/files/upload", data={"key": key}, files={"file": ("a", b"x")})
        assert (await client.get("/files/stream/incoming/unnamed.pdf")).status_code == 200
        assert await stocked.clean_uploads()() == 0
        stocked.clock.override(providers.Object(lambda: utc_now() + timedelta(days=2)))
        stocked.clean_uploads.reset()
        assert await stocked.clean_uploads()() == 3
        assert [row["key"] for row in await rows_of(stocked, "file_uploads")] == ["lessons/kept.pdf"]
        assert await stocked.object_store().find("incoming/unnamed.pdf") is None
        assert await stocked.object_store().find("lessons/kept.pdf") is not None

    async def test_the_folder_for_incoming_files_is_their_uploaders(
        self, client: httpx.AsyncClient, stocked: Container, author: None
    ) -> None:
        await put(stocked.object_store(), "incoming/of-another.pdf")
        await client.post("/files/upload", data={"key": "incoming/mine.pdf"}, files={"file": ("a", b"x")})
        listed = (await client.get("/files/folder-contents", params={"prefix": "incoming"})).json()
        assert [file["objectName"] for file in listed["files"]] == ["incoming/mine.pdf"]

    async def test_a_picture_becomes_the_avatar_and_the_former_one_goes(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked)
        keys = []
        for _ in range(2):
            reply = await client.post("/users/me/avatar", files={"file": ("me.pdf", PNG)})
            assert reply.status_code == 200
            assert reply.json().keys() == {"success", "key", "url"}
            keys.append(reply.json()["key"])
        assert (await client.get("/users/me")).json()["data"]["avatar_url"] == reply.json()["url"]
        shown = await client.get(own(reply.json()["url"]))
        assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
        assert await stocked.object_store().find(keys[0]) is None

    async def test_of_pictures_at_once_one_stays(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """Avatars are in no quota: each replaces the one before."""
        await sign_in(client, stocked)
        picture = {"file": ("me.png", PNG)}
        replies = await asyncio.gather(*(client.post("/users/me/avatar", files=picture) for _ in range(6)))
        found = [await stocked.object_store().find(reply.json()["key"]) for reply in replies]
        assert len([each for each in found if each]) == 1

    @pytest.mark.refuses
    async def test_what_is_no_picture_is_no_avatar(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """F11: by its bytes, whatever its name and type."""
        await sign_in(client, stocked)
        for content, code in (
            (b"<html><script>", "no_picture"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", "no_picture"),
            (b"", "no_picture"),
            (b"%PDF-1.7", "no_picture"),
            (PNG + b"\0" * 5 * 1024 * 1024, "picture_too_large"),
        ):
            reply = await client.post("/users/me/avatar", files={"file": ("me.png", content, "image/png")})
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "file")
            assert reply.json()["code"] == code
        assert (await client.post("/users/me/avatar", data={"x": "y"})).status_code == 400
        assert (await client.get("/users/me")).json()["data"]["avatar_url"] is None

    async def test_a_signed_url_allows_what_was_signed_alone(
        self, client: httpx.AsyncClient, stocked: Container, author: None
    ) -> None:
        body = {"key": "lessons/a.pdf", "contentType": "application/pdf", "size": 5}
        signed = (await client.post("/files/presign-upload", json=body)).json()
        assert (await self.fetch(client, "GET", signed["url"])).status_code == 403
        other = signed["url"].replace("a.pdf", "b.pdf")
        right = signed["headers"]
        assert (await self.fetch(client, "PUT", other, headers=right, content=b"%PDF-")).status_code == 403
        assert (await client.get("/files/exists?key=lessons/a.pdf")).status_code == 404


class SelfServedUploadsContract(HttpUploadsContract):
    """Limits of a signed PUT, which only stores enforce whose signed URLs this service serves."""

    async def test_one_byte_more_than_was_signed_is_refused(
        self, client: httpx.AsyncClient, stocked: Container, author: None
    ) -> None:
        signed = (await client.post("/files/presign-upload", json={"key": "a.pdf", "size": 5})).json()
        typed = {"Content-Type": "text/html"}
        assert (await self.fetch(client, "PUT", signed["url"], headers=typed, content=b"%PDF-")).status_code == 403
        too_large = await self.fetch(client, "PUT", signed["url"], headers=signed["headers"], content=b"%PDF-1")
        assert (too_large.status_code, too_large.json()["code"]) == (413, "file_too_large")
        for changed in (signed["url"].replace("most=5", "most=6"), signed["url"] + "&most=6", own(signed["url"])[:-1]):
            refused = await self.fetch(client, "PUT", changed, headers=signed["headers"], content=b"%PDF-1")
            assert (refused.status_code, refused.json()["code"]) == (403, "invalid_signature")

    async def test_without_a_size_what_arrives_is_counted_before_it_is_stored(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """Any number of URLs may be signed: none of them brings more than is left of the day."""
        limited(stocked, upload_quota_bytes=1000)
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        signed = [
            (await client.post("/files/presign-upload", json={"key": f"{number}.pdf", "form": bool(number % 2)})).json()
            for number in range(6)
        ]
        assert await counted(stocked) == 0
        replies = await asyncio.gather(*(self.send(client, each, b"x" * 300) for each in signed))
        statuses = [reply.status_code for reply in replies]
        arrived = [status for status in statuses if status in {200, 204}]
        assert set(statuses) - {200, 204} == {413}
        assert await counted(stocked) == 300 * len(arrived) <= 1000
        assert arrived

    async def send(self, client: httpx.AsyncClient, signed: dict[str, Any], content: bytes) -> httpx.Response:
        if "fields" in signed:
            return await self.send_form(client, signed["url"], signed["fields"], content)
        return await self.fetch(client, "PUT", signed["url"], headers=signed["headers"], content=content)

    async def test_a_part_is_not_larger_than_announced(
        self, client: httpx.AsyncClient, stocked: Container, author: None
    ) -> None:
        begun = await self.begin(client, 10)
        refused = await self.fetch(client, "PUT", begun["parts"][0]["url"], content=b"x" * 11)
        assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
        assert await counted(stocked) == 10

    async def test_a_signature_ends(self, client: httpx.AsyncClient, stocked: Container, author: None) -> None:
        """F9, F10."""
        signed = (await client.post("/files/presign-upload", json={"key": "a.pdf", "expiresIn": 60})).json()
        stocked.clock.override(providers.Object(lambda: utc_now() + timedelta(seconds=61)))
        stocked.serve_signed_urls.reset()
        late = await self.fetch(client, "PUT", signed["url"], headers=signed["headers"], content=b"x")
        assert (late.status_code, late.json()["code"]) == (403, "invalid_signature")
