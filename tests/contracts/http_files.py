"""Files over HTTP, over every store alike (spec: files)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid4

import httpx
import msgspec
from dependency_injector import providers

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import insert, rows_of
from tests.contracts.files import put
from tests.contracts.http_identity import bearer
from tests.people import add_person, sign_in

PDF = b"%PDF-1.7 content"
BAD_KEYS = [
    "../etc/passwd", "a/../b", "a/./b", "/etc/passwd", "a//b", "a\\b", "a\x00b", "a\nb", "x" * 1025, "и\u0306.pdf",
    "..", ".", "a/",
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


def own(url: str) -> str:
    """A URL of this service as a path."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


async def person(client: httpx.AsyncClient, stocked: Container, username: str, role: Role) -> dict[str, str]:
    """The headers of somebody of the role."""
    return bearer(await sign_in(client, stocked, f"the-{username}", role=role))


async def id_of(client: httpx.AsyncClient, headers: dict[str, str]) -> UUID:
    return UUID((await client.get("/auth/me", headers=headers)).json()["user"]["id"])


_ABOUT_FILES = (
    *("object_store", "self_served_store", "checks", "read_rights", "find_file", "list_folder", "sign_reading"),
    *("signed_requests", "upload_limits", "reserve_upload", "sign_upload", "upload_in_parts", "upload_file"),
    *("delete_file", "change_avatar", "clean_uploads"),
)


def limited(stocked: Container, **limits: Any) -> None:
    """Other settings of files for one test."""
    stocked.settings.override(providers.Object(msgspec.structs.replace(stocked.settings(), **limits)))
    for name in _ABOUT_FILES:
        getattr(stocked, name).reset()


async def group_with_recording(stocked: Container, number: int, teacher_id: UUID, student_id: UUID) -> None:
    """A group of one student, and a lesson of it that was recorded, all of this number."""
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    await insert(stocked, "study_groups", id=number, name="A", teacher_id=teacher_id)
    await insert(stocked, "group_students", group_id=number, student_id=student_id)
    await insert(
        stocked, "scheduled_lessons", id=number, group_id=number, teacher_id=teacher_id, title="Урок", start_time=noon,
        end_time=noon + timedelta(hours=1),
    )  # fmt: skip
    for key, url in ((f"recordings/{number}/a.mp4", None), (None, "https://example.com/a")):
        await insert(stocked, "lesson_recordings", lesson_id=number, storage_key=key, url=url, created_at=noon)


async def require_reads(
    client: httpx.AsyncClient, headers: dict[str, str], readable: set[str], keys: Iterable[str]
) -> None:
    """Of the keys these and no others are listed, streamed and presigned."""
    listed = await client.get("/files/folder-contents", params={"delimiter": ""}, headers=headers)
    assert {file["objectName"] for file in listed.json()["files"]} & set(keys) == readable
    for key in keys:
        status = 200 if key in readable else 404
        assert (await client.get(f"/files/stream/{key}", headers=headers)).status_code == status, key
        assert (await client.get("/files/presign", params={"key": key}, headers=headers)).status_code == status, key


class HttpFilesContract:
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
        assert absent.headers["content-type"] == "application/problem+json"

    async def test_what_is_no_key_is_named(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """F12."""
        await sign_in(client, stocked, role=Role.ADMIN)
        for key in BAD_KEYS:
            await self.require_refused(client, key)

    async def require_refused(self, client: httpx.AsyncClient, key: str) -> None:
        for path in ("presign", "exists", "stream-token"):
            reply = await client.get(f"/files/{path}", params={"key": key})
            assert (reply.status_code, reply.json()["code"]) == (400, "invalid_key"), path
        for method, body in (("presign-upload", {"key": key}), ("presign-upload/multipart", {"key": key, "size": 1})):
            reply = await client.post(f"/files/{method}", json=body)
            assert (reply.status_code, reply.json()["code"]) == (400, "invalid_key")
        form = {"data": {"key": key}, "files": {"file": ("x.pdf", PDF)}}
        assert (await client.post("/files/upload", **form)).status_code == 400
        assert (await client.delete("/files/object", params={"key": key})).status_code == 400

    async def test_what_is_no_key_in_a_path_is_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """F12: judged on the path as it was sent."""
        await sign_in(client, stocked, role=Role.ADMIN)
        for path in BAD_PATHS:
            for prefix in ("stream", "signed"):
                url = httpx.URL("http://atg.test").copy_with(raw_path=f"/files/{prefix}/{path}".encode())
                reply = await client.get(url)
                assert reply.status_code in {400, 403, 404}, path
                assert reply.json()["code"] in {"invalid_key", "invalid_signature", "file_not_found"}
        double = httpx.URL("http://atg.test").copy_with(raw_path=b"/files/stream/%252e%252e/a")
        assert (await client.get(double)).status_code == 404

    async def test_public_prefixes_are_read_by_anyone_and_all_else_needs_signing_in(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        for key in ("stations/1.png", "lessons/1.pdf"):
            await put(stocked.object_store(), key, PDF)
        assert (await client.get("/files/stream/stations/1.png")).status_code == 200
        stale = {"authorization": "Bearer no-longer-good"}
        assert (await client.get("/files/stream/stations/1.png", headers=stale)).status_code == 200
        assert (await client.get("/files/presign", params={"key": "stations/1.png"})).status_code == 200
        for key in ("lessons/1.pdf", "absent"):
            assert (await client.get(f"/files/stream/{key}")).status_code == 401
            assert (await client.get("/files/exists", params={"key": key})).status_code == 401
        assert (await client.get("/files/folder-contents")).status_code == 401

    async def test_reserved_prefixes_have_rules_of_their_own(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        people = {role: await person(client, stocked, role, role) for role in Role}
        teacher_id = await id_of(client, people[Role.TEACHER])
        everyone, admin = set(Role), {Role.ADMIN}
        allowed = {
            "lessons/a": everyone,
            "avatars/a": everyone,
            "private/a": {Role.ADMIN, Role.INSTRUCTOR},
            "PRIVATE/b": {Role.ADMIN, Role.INSTRUCTOR},
            f"teachers/{teacher_id}/a": {Role.ADMIN, Role.TEACHER},
            f"teachers/{uuid4()}/a": admin,
            "incoming/a": admin,
            "recordings/a": admin,
            "shop/a": admin,
        }
        for key in allowed:
            await put(stocked.object_store(), key, PDF)
        for role, headers in people.items():
            listed = await client.get("/files/folder-contents", params={"delimiter": ""}, headers=headers)
            names = {file["objectName"] for file in listed.json()["files"]}
            for key, roles in allowed.items():
                status = 200 if role in roles else 404
                assert (await client.get(f"/files/stream/{key}", headers=headers)).status_code == status, (role, key)
                presigned = await client.get("/files/presign", params={"key": key}, headers=headers)
                assert presigned.status_code == status
                assert (key in names) == (role in roles)

    async def test_recordings_are_for_the_group_and_a_teachers_folder_for_their_students(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        roles = {"teacher": Role.TEACHER, "colleague": Role.TEACHER, "instructor": Role.INSTRUCTOR, "admin": Role.ADMIN}
        names = (*roles, "student", "pupil", "stranger")
        headers = {name: await person(client, stocked, name, roles.get(name, Role.USER)) for name in names}
        ids = {name: await id_of(client, headers[name]) for name in names}
        await group_with_recording(stocked, 9001, ids["teacher"], ids["student"])
        await group_with_recording(stocked, 9002, ids["colleague"], ids["pupil"])
        allowed = {
            "recordings/9001/a.mp4": {"teacher", "student", "admin"},
            "recordings/9002/a.mp4": {"colleague", "pupil", "admin"},
            "recordings/9001/of-no-record.mp4": {"admin"},
            f"teachers/{ids['teacher']}/a.pdf": {"teacher", "student", "admin"},
            f"teachers/{ids['colleague']}/a.pdf": {"colleague", "pupil", "admin"},
            f"teachers/{ids['teacher'].hex}/a.pdf": {"admin"},
            f"teachers/{ids['student']}/a.pdf": {"admin"},
        }
        for key in allowed:
            await put(stocked.object_store(), key, PDF)
        for name in names:
            readable = {key for key, readers in allowed.items() if name in readers}
            await require_reads(client, headers[name], readable, allowed)
        other_cases = ("RECORDINGS/9001/a.mp4", f"Teachers/{ids['teacher']}/a.pdf", f"TEACHERS/{ids['teacher']}/a.pdf")
        for key in other_cases:
            await put(stocked.object_store(), key, PDF)
        await require_reads(client, headers["student"], set(), other_cases)
        del client.headers["authorization"]
        for key in (*allowed, *other_cases):
            assert (await client.get(f"/files/stream/{key}")).status_code == 401

    async def test_topics_files_are_for_those_who_are_enrolled_if_that_is_asked_for(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        files = [row for row in await rows_of(stocked, "topic_files") if row["minio_object_name"].endswith(".pdf")]
        key = files[0]["minio_object_name"]
        limited(stocked, files_require_enrollment=True)
        await put(stocked.object_store(), key, PDF)
        await put(stocked.object_store(), "other.pdf", PDF)
        await sign_in(client, stocked)
        assert (await client.get(f"/files/stream/{quote(key)}")).status_code == 404
        assert (await client.get("/files/stream/other.pdf")).status_code == 200
        for course in (await client.get("/courses?size=100")).json()["items"]:
            await client.post(f"/courses/{course['id']}/enroll")
        assert (await client.get(f"/files/stream/{quote(key)}")).status_code == 200
        author = await person(client, stocked, "author", Role.INSTRUCTOR)
        assert (await client.get(f"/files/stream/{quote(key)}", headers=author)).status_code == 200

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
        stocked.sign_reading.reset()
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
