"""Files over HTTP, over every store alike (spec: files)."""

from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest
from dependency_injector import providers

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.files.object_store import put
from tests.contracts.files.people import PDF, group_with_recording, own, person
from tests.people import add_person, sign_in

BAD_KEYS = [
    "../etc/passwd", "a/../b", "a/./b", "/etc/passwd", "a//b", "a\\b", "a\x00b", "a\nb", "x" * 1025, "и\u0306.pdf",
    "..", ".", "a/", "ы" * 513,
    "папка/" * 94 + "x",
]  # fmt: skip

BAD_PATHS = [
    "..%2f..%2fetc%2fpasswd", "a/%2e%2e/b", "a//b", "%2Fetc/passwd", "a%5Cb", "a%00b", "a%0Ab", "%FF", "a/..%2fb",
    "x" * 1025, "%D0%B8%CC%86.pdf",
]  # fmt: skip

NAMES = [
    ("a.pdf", "application/pdf", "inline"), ("a.mp4", "video/mp4", "inline"), ("a.png", "image/png", "inline"),
    ("a.svg", "image/svg+xml", "attachment"), ("a.html", "text/html", "attachment"),
    ("a.zip", "application/zip", "attachment"), ('q"u;o%te.pdf', "application/pdf", "inline"),
    ("право\u200fслева.pdf", "application/pdf", "inline"),
]  # fmt: skip


class HttpObjectsContract:
    """The fixtures `client` and `stocked` say over which store; `fetch` sends what was presigned."""

    async def test_a_presigned_url_reads_one_key_for_a_while(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """F9."""
        await put(stocked.object_store(), "lessons/№ 1.pdf", PDF, "application/pdf")
        await sign_in(client, stocked)
        signed = (await client.get("/files/presign", params={"key": "lessons/№ 1.pdf", "expiresIn": 60})).json()
        assert signed.keys() == {"url", "key", "expires_in", "expires_at", "content_type", "size"}
        assert (signed["key"], signed["expires_in"], signed["content_type"]) == (
            "lessons/№ 1.pdf",
            60,
            "application/pdf",
        )
        assert signed["size"] == len(PDF)
        reply = await self.fetch(client, "GET", signed["url"])
        assert (reply.status_code, reply.content) == (200, PDF)
        assert reply.headers["content-type"] == "application/pdf"
        assert quote("№ 1.pdf", safe="") in reply.headers["content-disposition"]
        part = await self.fetch(client, "GET", signed["url"], headers={"range": "bytes=1-3"})
        assert (part.status_code, part.content) == (206, b"PDF")
        other = signed["url"].replace(quote("№ 1.pdf"), "other.pdf")
        assert (await self.fetch(client, "GET", other)).status_code in {403, 404}
        assert (await self.fetch(client, "PUT", signed["url"], content=b"x")).status_code == 403

    async def fetch(self, client: httpx.AsyncClient, method: str, url: str, **request: object) -> httpx.Response:
        """Without the sender's own token."""
        bare = httpx.AsyncClient(transport=client._transport, base_url="http://atg.test")
        return await bare.request(method, own(url), **request)

    async def test_what_is_asked_of_presigning_is_checked(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await put(stocked.object_store(), "a.html", b"<html>", "text/html")
        await sign_in(client, stocked)
        missing = await client.get("/files/presign")
        assert (missing.status_code, missing.json()["error"]) == (400, "Missing key")
        absent = await client.get("/files/presign", params={"key": "absent"})
        assert (absent.status_code, absent.json()["error"]) == (404, "File not found")
        long = (await client.get("/files/presign", params={"key": "a.html", "expiresIn": 10**8})).json()
        assert long["expires_in"] == 604_800
        typed = (await client.get("/files/presign", params={"key": "a.html", "contentType": "text/plain"})).json()
        reply = await self.fetch(client, "GET", typed["url"])
        assert reply.headers["content-type"].startswith("text/plain")
        assert reply.headers["content-disposition"].startswith("attachment")
        for wrong in ("text/html\r\nSet-Cookie: a=b", "nonsense", "a/b;"):
            refused = await client.get("/files/presign", params={"key": "a.html", "contentType": wrong})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "contentType")

    async def test_a_folder_is_shown_as_the_frontend_reads_it(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        store = stocked.object_store()
        for key in ("lessons/1/тема.pdf", "lessons/1/видео/a.mp4", "lessons/2/b.pdf"):
            await put(store, key, PDF, "application/pdf")
        await sign_in(client, stocked)
        for prefix in ("lessons/1", "/lessons/1/", "lessons/1/"):
            found = (await client.get("/files/folder-contents", params={"prefix": prefix})).json()
            assert found["folders"] == [{"name": "видео", "path": "lessons/1/видео", "isFolder": True}]
            [file] = found["files"]
        assert file["objectName"] == "lessons/1/тема.pdf"
        assert file["fileName"] == file["originalName"] == file["original_name"] == "тема.pdf"
        assert file["size"] == file["file_size"] == len(PDF)
        assert file["type"] == "application/pdf"
        assert file["url"] == file["file_url"]
        assert (await client.get(own(file["url"]))).content == PDF
        assert file["lastModified"] == file["uploaded_at"]
        assert found["next_cursor"] is None
        unknown = (await client.get("/files/folder-contents", params={"prefix": "unknown"})).json()
        assert unknown == {"folders": [], "files": [], "next_cursor": None}

    async def test_a_folder_is_shown_in_pages(self, client: httpx.AsyncClient, stocked: Container) -> None:
        for number in range(5):
            await put(stocked.object_store(), f"many/{number}/x.pdf")
        await sign_in(client, stocked)
        params = {"prefix": "many", "delimiter": "", "limit": 2}
        seen, cursor = [], ""
        while cursor is not None:
            page = (
                await client.get("/files/folder-contents", params=params | ({"cursor": cursor} if cursor else {}))
            ).json()
            seen += [file["objectName"] for file in page["files"]]
            cursor = page["next_cursor"]
        assert seen == [f"many/{number}/x.pdf" for number in range(5)]
        bad = await client.get("/files/folder-contents", params={"delimiter": "|"})
        assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, "delimiter")

    async def test_whether_a_file_exists(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await put(stocked.object_store(), "there.pdf", PDF, "application/pdf")
        await sign_in(client, stocked)
        there = await client.get("/files/exists", params={"key": "there.pdf"})
        assert there.json().keys() == {"exists", "key", "contentType", "size", "lastModified", "etag"}
        absent = await client.get("/files/exists", params={"key": "absent"})
        assert absent.status_code == 404
        assert absent.json()["exists"] is False
        assert absent.json()["error"] == "File not found"
        assert absent.headers["content-type"] == "application/json"

    @pytest.mark.refuses
    async def test_what_is_no_key_is_named(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """F12."""
        await sign_in(client, stocked, role=Role.ADMIN)
        for key in BAD_KEYS:
            await self.require_refused(client, key)

    async def require_refused(self, client: httpx.AsyncClient, key: str) -> None:
        for path in ("presign", "exists", "stream-token"):
            reply = await client.get(f"/files/{path}", params={"key": key})
            assert (reply.status_code, reply.json()["code"]) == (400, "invalid_key"), path
        for method, body in (
            ("presign-upload", {"key": key}),
            ("presign-upload/multipart", {"key": key, "size": 1}),
            ("multipart/initiate", {"key": key}),
        ):
            reply = await client.post(f"/files/{method}", json=body)
            assert (reply.status_code, reply.json()["code"]) == (400, "invalid_key")
        form = {"data": {"key": key}, "files": {"file": ("x.pdf", PDF)}}
        assert (await client.post("/files/upload", **form)).status_code == 400
        assert (await client.delete("/files/object", params={"key": key})).status_code == 400

    async def test_what_is_no_key_in_a_path_is_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """F12: checked on the raw path."""
        await sign_in(client, stocked, role=Role.ADMIN)
        for path in BAD_PATHS:
            for prefix in ("stream", "signed"):
                url = httpx.URL("http://atg.test").copy_with(raw_path=f"/files/{prefix}/{path}".encode())
                reply = await client.get(url)
                assert reply.status_code in {400, 403, 404}, path
                assert reply.json()["code"] in {"invalid_key", "invalid_signature", "file_not_found"}
        double = httpx.URL("http://atg.test").copy_with(raw_path=b"/files/stream/%252e%252e/a")
        assert (await client.get(double)).status_code == 404

    async def test_a_token_streams_one_key_for_an_hour(self, client: httpx.AsyncClient, stocked: Container) -> None:
        for key in ("видео.mp4", "other.mp4"):
            await put(stocked.object_store(), key, PDF, "video/mp4")
        headers = await person(client, stocked, "anna", Role.USER)
        given = (await client.get("/files/stream-token", params={"key": "видео.mp4"}, headers=headers)).json()
        del client.headers["authorization"]
        reply = await client.get(own(given["url"]), headers={"range": "bytes=0-3"})
        assert (reply.status_code, reply.content) == (206, PDF[:4])
        other = await client.get("/files/stream/other.mp4", params={"token": given["token"]})
        assert (other.status_code, other.json()["code"]) == (403, "invalid_signature")
        for token in ("", "1.x", f"99999999999.{given['token'].split('.')[1]}", given["token"] + "x"):
            assert (await client.get("/files/stream/видео.mp4", params={"token": token})).status_code == 403
        stocked.clock.override(providers.Object(lambda: utc_now() + timedelta(hours=1, seconds=1)))
        stocked.sign_download.reset()
        assert (await client.get(own(given["url"]))).status_code == 403

    async def test_names_and_types_do_no_harm(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """F13."""
        await sign_in(client, stocked)
        for name, content_type, kind in NAMES:
            await put(stocked.object_store(), f"files/{name}", PDF, content_type)
            reply = await client.get(f"/files/stream/files/{quote(name)}")
            assert reply.headers["x-content-type-options"] == "nosniff"
            told = reply.headers["content-disposition"]
            assert told.startswith(f'{kind}; filename="')
            assert told.endswith("; filename*=UTF-8''" + quote(name, safe=""))
            assert told.isascii()
            assert told.count('"') == 2

    async def test_a_file_that_a_record_names_is_not_deleted_by_accident(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        named = (await rows_of(stocked, "topic_files"))[0]["minio_object_name"]
        people = [await add_person(stocked, f"the-{name}") for name in ("teacher", "pupil")]
        await group_with_recording(stocked, 9001, *people)
        for key in (named, "unnamed"):
            await put(stocked.object_store(), key, PDF)
        instructor = await person(client, stocked, "instructor", Role.INSTRUCTOR)
        assert (await client.delete("/files/object?key=unnamed", headers=instructor)).status_code == 403
        await sign_in(client, stocked, role=Role.ADMIN)
        refused = await client.delete("/files/object", params={"key": named})
        assert (refused.status_code, refused.json()["code"]) == (409, "file_in_use")
        recorded = await client.delete("/files/object", params={"key": "recordings/9001/a.mp4"})
        assert (recorded.status_code, recorded.json()["code"]) == (409, "file_in_use")
        assert (await client.delete("/files/object", params={"key": "unnamed"})).json() == {"ok": True, "deleted": True}
        assert (await client.delete("/files/object", params={"key": "unnamed"})).json() == {
            "ok": True,
            "deleted": False,
        }
        forced = await client.delete("/files/object", params={"key": named, "force": "true"})
        assert (forced.status_code, forced.json()) == (200, {"ok": True, "deleted": True})
