"""Topic files and promotional videos over HTTP, over every database alike."""

from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.files.object_store import put
from tests.people import sign_in

FILE = {"originalName": "Схема.pdf", "objectKey": "lessons/схема.pdf", "fileType": "pdf", "fileSize": 10}
SHOWN = {"id", "title", "originalName", "objectKey", "fileType", "isMain", "orderIndex", "fileSize", "mimeType"}
VIDEO = {"title": "Станция", "objectKey": "public/promo.mp4"}


class HttpTopicFilesContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture
    async def path(self, client: httpx.AsyncClient, stocked: Container) -> str:
        await sign_in(client, stocked, role=Role.ADMIN)
        program = (await client.get("/stations/1/course-program")).json()["courseProgram"]
        return f"/stations/1/course-program/topics/{program['lessons'][0]['topics'][0]['id']}/files"

    async def files(self, client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = (await client.get(path)).json()["data"]
        return listed

    async def test_a_file_is_added_changed_and_taken_away(
        self, client: httpx.AsyncClient, stocked: Container, path: str
    ) -> None:
        await put(stocked.object_store(), FILE["objectKey"], b"%PDF-1.7")
        made = await client.post(f"{path}/create/", json=FILE | {"orderIndex": 99})
        assert made.status_code == 201, made.text
        added = {name: made.json()[name] for name in SHOWN}
        assert made.json() == added | {"data": added | {"isActive": True}}
        assert (added["title"], added["isMain"], added["fileType"]) == ("Схема.pdf", False, "document")
        assert added in await self.files(client, path)
        file = f"{path}/{added['id']}"
        changed = await client.put(f"{file}/update/", json={"title": "Схема цеха", "fileType": None})
        assert (changed.status_code, changed.json()) == (200, {"ok": True})
        assert added | {"title": "Схема цеха"} in await self.files(client, path)
        gone = await client.delete(f"{file}/delete/?deleteObject=1")
        assert gone.json() == {"ok": True, "deleted": True, "objectKey": FILE["objectKey"]}
        assert await stocked.object_store().find(FILE["objectKey"]) is None
        assert (await client.delete(f"{file}/delete/")).json()["error"] == "File not found"

    async def test_a_new_main_pdf_takes_the_place_of_the_former(self, client: httpx.AsyncClient, path: str) -> None:
        before = [file["id"] for file in await self.files(client, path) if file["isMain"]]
        made = (await client.post(f"{path}/create/", json=FILE | {"isMain": True})).json()
        assert (made["isMain"], made["fileType"]) == (True, "pdf")
        after = await self.files(client, path)
        assert [file["id"] for file in after if file["isMain"]] == [made["id"]]
        assert {file["id"] for file in after} >= {*before, made["id"]}

    @pytest.mark.refuses
    async def test_what_is_missing_or_wrong_is_told_as_the_frontend_reads_it(
        self, client: httpx.AsyncClient, path: str
    ) -> None:
        for change, error in (
            ({"originalName": None}, "Missing originalName"),
            ({"objectKey": ""}, "Missing objectKey"),
            ({"fileType": "page"}, "Invalid fileType"),
            ({"fileType": None}, "Invalid fileType"),
            ({"objectKey": "../secret"}, "В ключе есть пустая часть, «.» или «..»"),
        ):
            reply = await client.post(f"{path}/create/", json=FILE | change)
            assert (reply.status_code, reply.json()["error"]) == (400, error)

    async def test_all_that_is_missing_is_named_beside_the_words_that_the_frontend_reads(
        self, client: httpx.AsyncClient, path: str
    ) -> None:
        told = (await client.post(f"{path}/create/", json={"title": "x"})).json()
        assert (told["error"], told["text"]) == ("Missing originalName", "Не указан originalName")
        assert [each["field"] for each in told["errors"]] == ["originalName", "objectKey", "fileType"]

    async def test_a_topic_has_an_object_once(self, client: httpx.AsyncClient, path: str) -> None:
        assert (await client.post(f"{path}/create/", json=FILE)).status_code == 201
        assert (await client.post(f"{path}/create/", json=FILE)).json()["code"] == "already_there"

    async def test_an_object_that_another_record_names_stays(
        self, client: httpx.AsyncClient, stocked: Container, path: str
    ) -> None:
        await put(stocked.object_store(), FILE["objectKey"], b"%PDF-1.7")
        made = (await client.post(f"{path}/create/", json=FILE)).json()
        await client.post("/stations/1/docs/create", json={"title": "Та же", "file_url": FILE["objectKey"]})
        await client.delete(f"{path}/{made['id']}/delete/?deleteObject=1")
        assert await stocked.object_store().find(FILE["objectKey"]) is not None

    async def test_a_file_is_what_its_record_says(
        self, client: httpx.AsyncClient, stocked: Container, path: str
    ) -> None:
        """F11: by its first bytes."""
        for key, content in (("a.pdf", b"<html><script>"), ("b.pdf", b"%PDF-1.7"), ("c.mp4", b"%PDF-1.7")):
            await put(stocked.object_store(), key, content)
        for key, kind, status in (
            ("a.pdf", "pdf", 400),
            ("a.pdf", "document", 400),
            ("c.mp4", "video", 400),
            ("b.pdf", "pdf", 201),
        ):
            body = FILE | {"objectKey": key, "fileType": kind, "isMain": kind == "pdf"}
            reply = await client.post(f"{path}/create/", json=body)
            assert reply.status_code == status, (key, kind)
            if status == 400:
                assert reply.json()["code"] == "not_what_it_says"
        video = await client.put("/stations/1/promo-video/update", json={"objectKey": "a.pdf"})
        assert (video.status_code, video.json()["code"]) == (400, "not_what_it_says")

    async def test_topics_and_files_of_others_are_not_found(self, client: httpx.AsyncClient, path: str) -> None:
        made = (await client.post(f"{path}/create/", json=FILE)).json()
        for elsewhere in (path.replace("/stations/1/", "/stations/2/"), path.replace("topics/", "topics/99999")):
            assert (await client.get(elsewhere)).json()["error"] == "Topic not found"
            assert (await client.post(f"{elsewhere}/create/", json=FILE)).status_code == 404
            assert (await client.delete(f"{elsewhere}/{made['id']}/delete/")).status_code == 404
        for number in ("99999", "nonsense"):
            reply = await client.put(f"{path}/{number}/update/", json={"title": "x"})
            assert (reply.status_code, reply.json()["error"]) == (404, "File not found")

    async def test_a_station_has_one_promotional_video(
        self, client: httpx.AsyncClient, stocked: Container, path: str
    ) -> None:
        video = "/stations/1/promo-video"
        assert (await client.get(video)).json() == {"video": None}
        missing = await client.put(f"{video}/update", json={"title": "x"})
        assert (missing.status_code, missing.json()["error"]) == (400, "Missing objectKey")
        first = (await client.put(f"{video}/update", json=VIDEO)).json()
        assert first["video"].items() >= (VIDEO | {"stationId": 1}).items()
        second = await client.put(f"{video}/update", json={"objectKey": "public/other.mp4"})
        assert second.json() == {"video": first["video"] | {"objectKey": "public/other.mp4"}}
        assert (await client.get(video)).json() == second.json()
        await put(stocked.object_store(), "public/other.mp4")
        assert (await client.delete(f"{video}/delete?deleteObject=1")).json() == {"ok": True, "deleted": True}
        assert await stocked.object_store().find("public/other.mp4") is None
        assert (await client.delete(f"{video}/delete")).json() == {"ok": True, "deleted": False}
        for nowhere in ("999", "x"):
            assert (await client.get(f"/stations/{nowhere}/promo-video")).json()["error"] == "Station not found"

    async def test_anyone_reads_and_only_administrators_write(
        self, client: httpx.AsyncClient, stocked: Container, path: str
    ) -> None:
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        assert (await client.post(f"{path}/create/", json=FILE)).status_code == 403
        assert (await client.put("/stations/1/promo-video/update", json=VIDEO)).status_code == 403
        del client.headers["authorization"]
        assert (await client.get(path)).status_code == 200
        assert (await client.get("/stations/1/promo-video")).status_code == 200
