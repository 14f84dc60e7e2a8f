"""Read permissions of files over HTTP, over every store alike (spec: files, Keys and rights)."""

from collections.abc import Iterable
from urllib.parse import quote
from uuid import uuid4

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.files.object_store import put
from tests.contracts.files.people import PDF, group_with_recording, id_of, limited, person
from tests.people import sign_in


async def require_reads(
    client: httpx.AsyncClient, headers: dict[str, str], readable: set[str], keys: Iterable[str]
) -> None:
    """Of the keys, exactly the readable ones are listed, streamed and presigned."""
    listed = await client.get("/files/folder-contents", params={"delimiter": ""}, headers=headers)
    assert {file["objectName"] for file in listed.json()["files"]} & set(keys) == readable
    for key in keys:
        status = 200 if key in readable else 404
        assert (await client.get(f"/files/stream/{key}", headers=headers)).status_code == status, key
        assert (await client.get("/files/presign", params={"key": key}, headers=headers)).status_code == status, key


class HttpPermissionsContract:
    """The fixtures `client` and `stocked` say over which store."""

    async def test_public_prefixes_are_read_by_anyone_and_all_else_needs_signing_in(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        for key in ("stations/1.png", "lessons/1.pdf", "models/turbine.glb", "tex_kart/1.png", "public/1.pdf"):
            await put(stocked.object_store(), key, PDF)
            status = 401 if key.startswith("lessons/") else 200
            assert (await client.get(f"/files/stream/{key}")).status_code == status
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
            "shop/a": {Role.ADMIN, Role.SHOP},
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
        limited(stocked, files_require_enrollment=True, public_prefixes=["public/"])
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
