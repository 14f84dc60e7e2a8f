"""Certificates that end, and those won elsewhere, over HTTP and over every database alike."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_core.learning.certificate_register import CertificateState, RegisterQuery
from atg_entrypoints.container import Container
from tests.arranging import arrange, insert, rows_of
from tests.people import add_person, sign_in
from tests.school import School, complete_course, school

DAY = timedelta(days=1)


def certificate(user_id: UUID, course_id: UUID, number: str, **values: Any) -> dict[str, Any]:
    now = utc_now().replace(microsecond=0)
    given = {"full_name": "Юлия", "title": "Курс S", "issued_at": now - 400 * DAY, "revoked_at": None}
    named = {"user_id": user_id, "course_id": course_id, "number": number, "verification_code": number[::-1]}
    return {"id": uuid4(), "round": 1, "valid_until": None, **named, **given, **values}


def external(username: str, number: str, **cells: str) -> dict[str, str]:
    given = {"issuer": "Ростехнадзор", "title": "Промышленная безопасность", "issued_at": "2026-01-10"}
    return {"username": username, "course": "S-C", "number": number, "valid_until": "", **given, **cells}


async def listed(client: httpx.AsyncClient, **query: Any) -> list[tuple[str, str]]:
    reply = await client.get("/admin/certificates", params=query)
    assert reply.status_code == 200, reply.text
    return [(row["number"], row["state"]) for row in reply.json()["items"]]


async def give_validity(client: httpx.AsyncClient, stocked: Container, at: School, **values: Any) -> None:
    await sign_in(client, stocked, f"author-{uuid4().hex[:6]}", role=Role.INSTRUCTOR)
    reply = await client.put(f"/courses/{at.course}", json=values)
    assert reply.status_code == 200, reply.text
    assert {name: reply.json()[name] for name in values} == values


class HttpCertificateRegisterContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_certificate_keeps_the_end_of_its_moment(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await give_validity(client, stocked, at, valid_months=12, renew_days=30, renew_topics=True)
        assert (await client.get(f"/courses/{at.course}")).json()["course"]["valid_months"] == 12
        learner = await sign_in(client, stocked, full_name="Щёголева Юлия")
        await complete_course(client, at)
        [mine] = (await client.get("/users/me/certificates")).json()["items"]
        issued, until = (datetime.fromisoformat(mine[name]) for name in ("issued_at", "valid_until"))
        assert (until.year, until.month, until.time()) == (issued.year + 1, issued.month, issued.time())
        await give_validity(client, stocked, at, valid_months=1)
        client.headers["Authorization"] = f"Bearer {learner}"
        assert (await client.get("/users/me/certificates")).json()["items"] == [mine]
        [course] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (course["status"], course["valid_until"]) == ("completed", mine["valid_until"])
        shown = await client.get(f"/certificates/{mine['number']}", params={"code": mine["verification_code"]})
        assert (shown.json()["valid"], shown.json()["valid_until"]) == (True, mine["valid_until"])

    async def test_validity_out_of_range_is_refused_by_its_name(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked, "author", role=Role.INSTRUCTOR)
        for name, value in (("valid_months", 0), ("valid_months", 601), ("renew_days", -1), ("renew_days", 3651)):
            reply = await client.put(f"/courses/{at.course}", json={name: value})
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, name)

    async def test_an_ended_certificate_can_still_be_checked(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """It says when it ended, and which one has replaced it."""
        at, person = await school(stocked), await add_person(stocked, "yulia")
        now = utc_now().replace(microsecond=0)
        for number, values in {
            "ATG-2024-000001": {"valid_until": now - 35 * DAY},
            "ATG-2025-000001": {"round": 2, "valid_until": now + 300 * DAY},
        }.items():
            await insert(stocked, "certificates", **certificate(person, at.course, number, **values))
        old, new = [
            (await client.get(f"/certificates/{number}", params={"code": number[::-1]})).json()
            for number in ("ATG-2024-000001", "ATG-2025-000001")
        ]
        assert (old["valid"], old["replaced_by"], new["valid"], new["replaced_by"]) == (
            *(False, "ATG-2025-000001"),
            *(True, None),
        )
        assert datetime.fromisoformat(old["valid_until"]) == now - 35 * DAY

    async def test_admins_find_certificates_and_see_which_end(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await arrange(
            stocked,
            users=[
                {"username": "yulia", "full_name": "Щёголева Юлия", "department": "Цех 1", "employee_id": "77"},
                {"username": "boris", "full_name": "Иванов Борис", "department": "Цех 2", "station": "S"},
            ],
        )
        people = {row["username"]: row["id"] for row in await rows_of(stocked, "users")}
        now = utc_now()
        stored: list[tuple[str, str, dict[str, Any]]] = [
            ("yulia", "ATG-2020-000001", {"valid_until": now - 300 * DAY}),
            ("yulia", "ATG-2021-000001", {"round": 2, "valid_until": now + 30 * DAY}),
            ("boris", "ATG-2022-000001", {"valid_until": now - DAY}),
            ("boris", "ATG-2023-000001", {"round": 2, "revoked_at": now}),
        ]
        for day, (who, number, values) in enumerate(stored):
            issued = {"issued_at": now - (900 - day) * DAY}
            await insert(stocked, "certificates", **certificate(people[who], at.course, number, **issued, **values))
        await arrange(stocked, certificates=[external("boris", "№ 12-А", course="")])
        assert await listed_is_refused(client)
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        everything = [
            ("№ 12-А", "valid"),
            ("ATG-2023-000001", "revoked"),
            ("ATG-2022-000001", "ended"),
            ("ATG-2021-000001", "ending"),
            ("ATG-2020-000001", "replaced"),
        ]
        assert await listed(client) == everything
        for state in CertificateState:
            assert await listed(client, state=state.value) == [each for each in everything if each[1] == state]
        for query, numbers in (
            ({"q": "щёголева"}, {"ATG-2020-000001", "ATG-2021-000001"}),
            ({"q": "77"}, {"ATG-2020-000001", "ATG-2021-000001"}),
            ({"q": "atg-2022"}, {"ATG-2022-000001"}),
            ({"q": "12-А"}, {"№ 12-А"}),
            ({"q": "%"}, set()),
            ({"department": "Цех 2", "course_id": str(at.course)}, {"ATG-2022-000001", "ATG-2023-000001"}),
            ({"station_id": at.station, "state": "valid"}, {"№ 12-А"}),
        ):
            assert {number for number, _ in await listed(client, **query)} == numbers, query
        ours, of_ours = await stocked.certificate_register().page(RegisterQuery(ours=True), now, limit=9, offset=1)
        assert ([each.number for each in ours], of_ours) == ([number for number, _ in everything[2:]], 4)
        page = (await client.get("/admin/certificates", params={"page": 2, "size": 2})).json()
        assert ([row["number"] for row in page["items"]], page["total"]) == (
            ["ATG-2022-000001", "ATG-2021-000001"],
            5,
        )
        told = (await client.get("/admin/certificates.csv", params={"state": "ending"})).text.splitlines()
        assert (len(told), told[1].split(",")[0]) == (2, "ATG-2021-000001")

    async def test_owners_and_admins_print_without_a_code(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        await complete_course(client, at)
        [mine] = (await client.get("/users/me/certificates")).json()["items"]
        path = f"/certificates/{mine['number']}/pdf"
        assert (await client.get(path)).content.startswith(b"%PDF-")
        for username, role, status in (("root", Role.ADMIN, 200), ("other", Role.INSTRUCTOR, 404)):
            await sign_in(client, stocked, username, role=role)
            assert (await client.get(path)).status_code == status
        del client.headers["Authorization"]
        assert (await client.get(path)).status_code == 404

    async def test_a_certificate_of_elsewhere_completes_the_course_until_it_ends(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        learner = await sign_in(client, stocked, "yulia")
        await client.post(f"/courses/{at.course}/enroll")
        today = utc_now().date()
        until = f"{(today + 200 * DAY).isoformat()}"
        await arrange(stocked, certificates=[external("yulia", "7", issued_at="2020-05-01", valid_until=until)])
        [course] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (course["status"], course["progress_percent"]) == ("completed", 0)
        assert (course["completed_at"], course["valid_until"][:10]) == ("2020-05-01T00:00:00.000Z", until)
        assert (await client.get("/users/me/certificates")).json()["total"] == 0
        corrected = f"{(today + 20 * DAY).isoformat()}"
        await arrange(stocked, certificates=[external("yulia", "7", issued_at="2020-05-01", valid_until=corrected)])
        [course] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (course["status"], course["valid_until"][:10]) == ("completed", corrected)
        assert await stocked.renew_courses()() == 1
        [course] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (course["status"], course["due_at"][:10]) == ("not_started", corrected)
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        complying = {"assigned": 1, "completed": 1, "in_progress": 0, "not_started": 0, "late": 0}
        report = await client.get("/admin/reports/compliance", params={"course_id": str(at.course)})
        assert complying.items() <= report.json()["total"].items()
        client.headers["Authorization"] = f"Bearer {learner}"
        await complete_course(client, at)
        assert (await client.get("/users/me/certificates")).json()["total"] == 1
        [ours] = [row for row in await rows_of(stocked, "certificates") if row["course_id"] == at.course]
        assert (ours["round"], ours["valid_until"]) == (2, None)

    async def test_a_later_round_is_due_by_the_end_whatever_was_assigned_once(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await school(stocked)
        await sign_in(client, stocked, "yulia")
        await arrange(stocked, assignments=[{"code": "A", "course": "S-C", "audience": "company", "due_days": "1"}])
        until = f"{(utc_now().date() + 20 * DAY).isoformat()}"
        await arrange(stocked, certificates=[external("yulia", "7", issued_at="2020-05-01", valid_until=until)])
        assert await stocked.renew_courses()() == 1
        for _ in range(2):
            [course] = (await client.get("/courses/me/enrollments")).json()["data"]
            assert (course["status"], course["due_at"][:10]) == ("not_started", until)
            await stocked.keep_obligations()()

    async def test_a_certificate_of_elsewhere_counts_as_a_prerequisite(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at, further = await school(stocked), await school(stocked, name="T")
        await sign_in(client, stocked, "author", role=Role.INSTRUCTOR)
        needed = {"course_ids": [str(at.course)], "final_test_ids": []}
        assert (await client.put(f"/courses/{further.course}/prerequisites", json=needed)).status_code == 200
        await sign_in(client, stocked, "yulia")
        assert (await client.post(f"/courses/{further.course}/enroll")).status_code == 409
        await arrange(stocked, certificates=[external("yulia", "7")])
        assert (await client.post(f"/courses/{further.course}/enroll")).status_code == 200

    async def test_ends_in_a_window_are_told(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """Without what is revoked, replaced, renewed meanwhile, or of a course that nobody takes any more."""
        at = await school(stocked)
        await give_validity(client, stocked, at, valid_months=1)
        await sign_in(client, stocked, "yulia")
        await complete_course(client, at)
        [mine] = (await client.get("/users/me/certificates")).json()["items"]
        until = datetime.fromisoformat(mine["valid_until"]).astimezone(UTC)
        register = stocked.certificate_register()

        async def ending(after: datetime, before: datetime) -> list[str]:
            return [each.number for each in await register.ending(after, before, limit=10)]

        assert await ending(until - DAY, until) == [mine["number"]]
        assert await ending(until, until + DAY) == await ending(until - 2 * DAY, until - DAY) == []
        [found] = await register.ending(until - DAY, until, limit=10)
        assert await register.ending(until - DAY, until, beyond=found.id, limit=10) == []
        await client.delete(f"/courses/{at.course}/enroll")
        assert await ending(until - DAY, until) == []


async def listed_is_refused(client: httpx.AsyncClient) -> bool:
    return (await client.get("/admin/certificates")).status_code == 401
