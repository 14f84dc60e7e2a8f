"""Standing assignments over HTTP, over every database alike."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_core.importing.import_files import BadRows
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.learning.people import FUTURE, PAST, as_admin, staff
from tests.people import sign_in
from tests.school import School, company_course, complete_course, school


async def assigned(client: httpx.AsyncClient, at: School, audience: str = "company", **more: Any) -> dict[str, Any]:
    body = {"course_id": str(at.course), "audience": audience, **more}
    reply = await client.post("/admin/assignments", json=body)
    assert reply.status_code == 201, reply.text
    return reply.json()  # type: ignore[no-any-return]


async def enrollments(stocked: Container, at: School) -> dict[UUID, dict[str, Any]]:
    """Those of the course that are not cancelled, by user."""
    rows = await rows_of(stocked, "user_courses")
    return {row["user_id"]: row for row in rows if row["course_id"] == at.course and row["cancelled_at"] is None}


class HttpStandingAssignmentsContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_who_is_there_and_who_joins_later_is_enrolled_with_a_due_date_counted_from_then(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        made = await assigned(client, at, "group", department=" цех  №1 ", due_days=30)
        assert (made["department"], made["people"], made["late"], made["due_at"]) == ("Цех №1", 2, 0, None)
        assert set(await enrollments(stocked, at)) == {people["w1"], people["w2"]}

        before = utc_now()
        new = {"username": "new", "department": "Цех №1"}
        created = (await client.post("/admin/users", json=new)).json()
        moved = await client.put(f"/admin/users/{people['w3']}", json={"department": "Цех №1"})
        assert (created["department"], moved.json()["department"]) == ("Цех №1", "Цех №1")
        await arrange(stocked, users=[{"username": "w5", "department": "Цех №1", "role": "instructor"}])
        rows = await enrollments(stocked, at)
        assert {rows[UUID(created["id"])]["status"], rows[people["w3"]]["status"]} == {"not_started"}
        for row in rows.values():
            assert timedelta(days=29, hours=23) < row["due_at"] - before < timedelta(days=30, minutes=5)
        totals = (await stocked.learner_queries().stats(people["w3"])).totals
        assert totals.active_courses == 1
        page = (await client.get(f"/admin/assignments/{made['id']}/people?size=3")).json()
        assert (page["total"], page["items"][0]["username"]) == (5, "w2")
        assert (await client.get(f"/admin/assignments/{made['id']}")).json()["people"] == 5

    async def test_who_leaves_is_no_longer_due_and_what_was_begun_stays(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        await assigned(client, at, "group", department="Цех №1", due_at=FUTURE)
        rows = await enrollments(stocked, at)
        await stocked.enroll()(people["w1"], at.course)
        for name in ("w1", "w2"):
            reply = await client.put(f"/admin/users/{people[name]}", json={"department": "Цех №2"})
            assert reply.status_code == 200, reply.text
        left = await enrollments(stocked, at)
        assert set(left) == {people["w1"]}
        assert (left[people["w1"]]["due_at"], left[people["w1"]]["status"]) == (None, "in_progress")
        await client.put(f"/admin/users/{people['w2']}", json={"department": "Цех №1"})
        assert (await enrollments(stocked, at))[people["w2"]]["id"] == rows[people["w2"]]["id"]
        await client.delete(f"/admin/users/{people['w2']}")
        assert set(await enrollments(stocked, at)) == {people["w1"]}
        await client.put(f"/admin/users/{people['w2']}", json={"is_active": True})
        assert set(await enrollments(stocked, at)) == {people["w1"], people["w2"]}

    async def test_the_earliest_of_several_due_dates_counts(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        me, dates = people["w1"], [f"20{year}-01-01T00:00:00Z" for year in (95, 93, 94, 92)]
        own = {"course_id": str(at.course), "user_ids": [str(me)]}

        async def due() -> str:
            return (await enrollments(stocked, at))[me]["due_at"].isoformat()[:4]  # type: ignore[no-any-return]

        await client.put("/admin/enrollments", json={**own, "due_at": dates[0]})
        assert await due() == "2095"
        first = await assigned(client, at, "users", user_ids=[str(me)], due_at=dates[1])
        assert await due() == "2093"
        second = await assigned(client, at, "company", due_at=dates[2])
        assert await due() == "2093"
        await client.delete(f"/admin/assignments/{first['id']}")
        assert await due() == "2094"
        await client.put("/admin/enrollments", json={**own, "due_at": dates[3]})
        assert await due() == "2092"
        await arrange(stocked, enrollments=[{"username": "w1", "course": "S-C", "due_at": "2099-01-01"}])
        assert await due() == "2094"
        postponed = await client.put(f"/admin/assignments/{second['id']}", json={"due_at": None})
        assert (postponed.status_code, postponed.json()["due_at"]) == (200, None)
        assert await due() == "2099"

    async def test_of_a_date_and_days_the_later_counts_and_nobody_is_due_before_they_came(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        made = await assigned(client, at, "group", station_id=at.station, position=None, due_at=PAST)
        now = datetime.now(UTC)
        first = (await enrollments(stocked, at))[people["w1"]]["due_at"]
        assert abs(now - first) < timedelta(minutes=5)
        reply = await client.put(f"/admin/assignments/{made['id']}", json={"due_days": 10})
        assert reply.json()["due_days"] == 10
        later = (await enrollments(stocked, at))[people["w1"]]["due_at"]
        assert later - first == timedelta(days=10)

    async def test_the_company_is_who_did_not_open_the_account_themselves(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await sign_in(client, stocked, "pupil", role=Role.STUDENT)
        await as_admin(client, stocked)
        await assigned(client, at)
        names = {row["id"]: row["username"] for row in await rows_of(stocked, "users")}
        got = {names[user_id] for user_id in await enrollments(stocked, at)}
        assert {"w1", "w2", "w3", "root"} <= got
        assert not got & {"pupil", "w4"}, people

    async def test_a_course_that_is_assigned_can_not_be_left(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await as_admin(client, stocked)
        [me] = [row["id"] for row in await rows_of(stocked, "users") if row["username"] == "root"]
        made = await assigned(client, at, "users", user_ids=[str(me)])
        reply = await client.delete(f"/courses/{at.course}/enroll")
        assert (reply.status_code, reply.json()["code"]) == (409, "course_assigned")
        await client.delete(f"/admin/assignments/{made['id']}")
        assert (await client.delete(f"/courses/{at.course}/enroll")).status_code == 204

    async def test_who_has_completed_the_course_is_done_at_once(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await as_admin(client, stocked)
        await complete_course(client, at)
        [me] = [row["id"] for row in await rows_of(stocked, "users") if row["username"] == "root"]
        made = await assigned(client, at, "users", user_ids=[str(me)], due_at=PAST)
        assert (made["people"], made["late"]) == (1, 0)
        [row] = (await client.get(f"/admin/assignments/{made['id']}/people")).json()["items"]
        assert (row["status"], row["days_late"]) == ("completed", 0)

    async def test_lists_show_what_holds_and_apart_what_has_ended(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await staff(stocked)
        await as_admin(client, stocked)
        one = await assigned(client, at, "group", department="Цех №1", station_id=at.station)
        two = await assigned(client, at, due_days=1)

        async def ids(query: str) -> list[str]:
            reply = await client.get(f"/admin/assignments{query}")
            assert reply.status_code == 200, reply.text
            return [row["id"] for row in reply.json()["items"]]

        assert await ids("") == [two["id"], one["id"]]
        assert await ids("?department=ЦЕХ №1") == await ids(f"?station_id={at.station}") == [one["id"]]
        assert await ids(f"?course_id={uuid4()}") == await ids("?ended=true") == []
        assert (await client.delete(f"/admin/assignments/{one['id']}")).status_code == 204
        assert (await ids(""), await ids("?ended=true")) == ([two["id"]], [one["id"]])
        ended = (await client.get(f"/admin/assignments/{one['id']}")).json()
        assert (ended["people"], ended["ended_at"] is None) == (0, False)
        for method in ("put", "delete"):
            reply = await client.request(method, f"/admin/assignments/{one['id']}", json={})
            assert reply.status_code == 404

    async def test_a_path_opens_its_courses_in_order_for_who_is_there_and_who_joins(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        one, two = [await company_course(stocked, name=name, topics=1, final_test=False) for name in "AB"]
        await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        items = [
            {"course_id": str(one.id), "due_days": 3},
            {"course_id": str(two.id), "due_days": 5, "due_from": "previous"},
        ]
        path = (await client.post("/learning-paths", json={"title": "Новичок", "courses": items})).json()
        body = {"learning_path_id": path["id"], "audience": "group", "department": "Цех №1"}
        made = (await client.post("/admin/assignments", json=body)).json()
        assert (made["course_id"], made["learning_path"], made["people"]) == (None, "Новичок", 2)
        assert (await client.put(f"/admin/assignments/{made['id']}", json={"due_days": 3})).status_code == 400
        await client.put(f"/admin/users/{people['w3']}", json={"department": "Цех №1"})

        async def courses_of(who: UUID) -> dict[UUID, datetime]:
            rows = await rows_of(stocked, "user_courses")
            return {
                row["course_id"]: row["due_at"] for row in rows if row["user_id"] == who and not row["cancelled_at"]
            }

        async def told(who: UUID) -> int:
            rows = await rows_of(stocked, "notices")
            return sum(row["user_id"] == who and row["kind"] == "course_assigned" for row in rows)

        for name in ("w1", "w2", "w3"):
            [(course, due_at)] = (await courses_of(people[name])).items()
            assert (course, await told(people[name])) == (one.id, 1)
            assert timedelta(days=2, hours=23) < due_at - utc_now() < timedelta(days=3)
        await stocked.record_progress()(
            people["w3"], one.topics[0], completed=True, position_seconds=None, seconds_studied=0
        )
        mine = await courses_of(people["w3"])
        assert set(mine) == {one.id, two.id}
        assert timedelta(days=4, hours=23) < mine[two.id] - utc_now() < timedelta(days=5)
        assert await told(people["w3"]) == 2
        page = (await client.get(f"/admin/assignments/{made['id']}/people")).json()
        assert [row["course"] for row in page["items"] if row["username"] == "w3"] == ["Курс A", "Курс B"]
        shown = (await client.get(f"/admin/assignments?learning_path_id={path['id']}")).json()["items"]
        assert [(row["id"], row["people"]) for row in shown] == [(made["id"], 3)]

        for name in ("w2", "w3"):
            await client.put(f"/admin/users/{people[name]}", json={"department": "Цех №2"})
        assert await courses_of(people["w2"]) == {}
        assert await courses_of(people["w3"]) == {one.id: None}
        before = await rows_of(stocked, "user_courses")
        await stocked.keep_obligations()()
        assert await rows_of(stocked, "user_courses") == before
        assert (await client.delete(f"/admin/assignments/{made['id']}")).status_code == 204
        assert await courses_of(people["w1"]) == {}

    async def test_a_path_that_is_assigned_is_ones_own_follows_its_changes_and_can_not_be_left(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        one, two = [await company_course(stocked, name=name, topics=1, final_test=False) for name in "AB"]
        await as_admin(client, stocked)
        [me] = [row["id"] for row in await rows_of(stocked, "users") if row["username"] == "root"]
        path = (
            await client.post("/learning-paths", json={"title": "П", "courses": [{"course_id": str(one.id)}]})
        ).json()
        body = {"learning_path_id": path["id"], "audience": "users", "user_ids": [str(me)]}
        made = (await client.post("/admin/assignments", json=body)).json()
        [mine] = (await client.get("/learning-paths?mine=true")).json()["items"]
        assert [row["state"] for row in mine["mine"]["courses"]] == ["open"]
        left = await client.delete(f"/learning-paths/{path['id']}/enroll")
        assert (left.status_code, left.json()["code"]) == (409, "learning_path_assigned")

        since = datetime.fromisoformat(mine["mine"]["assigned_at"])
        changed = {"courses": [{"course_id": str(two.id)}], "due_days": 9}
        assert (await client.put(f"/learning-paths/{path['id']}", json=changed)).status_code == 200
        rows = [row for row in await rows_of(stocked, "user_courses") if row["user_id"] == me]
        [row] = [row for row in rows if row["cancelled_at"] is None]
        assert row["course_id"] == two.id
        assert abs(row["due_at"] - since - timedelta(days=9)) < timedelta(milliseconds=1)
        assert (await client.delete(f"/learning-paths/{path['id']}")).status_code == 204
        assert (await client.get(f"/learning-paths/{path['id']}")).json()["is_active"] is False
        await client.delete(f"/admin/assignments/{made['id']}")
        assert (await client.get("/learning-paths?mine=true")).json()["total"] == 0

    async def test_an_import_assigns_paths(self, client: httpx.AsyncClient, stocked: Container) -> None:
        one, two = [await company_course(stocked, name=name, topics=1, final_test=False) for name in "AB"]
        await school(stocked)
        people = await staff(stocked)
        await arrange(
            stocked,
            learning_paths=[{"code": "P", "title": "Путь"}],
            learning_path_courses=[
                {"path": "P", "course": f"{name}-C", "order_index": str(number)} for number, name in enumerate("AB")
            ],
        )
        row = {"code": "П", "course": "", "path": "P", "audience": "group", "department": "Цех №1", "due_days": ""}
        await arrange(stocked, assignments=[row])

        async def enrolled() -> set[tuple[UUID, UUID]]:
            rows = await rows_of(stocked, "user_courses")
            found = {(each["user_id"], each["course_id"]) for each in rows if each["cancelled_at"] is None}
            return {(who, course) for who, course in found if who in people.values()}

        mine = {people["w1"], people["w2"]}
        assert await enrolled() == {(who, one.id) for who in mine}
        await arrange(stocked, progress=[{"username": "w1", "lesson": "A-L", "topic": "1"}])
        assert await enrolled() == {*((who, one.id) for who in mine), (people["w1"], two.id)}
        for wrong in ({"course": "A-C"}, {"due_days": "3"}, {"path": ""}):
            with pytest.raises(BadRows):
                await arrange(stocked, assignments=[{**row, **wrong}])

    async def test_an_import_assigns_and_its_export_changes_nothing(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        row = {"code": "ППР", "course": "S-C", "audience": "group", "department": "Цех №1", "due_days": "14"}
        counts = await arrange(stocked, assignments=[row])
        assert counts["assignments.csv"].created == 1
        assert set(await enrollments(stocked, at)) == {people["w1"], people["w2"]}
        assert (await arrange(stocked, assignments=[row]))["assignments.csv"].unchanged == 1
        await arrange(stocked, assignments=[{**row, "audience": "users", "department": "", "users": "w3"}])
        assert set(await enrollments(stocked, at)) == {people["w3"]}

    @pytest.mark.refuses
    async def test_what_can_not_be_assigned_is_said(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        course = {"course_id": str(at.course)}
        for body, status, field in (
            ({}, 400, "audience"),
            ({"audience": "company"}, 400, "course_id"),
            ({**course, "audience": "company", "learning_path_id": str(uuid4())}, 400, "course_id"),
            ({"learning_path_id": str(uuid4()), "audience": "company", "due_days": 3}, 400, "due_days"),
            ({"learning_path_id": str(uuid4()), "audience": "company"}, 404, None),
            ({**course, "audience": "all"}, 400, "audience"),
            ({**course, "audience": "group"}, 400, "department"),
            ({**course, "audience": "company", "department": "Цех №1"}, 400, "department"),
            ({**course, "audience": "users"}, 400, "user_ids"),
            ({**course, "audience": "users", "user_ids": [str(people["w4"])]}, 400, "user_ids"),
            ({**course, "audience": "company", "user_ids": [str(people["w1"])]}, 400, "user_ids"),
            ({**course, "audience": "group", "station_id": 2_000_000}, 400, "station_id"),
            ({**course, "audience": "group", "position": "Слесарь"}, 400, "position"),
            ({**course, "audience": "company", "due_days": 0}, 400, "due_days"),
            ({"course_id": str(uuid4()), "audience": "company"}, 404, None),
        ):
            reply = await client.post("/admin/assignments", json=body)
            assert reply.status_code == status, (body, reply.text)
            assert not field or reply.json()["errors"][0]["field"] == field, body
        assert not await rows_of(stocked, "standing_assignments")

    @pytest.mark.refuses
    async def test_a_mistyped_department_is_told_the_nearest_ones(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await staff(stocked)
        await as_admin(client, stocked)
        assignment = {"course_id": str(at.course), "audience": "group", "department": "Цек №1"}
        once = {"course_id": str(at.course), "department": "Цек №1"}
        for reply in (
            await client.post("/admin/assignments", json=assignment),
            await client.put("/admin/enrollments", json=once),
            await client.get("/admin/users?department=Цек №1"),
            await client.get("/admin/assignments?department=Цек №1"),
        ):
            [error] = reply.json()["errors"]
            assert (reply.status_code, error["field"], error["code"]) == (400, "department", "unknown_name")
            assert error["suggestions"] == ["Цех №1", "Цех №2"]
        departments = (await client.get("/admin/departments?size=100")).json()
        ours = [row for row in departments["items"] if row["department"].startswith("Цех №")]
        assert ours == [{"department": "Цех №1", "people": 2}, {"department": "Цех №2", "people": 1}]
