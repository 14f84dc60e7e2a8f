"""Reports and course progress over HTTP, over every database alike."""

import csv
import io
from uuid import uuid4

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.learning.people import FUTURE, PAST, as_admin, assign, staff
from tests.people import sign_in
from tests.school import complete_topics, right_answers, school


def table(reply: httpx.Response) -> list[list[str]]:
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))


class HttpReportsContract:
    """The fixtures `client` and `stocked` say over which database."""

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
        for absent in (uuid4(), "x"):
            assert (await client.get(f"/courses/{absent}/learners")).status_code == 404
            assert (await client.get(f"/courses/{absent}/learners.csv")).status_code == 404
        rows = table(await client.get(f"{path}.csv"))
        assert rows[0][:3] == ["ID пользователя", "Имя пользователя", "ФИО"]
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
        assert rows[0] == [
            *("Подразделение", "Станция", "Назначено", "Завершили", "Проходят", "Не начали", "Опаздывают"),
        ]
        assert sorted(rows[1:]) == [
            ["", "", "1", "1", "0", "0", "0"],
            ["Цех №1", "S", "1", "0", "0", "1", "1"],
            ["Цех №1", "Вторая", "1", "0", "0", "1", "1"],
            ["Цех №2", "S", "1", "0", "0", "1", "0"],
        ]
        for path in ("/admin/reports/compliance", "/admin/reports/compliance.csv"):
            assert (await client.get(path, params={"course_id": str(uuid4())})).status_code == 404

    @pytest.mark.refuses
    async def test_a_malformed_query_is_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await as_admin(client, stocked)
        for bad in ({"status": "x"}, {"q": "x" * 201}, {"page": 0}):
            assert (await client.get(f"/courses/{uuid4()}/learners", params=bad)).status_code == 400, bad
        for path in ("/admin/reports/compliance", "/admin/reports/compliance.csv"):
            for bad in ({}, {"course_id": "x"}):
                assert (await client.get(path, params=bad)).status_code == 400, path

    @pytest.mark.refuses
    @pytest.mark.parametrize("role", [Role.USER, Role.INSTRUCTOR, None])
    async def test_reports_are_not_for_everybody(
        self, role: Role | None, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        if role:
            await sign_in(client, stocked, role=role)
        course, refused = uuid4(), 401 if role is None else 403
        for path in ("/admin/reports/compliance", "/admin/reports/compliance.csv"):
            assert (await client.get(path, params={"course_id": str(course)})).status_code == refused
        assert (await client.put("/admin/enrollments", json={})).status_code == refused
        if role is not Role.INSTRUCTOR:
            for path in (f"/courses/{course}/learners", f"/courses/{course}/learners.csv"):
                assert (await client.get(path)).status_code == refused

    async def test_instructors_see_the_learners_of_a_course(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked, role=Role.INSTRUCTOR)
        for path in (f"/courses/{at.course}/learners", f"/courses/{at.course}/learners.csv"):
            assert (await client.get(path)).status_code == 200
