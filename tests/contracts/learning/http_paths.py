"""Learning paths over HTTP, over every database alike."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from atg_core.identity.model import Role
from atg_core.learning.assignments import Assignees
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.people import add_person, sign_in
from tests.school import CompanyCourse, company_course, complete_topics

DAY = timedelta(days=1)


async def three_courses(container: Container) -> list[CompanyCourse]:
    """Of one topic each, without tests."""
    return [await company_course(container, name=name, topics=1, final_test=False) for name in "ABC"]


async def made(client: httpx.AsyncClient, stocked: Container, *courses: object, **body: Any) -> dict[str, Any]:
    """As an author, leaving the client's own session as it is."""
    headers = dict(client.headers)
    await sign_in(client, stocked, f"author-{uuid4().hex[:8]}", role=Role.INSTRUCTOR)
    reply = await client.post("/learning-paths", json={"title": "Новый работник", "courses": courses, **body})
    assert reply.status_code == 201, reply.text
    client.headers.pop("authorization")
    client.headers.update(headers)
    return reply.json()  # type: ignore[no-any-return]


async def mine(client: httpx.AsyncClient, path: dict[str, Any]) -> dict[str, Any]:
    return (await client.get(f"/learning-paths/{path['id']}")).json()["mine"]  # type: ignore[no-any-return]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def enrolled(container: Container, person: UUID) -> dict[UUID, dict[str, Any]]:
    return {row["course_id"]: row for row in await rows_of(container, "user_courses") if row["user_id"] == person}


class HttpPathsContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_courses_open_one_after_the_other(self, client: httpx.AsyncClient, stocked: Container) -> None:
        one, two, three = await three_courses(stocked)
        path = await made(
            client,
            stocked,
            {"course_id": str(one.id), "due_days": 3},
            {"course_id": str(two.id), "due_days": 5, "due_from": "previous"},
            {"course_id": str(three.id)},
            due_days=60,
        )
        assert [row["title"] for row in path["courses"]] == ["Курс A", "Курс B", "Курс C"]
        await sign_in(client, stocked, "learner")
        assert await mine(client, path) is None
        taken = (await client.post(f"/learning-paths/{path['id']}/enroll")).json()["mine"]
        since = moment(taken["assigned_at"])
        states = [(row["state"], row["waits_for"]) for row in taken["courses"]]
        assert states == [("open", []), ("waiting", [str(one.id)]), ("waiting", [str(one.id), str(two.id)])]
        dues = [row["due_at"] and moment(row["due_at"]) for row in taken["courses"]]
        assert dues == [since + 3 * DAY, since + 60 * DAY, since + 60 * DAY]
        [enrollment] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (enrollment["course_id"], enrollment["status"]) == (str(one.id), "not_started")
        assert moment(enrollment["due_at"]) == since + 3 * DAY
        await complete_topics(client, one.topics)
        after = await mine(client, path)
        assert (after["courses_completed"], after["next_course_id"], after["is_completed"]) == (1, str(two.id), False)
        completed_at = moment(after["courses"][0]["completed_at"])
        [opened] = [row for row in (await client.get("/courses/me/enrollments")).json()["data"] if row["due_at"]][:1]
        assert (opened["course_id"], moment(opened["due_at"])) == (str(two.id), completed_at + 5 * DAY)
        for course in (two, three):
            await complete_topics(client, course.topics)
        assert (await mine(client, path))["is_completed"] is True
        assert len((await client.get("/users/me/certificates")).json()["items"]) == 3

    async def test_all_at_once(self, client: httpx.AsyncClient, stocked: Container) -> None:
        courses = await three_courses(stocked)
        items = [{"course_id": str(course.id), "due_days": 7, "due_from": "previous"} for course in courses]
        path = await made(client, stocked, *items, opening="at_once")
        await sign_in(client, stocked, "learner")
        taken = (await client.post(f"/learning-paths/{path['id']}/enroll")).json()["mine"]
        assert [row["state"] for row in taken["courses"]] == ["open", "open", "open"]
        assert [row["due_at"] is None for row in taken["courses"]] == [False, True, True]
        await complete_topics(client, courses[1].topics)
        await complete_topics(client, courses[0].topics)
        after = (await mine(client, path))["courses"]
        assert moment(after[2]["due_at"]) == max(moment(row["completed_at"]) for row in after[:2]) + 7 * DAY
        [last] = [row for row in (await client.get("/courses/me/enrollments")).json()["data"] if row["due_at"]][:1]
        assert last["course_id"] == str(courses[2].id)

    async def test_what_was_completed_before_counts_and_opens_the_next(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        one, two, _ = await three_courses(stocked)
        path = await made(client, stocked, {"course_id": str(one.id)}, {"course_id": str(two.id), "due_days": 2})
        await sign_in(client, stocked, "learner")
        await client.post(f"/courses/{one.id}/enroll")
        await complete_topics(client, one.topics)
        taken = (await client.post(f"/learning-paths/{path['id']}/enroll")).json()["mine"]
        assert [row["state"] for row in taken["courses"]] == ["completed", "open"]
        assert moment(taken["courses"][1]["due_at"]) == moment(taken["assigned_at"]) + 2 * DAY

    async def test_the_earlier_due_date_stays(self, client: httpx.AsyncClient, stocked: Container) -> None:
        one, _, _ = await three_courses(stocked)
        person, since = await add_person(stocked), datetime(2026, 3, 2, tzinfo=UTC)
        early, late = since + 5 * DAY, since + 20 * DAY
        slow = await made(client, stocked, {"course_id": str(one.id), "due_days": 20})
        soon = await made(client, stocked, {"course_id": str(one.id), "due_days": 5})
        assign = stocked.assign_learning_path()
        for path, due_at in ((slow, late), (soon, early), (slow, early)):
            await assign(UUID(path["id"]), Assignees(user_ids=(person,)), since)
            assert (await enrolled(stocked, person))[one.id]["due_at"] == due_at

    async def test_a_path_is_assigned_to_a_department(self, client: httpx.AsyncClient, stocked: Container) -> None:
        one, two, _ = await three_courses(stocked)
        await arrange(stocked, users=[{"username": f"w{number}", "department": "Цех путей"} for number in (1, 2)])
        path = await made(client, stocked, {"course_id": str(one.id)}, {"course_id": str(two.id)})
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        address = f"/admin/learning-paths/{path['id']}/assignees"
        for created in (2, 0):
            reply = await client.put(address, json={"department": "Цех путей", "assigned_at": "2026-03-02T00:00:00Z"})
            assert (reply.status_code, reply.json()["assigned"], reply.json()["created"]) == (200, 2, created)
        rows = [row for row in await rows_of(stocked, "user_courses") if row["course_id"] in {one.id, two.id}]
        assert {row["course_id"] for row in rows} == {one.id}
        assert len(rows) == 2

    async def test_leaving_opens_nothing_more_and_taking_it_again_does(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        one, two, _ = await three_courses(stocked)
        path = await made(client, stocked, {"course_id": str(one.id)}, {"course_id": str(two.id)})
        await sign_in(client, stocked, "learner")
        await client.post(f"/learning-paths/{path['id']}/enroll")
        assert (await client.delete(f"/learning-paths/{path['id']}/enroll")).status_code == 204
        await complete_topics(client, one.topics)
        assert len((await client.get("/courses/me/enrollments")).json()["data"]) == 1
        assert (await client.get("/learning-paths?mine=true")).json()["total"] == 0
        await client.post(f"/learning-paths/{path['id']}/enroll")
        assert len((await client.get("/courses/me/enrollments")).json()["data"]) == 2
        assert (await client.get("/learning-paths?mine=true")).json()["total"] == 1

    async def test_who_has_a_path_is_told_of_courses_as_they_open(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        one, two, _ = await three_courses(stocked)
        path = await made(client, stocked, {"course_id": str(one.id)}, {"course_id": str(two.id), "due_days": 5})

        async def told(name: str) -> list[str]:
            [person] = [row["id"] for row in await rows_of(stocked, "users") if row["username"] == name]
            rows = await rows_of(stocked, "notices")
            return [row["title"] for row in rows if (row["user_id"], row["kind"]) == (person, "course_assigned")]

        await sign_in(client, stocked, "learner")
        await client.post(f"/learning-paths/{path['id']}/enroll")
        assert await told("learner") == []
        await complete_topics(client, one.topics)
        assert await told("learner") == ["Курс B"]
        await complete_topics(client, two.topics)
        await sign_in(client, stocked, "another")
        [person] = [row["id"] for row in await rows_of(stocked, "users") if row["username"] == "another"]
        for _ in range(2):
            await stocked.assign_learning_path()(UUID(path["id"]), Assignees(user_ids=(person,)))
        assert await told("another") == ["Курс A"]

    async def test_a_change_of_the_path_reaches_who_has_it(self, client: httpx.AsyncClient, stocked: Container) -> None:
        one, two, three = await three_courses(stocked)
        path = await made(client, stocked, {"course_id": str(one.id)})
        person = await add_person(stocked)
        await stocked.assign_learning_path()(UUID(path["id"]), Assignees(user_ids=(person,)))
        await sign_in(client, stocked, "author", role=Role.INSTRUCTOR)
        courses = [{"course_id": str(course.id)} for course in (two, one, three)]
        changed = await client.put(f"/learning-paths/{path['id']}", json={"courses": courses, "due_days": 9})
        assert [row["title"] for row in changed.json()["courses"]] == ["Курс B", "Курс A", "Курс C"]
        mine = await enrolled(stocked, person)
        assert set(mine) == {one.id, two.id}
        assert mine[two.id]["due_at"] is not None
        assert (await client.put(f"/learning-paths/{path['id']}", json={"title": "Другое"})).json()["due_days"] == 9

    async def test_a_path_that_somebody_has_is_deactivated(self, client: httpx.AsyncClient, stocked: Container) -> None:
        one, _, _ = await three_courses(stocked)
        path, other = [await made(client, stocked, {"course_id": str(one.id)}, code=code) for code in "XY"]
        person = await add_person(stocked)
        await stocked.assign_learning_path()(UUID(path["id"]), Assignees(user_ids=(person,)))
        await sign_in(client, stocked, "author", role=Role.INSTRUCTOR)
        for each in (path, other):
            assert (await client.delete(f"/learning-paths/{each['id']}")).status_code == 204
        assert (await client.get(f"/learning-paths/{path['id']}")).json()["is_active"] is False
        assert (await client.get(f"/learning-paths/{other['id']}")).status_code == 404
        await sign_in(client, stocked, "learner")
        assert (await client.get(f"/learning-paths/{path['id']}")).status_code == 404
        assert (await client.post(f"/learning-paths/{path['id']}/enroll")).status_code == 404

    @pytest.mark.refuses
    async def test_bad_bodies_are_refused_by_their_fields(self, client: httpx.AsyncClient, stocked: Container) -> None:
        one, _, _ = await three_courses(stocked)
        item = {"course_id": str(one.id)}
        await made(client, stocked, item, code="TAKEN")
        await sign_in(client, stocked, "author", role=Role.INSTRUCTOR)
        for body, field in (
            ({}, "title"),
            ({"title": "x", "due_days": -1}, "due_days"),
            ({"title": "x", "courses": [{"course_id": str(uuid4())}]}, "courses[0].course_id"),
            ({"title": "x", "courses": [item, item]}, "courses[1].course_id"),
        ):
            reply = await client.post("/learning-paths", json=body)
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, field), reply.text
        taken = await client.post("/learning-paths", json={"title": "x", "code": "TAKEN"})
        assert (taken.status_code, taken.json()["code"]) == (409, "path_code_taken")
        for path in (uuid4(), "x"):
            assert (await client.put(f"/learning-paths/{path}", json={})).status_code == 404

    async def test_what_a_course_of_the_path_requires_is_told(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        one, two, _ = await three_courses(stocked)
        path = await made(client, stocked, {"course_id": str(two.id)})
        await sign_in(client, stocked, "author", role=Role.INSTRUCTOR)
        await client.put(f"/courses/{two.id}/prerequisites", json={"course_ids": [str(one.id)]})
        await sign_in(client, stocked, "learner")
        taken = (await client.post(f"/learning-paths/{path['id']}/enroll")).json()["mine"]
        assert [each["title"] for each in taken["courses"][0]["missing"]] == ["Курс A"]
        assert (await complete_topics(client, two.topics))[0].json()["code"] == "course_locked"

    async def test_an_import_opens_courses_for_who_has_the_path(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        one, two, _ = await three_courses(stocked)
        person, item = await add_person(stocked), {"path": "P", "due_from": "assignment"}
        await arrange(
            stocked,
            learning_paths=[{"code": "P", "title": "Путь", "opening": "at_once", "due_days": "10"}],
            learning_path_courses=[item | {"course": "A-C", "order_index": "1"}],
        )
        [path] = [row for row in await rows_of(stocked, "learning_paths") if row["code"] == "P"]
        await stocked.assign_learning_path()(path["id"], Assignees(user_ids=(person,)))
        assert set(await enrolled(stocked, person)) == {one.id}
        await arrange(stocked, learning_path_courses=[item | {"course": "B-C", "order_index": "2"}])
        assert set(await enrolled(stocked, person)) == {one.id, two.id}
