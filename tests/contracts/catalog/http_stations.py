"""Station authoring over HTTP, over every database alike (spec: catalog-learning)."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import insert
from tests.contracts.identity.http_sign_in import bearer
from tests.people import sign_in

STATION = {"name": "Новая станция", "short_name": "КС-99", "power": "30 МВт"}
# By path: the required fields, a change, and the error for absence.
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "equipment": ({"name": "ГПА-16"}, {"quantity": 4}, "Equipment not found"),
    "specs": ({"category": "Давление", "value": "5,4"}, {"unit": "МПа"}, "Specification not found"),
    "safety": ({"name": "Пожаротушение"}, {"manufacturer": "Завод"}, "Safety system not found"),
    "gas-sources": ({"source_name": "Месторождение"}, {"order_index": 7}, "Gas source not found"),
    "photos": ({"view": "station_image", "image_url": "stations/1.png"}, {"title": "Вид"}, "Photo not found"),
}


class HttpStationsContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture
    async def station(self, client: httpx.AsyncClient, stocked: Container) -> dict[str, Any]:
        await sign_in(client, stocked, role=Role.ADMIN)
        made = await client.post("/stations/create/", json=STATION)
        assert made.status_code == 201, made.text
        station: dict[str, Any] = made.json()
        return station

    async def test_a_station_is_made_changed_and_deleted(
        self, client: httpx.AsyncClient, station: dict[str, Any]
    ) -> None:
        assert station in (await client.get("/stations")).json()["data"]
        assert (station["courses_count"], station["status"]) == (0, "active")
        change = {"power": None, "location": "Север", "status": "maintenance", "courses_count": 9}
        changed = await client.put(f"/stations/{station['id']}/update/", json=change)
        assert changed.json() == station | {"location": "Север", "status": "maintenance"}
        deleted = await client.delete(f"/stations/{station['id']}/delete/")
        assert (deleted.status_code, deleted.json()) == (200, {"success": True})
        for reply in (
            await client.get(f"/stations/{station['id']}"),
            await client.put(f"/stations/{station['id']}/update/", json={}),
            await client.delete(f"/stations/{station['id']}/delete/"),
            await client.put("/stations/nonsense/update/", json={}),
        ):
            assert (reply.status_code, reply.json()["error"]) == (404, "Station not found")

    async def test_a_short_name_is_had_once(self, client: httpx.AsyncClient, station: dict[str, Any]) -> None:
        again = await client.post("/stations/create/", json=STATION)
        assert (again.status_code, again.json()["code"]) == (409, "short_name_taken")
        taken = await client.put("/stations/1/update/", json={"short_name": STATION["short_name"]})
        assert (taken.status_code, taken.json()["code"]) == (409, "short_name_taken")

    async def test_a_station_in_which_somebody_learns_is_not_deleted(
        self, client: httpx.AsyncClient, stocked: Container, station: dict[str, Any]
    ) -> None:
        me = UUID((await client.get("/auth/me")).json()["user"]["id"])
        topic = (await client.get("/stations/1/course-program")).json()["courseProgram"]["lessons"][0]["topics"][0]
        now = utc_now()
        progress = {"completed": True, "position_seconds": 0, "created_at": now, "updated_at": now}
        await insert(stocked, "user_topic_progress", id=uuid4(), user_id=me, topic_id=topic["id"], **progress)
        refused = await client.delete("/stations/1/delete/")
        assert (refused.status_code, refused.json()["code"]) == (409, "station_in_use")
        courses = (await client.get("/courses/stations/2")).json()["data"]
        assert (await client.delete("/stations/2/delete/")).status_code == 200
        for course in courses:
            assert (await client.get(f"/courses/{course['id']}")).json()["course"]["station_id"] is None

    @pytest.mark.parametrize("kind", KINDS)
    async def test_a_part_is_added_changed_and_deleted(
        self, client: httpx.AsyncClient, station: dict[str, Any], kind: str
    ) -> None:
        needed, change, absent = KINDS[kind]
        path, list_name = f"/stations/{station['id']}/{kind}", {"gas-sources": "gas_sources"}.get(kind, kind)
        made = await client.post(f"{path}/create/", json=needed)
        assert made.status_code == 201, made.text
        assert made.json().items() >= needed.items() | {"order_index": 0, "station_id": station["id"]}.items()
        [shown] = (await client.get(f"/stations/{station['id']}")).json()[list_name]
        assert shown == made.json()
        part = f"{path}/{made.json()['id']}"
        changed = await client.put(f"{part}/update/", json=change | dict.fromkeys(needed))
        assert changed.json() == made.json() | change
        elsewhere = f"/stations/1/{kind}/{made.json()['id']}"
        for reply in (
            await client.put(f"{elsewhere}/update/", json=change),
            await client.delete(f"{elsewhere}/delete/"),
            await client.put(f"{path}/999999/update/", json=change),
            await client.delete(f"{path}/nonsense/delete/"),
        ):
            assert (reply.status_code, reply.json()["error"]) == (404, absent)
        assert (await client.delete(f"{part}/delete/")).json() == {"success": True}
        assert (await client.get(f"/stations/{station['id']}")).json()[list_name] == []
        nowhere = await client.post(f"/stations/999999/{kind}/create/", json=needed)
        assert (nowhere.status_code, nowhere.json()["error"]) == (404, "Station not found")

    @pytest.mark.refuses
    @pytest.mark.parametrize("kind", KINDS)
    async def test_what_is_missing_is_named(
        self, client: httpx.AsyncClient, station: dict[str, Any], kind: str
    ) -> None:
        for missing in KINDS[kind][0]:
            body = {name: value for name, value in KINDS[kind][0].items() if name != missing}
            reply = await client.post(f"/stations/{station['id']}/{kind}/create/", json=body)
            assert (reply.status_code, [error["field"] for error in reply.json()["errors"]]) == (400, [missing])

    async def test_features_belong_to_a_safety_system(self, client: httpx.AsyncClient, station: dict[str, Any]) -> None:
        path = f"/stations/{station['id']}/safety"
        systems = [(await client.post(f"{path}/create/", json={"name": name})).json()["id"] for name in ("a", "b")]
        made = await client.post(f"{path}/{systems[0]}/features/create/", json={"feature_name": "Датчики"})
        assert made.status_code == 201
        assert made.json().keys() == {"id", "feature_name", "order_index"}
        feature = f"{path}/{systems[0]}/features/{made.json()['id']}"
        changed = await client.put(f"{feature}/update/", json={"order_index": 3})
        assert changed.json() == made.json() | {"order_index": 3}
        shown = (await client.put(f"{path}/{systems[0]}/update/", json={})).json()
        assert shown["features"] == [changed.json()]
        assert shown["feature_names"] == ["Датчики"]
        for other, absent in (
            (f"{path}/{systems[1]}/features/{made.json()['id']}", "Feature not found"),
            (f"/stations/1/safety/{systems[0]}/features/{made.json()['id']}", "Safety system not found"),
        ):
            reply = await client.delete(f"{other}/delete/")
            assert (reply.status_code, reply.json()["error"]) == (404, absent)
        assert (await client.delete(f"{feature}/delete/")).json() == {"success": True}
        assert (await client.delete(f"{path}/{systems[0]}/delete/")).status_code == 200

    async def test_a_second_photo_of_a_view_changes_the_first(
        self, client: httpx.AsyncClient, station: dict[str, Any]
    ) -> None:
        path, view = f"/stations/{station['id']}/photos/create/", {"view": "tech_map_image"}
        first = (await client.post(path, json=view | {"image_url": "a.png", "title": "Схема"})).json()
        second = await client.post(path, json=view | {"image_url": "b.png"})
        assert (second.status_code, second.json()) == (201, first | {"image_url": "b.png"})

    async def test_photos_of_any_other_view_are_there_as_often_as_wanted(
        self, client: httpx.AsyncClient, station: dict[str, Any]
    ) -> None:
        path = f"/stations/{station['id']}/photos"
        for key in ("a.png", "b.png"):
            made = await client.post(f"{path}/create/", json={"title": key, "view": "other", "image_url": key})
            assert (made.status_code, made.json()["view"]) == (201, "other")
        once = (await client.post(f"{path}/create/", json={"view": "station_image", "image_url": "c.png"})).json()
        other = f"{path}/{made.json()['id']}/update/"
        assert (await client.put(other, json={"view": "station_image"})).json()["code"] == "already_there"
        assert (await client.put(other, json={"view": "Вид с севера"})).json()["view"] == "Вид с севера"
        assert (await client.put(f"{path}/{once['id']}/update/", json=once)).json() == once
        shown = (await client.get(f"/stations/{station['id']}")).json()["photos"]
        assert sorted(photo["view"] for photo in shown) == ["other", "station_image", "Вид с севера"]
        for view in ("", "x" * 101):
            reply = await client.post(f"{path}/create/", json={"view": view, "image_url": "d.png"})
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "view")

    async def test_a_gas_source_is_named_once(self, client: httpx.AsyncClient, station: dict[str, Any]) -> None:
        path = f"/stations/{station['id']}/gas-sources"
        for status in (201, 409):
            assert (await client.post(f"{path}/create/", json={"source_name": "a"})).status_code == status
        other = (await client.post(f"{path}/create/", json={"source_name": "b"})).json()
        taken = await client.put(f"{path}/{other['id']}/update/", json={"source_name": "a"})
        assert (taken.status_code, taken.json()["code"]) == (409, "already_there")

    async def test_documents_are_added_and_deleted(self, client: httpx.AsyncClient, station: dict[str, Any]) -> None:
        path = f"/stations/{station['id']}/docs"
        made = await client.post(f"{path}/create/", json={"title": "Правила", "file_url": "docs/1.pdf"})
        assert made.status_code == 201
        assert (await client.get(f"/stations/{station['id']}")).json()["normativeDocs"] == [made.json()]
        assert (await client.delete(f"{path}/{made.json()['id']}/delete/")).json() == {"success": True}
        gone = await client.delete(f"{path}/{made.json()['id']}/delete/")
        assert (gone.status_code, gone.json()["error"]) == (404, "Document not found")

    @pytest.mark.refuses
    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
    async def test_only_administrators_may(self, client: httpx.AsyncClient, stocked: Container, role: Role) -> None:
        headers = bearer(await sign_in(client, stocked, role=role))
        for path in ("/stations/create", "/stations/1/equipment/create", "/stations/1/safety/1/features/create"):
            assert (await client.post(path, json=STATION, headers=headers)).status_code == 403
        for path in ("/stations/1", "/stations/1/specs/1", "/stations/1/docs/1"):
            assert (await client.delete(f"{path}/delete", headers=headers)).status_code == 403
