"""Topics, ways through courses, assignments and reports over HTTP, over every database alike."""

import asyncio
import csv
import io
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.files import put
from tests.people import sign_in
from tests.school import School, complete_topics, right_answers, school

PAST, FUTURE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00+03:00"


def table(reply: httpx.Response) -> list[list[str]]:
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))


async def staff(stocked: Container) -> dict[str, UUID]:
    """People of two departments and two stations, one of them inactive."""
    await arrange(
        stocked,
        stations=[{"short_name": "S2", "name": "Вторая"}],
        users=[
            {"username": "w1", "full_name": "Ёлкин Пётр", "department": "Цех №1", "station": "S", "employee_id": "T-1"},
            {"username": "w2", "full_name": "=1+1", "department": "Цех №1", "station": "S2"},
            {"username": "w3", "full_name": "", "department": "Цех №2", "station": "S"},
            {"username": "w4", "full_name": "Ушёл", "department": "Цех №2", "station": "S", "is_active": "false"},
        ],
    )
    return {row["username"]: row["id"] for row in await rows_of(stocked, "users") if row["username"][0] == "w"}


async def as_admin(client: httpx.AsyncClient, stocked: Container) -> None:
    await sign_in(client, stocked, "root", role=Role.ADMIN)


async def assign(client: httpx.AsyncClient, at: School, **whom: Any) -> dict[str, Any]:
    reply = await client.put("/admin/enrollments", json={"course_id": str(at.course), **whom})
    assert reply.status_code == 200, reply.text
    return reply.json()  # type: ignore[no-any-return]


class HttpReportsContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_topic_is_shown_with_files_for_who_may_read_them(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        names = {"lesson": "S-L", "topic": "1", "original_name": "Файл.pdf"}
        await arrange(
            stocked,
            topics=[{"lesson": "S-L", "code": "1", "title": "Тема 1", "content": "# Ход"}],
            topic_files=[
                {**names, "minio_object_name": "stations/open.pdf", "file_type": "main_pdf"},
                {**names, "minio_object_name": "programs/closed.pdf", "file_type": "additional_document"},
                {**names, "minio_object_name": "private/secret.pdf", "file_type": "additional_document"},
            ],
        )
        await put(stocked.object_store(), "programs/closed.pdf", b"%PDF-1.7 closed")
        path = f"/topics/{at.topics[0]}"
        shown = (await client.get(path)).json()
        assert (shown["title"], shown["content"], shown["progress"]) == ("Тема 1", "# Ход", None)
        assert {file["object_key"]: file["url"] is None for file in shown["files"]} == {
            "stations/open.pdf": False,
            "programs/closed.pdf": True,
            "private/secret.pdf": True,
        }
        await sign_in(client, stocked)
        assert (await client.get(path)).json()["progress"] is None
        await client.post(f"/courses/{at.course}/enroll")
        await client.put(f"{path}/progress", json={"position_seconds": 7})
        shown = (await client.get(path)).json()
        assert shown["progress"] == {"completed": False, "completed_at": None, "position_seconds": 7}
        urls = {file["object_key"]: file["url"] for file in shown["files"]}
        assert urls["private/secret.pdf"] is None
        address = httpx.URL(urls["programs/closed.pdf"])
        assert (await client.get(address.raw_path.decode())).content == b"%PDF-1.7 closed"
        for absent in ("0", "x", "999999"):
            assert (await client.get(f"/topics/{absent}")).status_code == 404
        await arrange(stocked, topics=[{"lesson": "S-L", "code": "1", "title": "x", "is_active": "false"}])
        assert (await client.get(path)).status_code == 404

    async def test_the_way_through_a_course_says_where_to_go_on(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked, topics=3)
        await sign_in(client, stocked)
        path = f"/courses/{at.course}/progress"
        reply = await client.get(path)
        assert (reply.status_code, reply.json()["code"]) == (403, "not_enrolled")
        await client.post(f"/courses/{at.course}/enroll")
        shown = (await client.get(path)).json()
        assert shown["resume"] == {"topic_id": at.topics[0], "title": "Тема 1", "position_seconds": 0}
        await complete_topics(client, at.topics[:1])
        await client.put(f"/topics/{at.topics[2]}/progress", json={"position_seconds": 31})
        final = f"/programs/{at.program}/final-test"
        await client.post(f"{final}/results", json={"answers": await right_answers(client, final)})
        shown = (await client.get(path)).json()
        assert shown["resume"] == {"topic_id": at.topics[2], "title": "Тема 3", "position_seconds": 31}
        assert (shown["status"], shown["progress_percent"]) == ("in_progress", 33)
        assert (shown["topics_count"], shown["topics_completed"]) == (3, 1)
        [program] = shown["programs"]
        assert (program["topics_count"], program["topics_completed"]) == (3, 1)
        expected = {"id": at.final_test, "title": "Итоговый тест", "passed": True, "best_score": 100}
        assert program["final_test"] == expected
        [lesson] = program["lessons"]
        assert lesson["test"] == {"id": at.lesson_test, "title": "Тест", "passed": False, "best_score": None}
        assert [topic["completed"] for topic in lesson["topics"]] == [True, False, False]
        await complete_topics(client, at.topics)
        assert (await client.get(path)).json()["resume"] is None
        for absent in (uuid4(), "x"):
            assert (await client.get(f"/courses/{absent}/progress")).status_code == 404

    async def test_a_course_is_assigned_to_many_at_once(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        assert await assign(client, at, department="Цех №1", due_at=FUTURE) == {
            "course_id": str(at.course),
            "due_at": "2098-12-31T21:00:00.000Z",
            "assigned": 2,
            "created": 2,
        }
        reply = await assign(client, at, station_id=at.station, due_at=PAST)
        assert (reply["assigned"], reply["created"]) == (2, 1)
        reply = await assign(client, at, user_ids=[str(people["w2"])] * 2)
        assert (reply["assigned"], reply["created"], reply["due_at"]) == (1, 0, None)
        assert (await assign(client, at, department="нет такого"))["assigned"] == 0
        rows = {row["user_id"]: row for row in await rows_of(stocked, "user_courses") if row["course_id"] == at.course}
        assert set(rows) == {people["w1"], people["w2"], people["w3"]}
        assert {row["status"] for row in rows.values()} == {"not_started"}
        assert rows[people["w2"]]["due_at"] is None
        totals = await stocked.learners().totals(people["w1"])
        assert totals.active_courses == 1

    async def test_what_can_not_be_assigned_is_said(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        course = {"course_id": str(at.course)}
        for body, status, field in (
            ({}, 400, "course_id"),
            (course, 400, "user_ids"),
            ({**course, "department": "x", "station_id": 1}, 400, "station_id"),
            ({**course, "user_ids": []}, 400, "user_ids"),
            ({**course, "user_ids": [str(uuid4())]}, 400, "user_ids"),
            ({**course, "user_ids": [str(people["w1"]), str(people["w4"])]}, 400, "user_ids"),
            ({**course, "department": "x", "due_at": "soon"}, 400, "due_at"),
            ({"course_id": str(uuid4()), "department": "x"}, 404, None),
        ):
            reply = await client.put("/admin/enrollments", json=body)
            assert reply.status_code == status, body
            assert not field or reply.json()["errors"][0]["field"] == field, body
        assert not [row for row in await rows_of(stocked, "user_courses") if row["course_id"] == at.course]

    async def test_assigning_and_learning_at_once_lose_nothing(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await staff(stocked)
        await as_admin(client, stocked)
        [me] = [row["id"] for row in await rows_of(stocked, "users") if row["username"] == "root"]
        await client.post(f"/courses/{at.course}/enroll")
        calls = [client.put(f"/topics/{topic}/progress", json={"completed": True}) for topic in at.topics]
        body = {"course_id": str(at.course), "user_ids": [str(me)], "due_at": FUTURE}
        calls += [client.put("/admin/enrollments", json=body) for _ in range(3)]
        calls += [
            client.put("/admin/enrollments", json={"course_id": str(at.course), "station_id": at.station})
            for _ in range(3)
        ]
        assert {reply.status_code for reply in await asyncio.gather(*calls)} == {200}
        [mine] = [row for row in await rows_of(stocked, "user_courses") if row["user_id"] == me]
        assert (mine["progress_percent"], mine["status"], mine["due_at"] is None) == (100, "in_progress", False)

    async def test_learners_of_a_course_are_found(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        await assign(client, at, user_ids=[str(people[name]) for name in ("w1", "w2", "w3")], due_at=PAST)
        await client.post(f"/courses/{at.course}/enroll")
        path = f"/courses/{at.course}/learners"
        shown = (await client.get(path)).json()
        assert shown["total"] == 4
        assert {row["username"] for row in shown["items"]} == {"w1", "w2", "w3", "root"}
        [first] = (await client.get(path, params={"q": "Ёлкин"})).json()["items"]
        assert (first["employee_id"], first["department"], first["station"]) == ("T-1", "Цех №1", "S")
        assert (first["status"], first["due_at"]) == ("not_started", "2020-01-01T00:00:00.000Z")
        for params, names in (
            ({"q": "t-1"}, ["w1"]),
            ({"q": "W3"}, ["w3"]),
            ({"q": "%"}, []),
            ({"status": "in_progress"}, ["root"]),
            ({"status": "completed"}, []),
        ):
            found = (await client.get(path, params=params)).json()["items"]
            assert [row["username"] for row in found] == names, params
        assert len((await client.get(path, params={"size": 1, "page": 2})).json()["items"]) == 1
        for bad in ({"status": "x"}, {"q": "x" * 201}, {"page": 0}):
            assert (await client.get(path, params=bad)).status_code == 400, bad
        for absent in (uuid4(), "x"):
            assert (await client.get(f"/courses/{absent}/learners")).status_code == 404
            assert (await client.get(f"/courses/{absent}/learners.csv")).status_code == 404
        rows = table(await client.get(f"{path}.csv"))
        assert rows[0][:3] == ["user_id", "username", "full_name"]
        by_name = {row[1]: row for row in rows[1:]}
        assert by_name["w1"][2] == "Ёлкин Пётр"
        assert by_name["w2"][2] == "'=1+1"
        assert len(table(await client.get(f"{path}.csv", params={"q": "w3"}))) == 2

    async def test_compliance_is_counted_by_department_and_station(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        await client.post(f"/courses/{at.course}/enroll")
        await complete_topics(client, at.topics)
        final = f"/programs/{at.program}/final-test"
        await client.post(f"{final}/results", json={"answers": await right_answers(client, final)})
        await assign(client, at, user_ids=[str(people["w1"]), str(people["w2"])], due_at=PAST)
        await assign(client, at, user_ids=[str(people["w3"])], due_at=FUTURE)
        shown = (await client.get("/admin/reports/compliance", params={"course_id": str(at.course)})).json()
        nobody = {"assigned": 0, "completed": 0, "in_progress": 0, "not_started": 0, "late": 0}
        assert shown["total"] == {**nobody, "assigned": 4, "completed": 1, "not_started": 3, "late": 2}
        assert (shown["course_id"], shown["title"]) == (str(at.course), "Курс S")
        assert shown["departments"] == [
            {**nobody, "department": "Цех №1", "assigned": 2, "not_started": 2, "late": 2},
            {**nobody, "department": "Цех №2", "assigned": 1, "not_started": 1},
            {**nobody, "department": None, "assigned": 1, "completed": 1},
        ]
        stations = {row["station"]: (row["assigned"], row["late"]) for row in shown["stations"]}
        assert stations == {"S": (2, 1), "Вторая": (1, 1), None: (1, 0)}
        rows = table(await client.get("/admin/reports/compliance.csv", params={"course_id": str(at.course)}))
        assert rows[0] == ["department", "station", "assigned", "completed", "in_progress", "not_started", "late"]
        assert sorted(rows[1:]) == [
            ["", "", "1", "1", "0", "0", "0"],
            ["Цех №1", "S", "1", "0", "0", "1", "1"],
            ["Цех №1", "Вторая", "1", "0", "0", "1", "1"],
            ["Цех №2", "S", "1", "0", "0", "1", "0"],
        ]
        for path in ("/admin/reports/compliance", "/admin/reports/compliance.csv"):
            assert (await client.get(path)).status_code == 400
            assert (await client.get(path, params={"course_id": "x"})).status_code == 400
            assert (await client.get(path, params={"course_id": str(uuid4())})).status_code == 404

    @pytest.mark.parametrize("role", [Role.USER, Role.INSTRUCTOR, None])
    async def test_reports_are_not_for_everybody(
        self, role: Role | None, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        if role:
            await sign_in(client, stocked, role=role)
        refused = 401 if role is None else 403
        for path in ("/admin/reports/compliance", "/admin/reports/compliance.csv"):
            assert (await client.get(path, params={"course_id": str(at.course)})).status_code == refused
        assert (await client.put("/admin/enrollments", json={})).status_code == refused
        for path in (f"/courses/{at.course}/learners", f"/courses/{at.course}/learners.csv"):
            expected = 200 if role is Role.INSTRUCTOR else refused
            assert (await client.get(path)).status_code == expected
