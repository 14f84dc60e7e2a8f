"""Who is late, and the matrix of people and courses, over HTTP, over every database alike."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.learning.people import FUTURE, PAST, as_admin, assign, staff
from tests.school import School, complete_course, school


async def training(client: httpx.AsyncClient, stocked: Container) -> School:
    """w1 and w2 are late in the course of S, w3 in both courses of S; w4 is not active."""
    at = await school(stocked)
    await arrange(stocked, courses=[{"code": "S-C2", "station": "S", "title": "Ещё один"}])
    people = await staff(stocked)
    await as_admin(client, stocked)
    await arrange(stocked, users=[{"username": "w1", "position": "Слесарь"}])
    await arrange(stocked, enrollments=[{"username": "w4", "course": "S-C", "due_at": "2019-01-01"}])
    await assign(client, at, user_ids=[str(people["w1"])], due_at="2021-01-01T00:00:00Z")
    await assign(client, at, user_ids=[str(people["w2"]), str(people["w3"])], due_at=PAST)
    await arrange(stocked, enrollments=[{"username": "w3", "course": "S-C2", "due_at": "2022-01-01"}])
    await arrange(stocked, enrollments=[{"username": "w1", "course": "S-C2", "due_at": FUTURE}])
    return at


class HttpTrainingReportsContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def _late(self, client: httpx.AsyncClient, query: str = "") -> list[tuple[str, str]]:
        """Of the people who are made here."""
        reply = await client.get(f"/admin/reports/late?size=100{query}")
        assert reply.status_code == 200, reply.text
        rows = [row for row in reply.json()["items"] if row["username"][0] == "w"]
        return [(row["username"], row["course"]) for row in rows]

    async def test_who_is_late_is_listed_in_any_order_and_part(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await training(client, stocked)
        first, second = "Курс S", "Ещё один"
        assert await self._late(client, "&order=name") == [
            ("w2", first),
            ("w3", first),
            ("w3", second),
            ("w1", first),
        ]
        assert (await self._late(client))[2:] == [("w1", first), ("w3", second)]
        assert await self._late(client, "&order=department&department=Цех №2") == [("w3", first), ("w3", second)]
        assert await self._late(client, f"&order=station&station_id={at.station}&q=w") == [
            ("w3", first),
            ("w3", second),
            ("w1", first),
        ]
        assert [name for name, _ in await self._late(client, f"&order=course&course_id={at.course}")][2:] == ["w1"]
        assert await self._late(client, "&position=слесарь") == await self._late(client, "&q=ёлк") == [("w1", first)]

    async def test_a_row_says_who_and_by_how_many_days(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await training(client, stocked)
        reply = (await client.get("/admin/reports/late?q=w1&size=1")).json()
        [row] = reply["items"]
        assert (reply["total"], row["full_name"], row["employee_id"]) == (1, "Ёлкин Пётр", "T-1")
        assert (row["department"], row["station"], row["position"]) == ("Цех №1", "S", "Слесарь")
        assert (row["course_id"], row["due_at"]) == (str(at.course), "2021-01-01T00:00:00.000Z")
        assert row["days_late"] > 1_800

    async def test_learners_of_a_course_are_filtered_by_state(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await training(client, stocked)
        await complete_course(client, at)

        async def names(state: str) -> list[str]:
            reply = await client.get(f"/courses/{at.course}/learners?status={state}")
            return [row["username"] for row in reply.json()["items"]]

        assert await names("late") == ["w2", "w3", "w1"]
        assert await names("completed") == ["root"]
        assert await names("in_progress") == ["w4"]
        [row] = (await client.get(f"/courses/{at.course}/learners?status=late&q=w1")).json()["items"]
        assert row["days_late"] > 1_800

    async def test_the_matrix_has_a_row_for_each_person_and_a_cell_for_each_enrollment(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await training(client, stocked)
        [second] = [row["id"] for row in await rows_of(stocked, "courses") if row["title"] == "Ещё один"]
        chosen = f"course_id={second}&course_id={at.course}"
        reply = (await client.get(f"/admin/reports/matrix?{chosen}&q=w&department=цех №1")).json()
        assert {column["id"] for column in reply["courses"]} == {str(second), str(at.course)}
        assert [row["username"] for row in reply["items"]] == ["w2", "w1"]
        cells = {row["username"]: {cell["course_id"]: cell for cell in row["cells"]} for row in reply["items"]}
        assert set(cells["w2"]) == {str(at.course)}
        late, due = cells["w1"][str(at.course)], cells["w1"][str(second)]
        assert (late["status"], late["progress_percent"]) == ("not_started", 0)
        assert (late["days_late"] > 1_800, due["days_late"]) == (True, 0)
        assert (due["status"], due["due_at"]) == ("in_progress", "2098-12-31T21:00:00.000Z")
        everything = (await client.get("/admin/reports/matrix?size=1&page=2")).json()
        assert len(everything["items"]) == 1
        assert len(everything["courses"]) == len([row for row in await rows_of(stocked, "courses") if row["is_active"]])

    async def test_files_have_the_same_and_are_safe_to_open(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await training(client, stocked)
        client.headers["accept-language"] = "ru"
        late = (await client.get("/admin/reports/late.csv?order=name&q=w")).text.splitlines()
        assert len(late) == 5
        assert "'=1+1" in late[1]
        matrix = (await client.get(f"/admin/reports/matrix.csv?q=w&course_id={at.course}")).text.splitlines()
        assert len(matrix) == 4
        assert "Курс S" in matrix[0]
        for path, rows in (("late", 5), (f"matrix?q=w&course_id={at.course}", 4)):
            name, _, query = path.partition("?")
            reply = await client.get(f"/admin/reports/{name}.xlsx?q=w&{query}")
            assert reply.status_code == 200, reply.text
            sheet: Any = load_workbook(BytesIO(reply.content)).active
            assert sheet.max_row == rows

    @pytest.mark.refuses
    async def test_what_there_is_not_is_said(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await training(client, stocked)
        for path, status in (
            ("late?department=Цек №1", 400),
            ("late?position=Слесрь", 400),
            ("late?order=age", 400),
            ("matrix?course_id=x", 400),
            ("matrix?course_id=00000000-0000-0000-0000-000000000000", 404),
            ("late.csv?department=Цек №1", 400),
        ):
            reply = await client.get(f"/admin/reports/{path}")
            assert reply.status_code == status, (path, reply.text)
        reply = await client.get("/admin/reports/late?position=Слесрь")
        assert reply.json()["errors"][0]["suggestions"][0] == "Слесарь"
