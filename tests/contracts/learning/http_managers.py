"""Managers over HTTP, over every database alike: they see and assign to their people, and nothing of others."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from atg_core.identity.model import Role, User
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.learning.people import PAST, as_admin, staff
from tests.people import account, begin_session
from tests.school import School, school

FOREIGN = ("w3", "Цех №2")
"""What nothing that the manager of the first department gets may hold."""


async def as_manager(client: httpx.AsyncClient, stocked: Container) -> UUID:
    """Leads nothing yet."""
    person = account("chief", role=Role.USER)
    async with stocked.open_identity()() as store:
        await store.add_account(person)
    await _be(client, stocked, person.user)
    return person.user.id


async def _be(client: httpx.AsyncClient, stocked: Container, user: User) -> None:
    client.headers["authorization"] = f"Bearer {await begin_session(stocked, user)}"


async def led(stocked: Container, manager: UUID, *departments: str, stations: tuple[int, ...] = ()) -> None:
    await stocked.appoint_manager()(manager, departments, stations)


async def department(client: httpx.AsyncClient, stocked: Container) -> tuple[School, dict[str, UUID], UUID]:
    """w1 and w2 in the first department are late, as w3 in the second; the caller leads the first."""
    at = await school(stocked)
    people = await staff(stocked)
    due = [{"username": name, "course": "S-C", "due_at": PAST} for name in ("w1", "w2", "w3")]
    await arrange(stocked, enrollments=due)
    manager = await as_manager(client, stocked)
    await led(stocked, manager, "Цех №1")
    return at, people, manager


async def names(client: httpx.AsyncClient, path: str) -> set[str]:
    reply = await client.get(path)
    assert reply.status_code == 200, reply.text
    return {row["username"] for row in reply.json()["items"]}


class HttpManagersContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_manager_sees_who_is_in_what_they_lead(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at, people, manager = await department(client, stocked)
        for path in ("people", "late", "matrix", f"matrix?course_id={at.course}", "late?q=w&order=name"):
            assert await names(client, f"/managed/{path}") == {"w1", "w2"}, path
        person = (await client.get(f"/managed/people/{people['w1']}")).json()
        assert [cell["days_late"] > 0 for cell in person["cells"]] == [True]
        certificates = await client.get(f"/managed/people/{people['w1']}/certificates")
        assert (certificates.status_code, certificates.json()["total"]) == (200, 0)
        await led(stocked, manager, stations=(at.station,))
        assert await names(client, "/managed/people") == {"w1", "w3"}
        await led(stocked, manager, "Цех №1", "Цех №2")
        assert await names(client, "/managed/people") == {"w1", "w2", "w3"}

    async def test_who_leads_nothing_any_more_sees_nothing_at_once(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at, people, manager = await department(client, stocked)
        body = {"course_id": str(at.course), "audience": "users", "user_ids": [str(people["w1"])]}
        own = (await client.post("/managed/assignments", json=body)).json()["id"]
        await led(stocked, manager, "Цех №2")
        assert await names(client, "/managed/people") == {"w3"}
        assert (await client.get("/managed/assignments")).json()["total"] == 0
        for method, path in (
            ("GET", f"/managed/people/{people['w1']}"),
            ("GET", f"/managed/people/{people['w1']}/certificates"),
            ("GET", f"/managed/assignments/{own}/people"),
            ("PUT", f"/managed/assignments/{own}"),
            ("DELETE", f"/managed/assignments/{own}"),
        ):
            assert (await client.request(method, path, json={})).status_code == 404, path
        await led(stocked, manager)
        assert await names(client, "/managed/people") == set()

    async def test_nothing_of_others_is_told(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """Not by filters, files, errors or numbers."""
        at, people, _ = await department(client, stocked)
        for path, rows in (
            ("people?department=Цех №2", 0),
            (f"people?station_id={at.station}", 1),
            ("people?q=w3", 0),
            ("late?department=Цех №3", 0),
            ("late?size=1", 2),
            ("matrix?q=w", 2),
        ):
            reply = await client.get(f"/managed/{path}")
            assert (reply.status_code, reply.json()["total"]) == (200, rows), path
            assert not [mark for mark in FOREIGN if mark in reply.text], path
        for path in ("late", "matrix"):
            text = (await client.get(f"/managed/{path}.csv")).text
            assert len(text.splitlines()) == 3
            assert not [mark for mark in FOREIGN if mark in text], path
            assert (await client.get(f"/managed/{path}.xlsx")).status_code == 200
        for tail in ("", "/certificates"):
            unknown = await client.get(f"/managed/people/{uuid4()}{tail}")
            foreign = await client.get(f"/managed/people/{people['w3']}{tail}")
            assert (unknown.status_code, unknown.json()) == (foreign.status_code, foreign.json())
            assert foreign.status_code == 404

    async def test_a_manager_assigns_to_own_people_alone(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at, people, _ = await department(client, stocked)
        course = {"course_id": str(at.course)}

        async def assigned(**body: Any) -> httpx.Response:
            return await client.post("/managed/assignments", json={**course, "audience": "group", **body})

        made = await assigned(department="Цех №1", due_days=3)
        assert (made.status_code, made.json()["people"]) == (201, 2)
        assert (await assigned(department="Цех №1", station_id=at.station)).json()["people"] == 1
        some = await assigned(audience="users", user_ids=[str(people["w2"])])
        assert (some.status_code, some.json()["people"]) == (201, 1)
        refused = [
            await assigned(**body)
            for body in (
                {"department": "Цех №2"},
                {"department": "Цек №1"},
                {"station_id": at.station},
                {"station_id": 2_000_000},
                {"position": "Слесарь"},
                {"audience": "company"},
                {"audience": "users", "user_ids": [str(people["w1"]), str(people["w3"])]},
                {"audience": "users", "user_ids": [str(uuid4())]},
            )
        ]
        assert {(reply.status_code, reply.json()["code"]) for reply in refused} == {(404, "not_managed")}
        assert len({reply.text for reply in refused}) == 1
        assert (await client.get("/managed/assignments")).json()["total"] == 3
        path = f"/managed/assignments/{made.json()['id']}"
        assert await names(client, f"{path}/people") == {"w1", "w2"}
        assert (await client.put(path, json={"due_days": 9})).json()["due_days"] == 9
        assert (await client.delete(path)).status_code == 204

    async def test_what_others_have_assigned_is_seen_where_it_is_for_own_people_and_not_changed(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at, people, _ = await department(client, stocked)
        token = client.headers["authorization"]
        await as_admin(client, stocked)
        audiences: tuple[dict[str, Any], ...] = (
            {"audience": "group", "department": "Цех №1"},
            {"audience": "group", "department": "Цех №2"},
            {"audience": "company"},
            {"audience": "users", "user_ids": [str(people["w1"])]},
        )
        body = {"course_id": str(at.course)}
        made = [(await client.post("/admin/assignments", json={**body, **each})).json()["id"] for each in audiences]
        client.headers["authorization"] = token
        listed = (await client.get("/managed/assignments")).json()
        assert ([row["id"] for row in listed["items"]], listed["total"]) == (made[:1], 1)
        for method in ("PUT", "DELETE"):
            replies = [await client.request(method, f"/managed/assignments/{each}", json={}) for each in made]
            assert [reply.status_code for reply in replies] == [403, 404, 404, 404]
        replies = [await client.get(f"/managed/assignments/{each}/people") for each in made]
        assert [reply.status_code for reply in replies] == [200, 404, 404, 404]

    async def test_an_administrator_says_who_leads_what(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        path = f"/admin/managers/{people['w1']}"
        led_by = {"departments": ["цех №2"], "station_ids": [at.station]}
        assert (await client.put(path, json=led_by)).json() == {**led_by, "departments": ["Цех №2"]}
        [row] = (await client.get("/admin/managers")).json()["items"]
        assert (row["username"], row["departments"]) == ("w1", ["Цех №2"])
        assert row["stations"] == [{"id": at.station, "name": "S"}]
        of = await stocked.manager_queries().managers_of([people["w3"], people["w1"], people["w2"]])
        assert of == {people["w3"]: [people["w1"]]}
        assert (await client.put(path, json={})).json() == {"departments": [], "station_ids": []}
        assert (await client.get("/admin/managers")).json()["total"] == 0

    async def test_an_import_says_who_leads_what(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        rows = [
            {"username": "w1", "department": "Цех №2", "station": ""},
            {"username": "w1", "department": "", "station": "S"},
        ]
        assert (await arrange(stocked, managers=rows))["managers.csv"].created == 2
        assert (await arrange(stocked, managers=rows))["managers.csv"].unchanged == 2
        manager = await stocked.manager_queries().find_manager(people["w1"])
        assert (manager.departments, [station.id for station in manager.stations]) == (("Цех №2",), [at.station])
        assert len(await rows_of(stocked, "managers")) == 2

    @pytest.mark.refuses
    async def test_who_can_not_lead_is_said(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        for who, body, status, field in (
            (people["w1"], {"departments": ["Цек №1"]}, 400, "departments"),
            (people["w1"], {"station_ids": [2_000_000]}, 400, "station_ids"),
            (people["w4"], {}, 404, None),
            ("x", {}, 404, None),
        ):
            reply = await client.put(f"/admin/managers/{who}", json=body)
            assert reply.status_code == status, reply.text
            assert not field or reply.json()["errors"][0]["field"] == field
        assert not await rows_of(stocked, "managers")
