"""Saving a whole course program over HTTP, over every database alike."""

from typing import Any
from uuid import uuid4

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.catalog.authors import study, tree
from tests.people import sign_in
from tests.school import school


class HttpCourseProgramContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_program_that_is_written_as_it_was_read_stays_as_it_is(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        for station in (row["id"] for row in (await client.get("/stations")).json()["data"]):
            path = f"/stations/{station}/course-program"
            before = (await client.get(path)).json()
            if before["courseProgram"] is None:
                continue
            for body in (before, before["courseProgram"]):
                reply = await client.put(f"{path}/update", json=body)
                assert (reply.status_code, reply.json()) == (200, before)

    async def test_a_program_is_written_whole(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        await study(client, stocked, at)
        await client.post("/topics", json={"title": "Без прогресса", "lesson_id": at.lesson})
        program = await tree(client, at)
        lesson = program["lessons"][0]
        first = {**lesson["topics"][0], "title": "Переименована"}
        del first["id"], first["orderIndex"]
        written = {
            **program,
            "title": "Новое имя",
            "learningOutcomes": ["Знает", "Умеет"],
            "finalTest": {"title": "Итог"},
            "lessons": [
                {"lessonKey": "new", "title": "Новый урок", "topics": [{"title": "Первая", "topicKey": "n1"}]},
                {
                    "lessonKey": "S-L",
                    "title": lesson["title"],
                    "test": {**lesson["test"], "passingScore": 90},
                    "topics": [{"topicKey": "fresh", "title": "Свежая"}, first],
                },
            ],
        }
        reply = await client.put(f"/stations/{at.station}/course-program/update", json={"courseProgram": written})
        assert reply.status_code == 200, reply.text
        shown = reply.json()["courseProgram"]
        assert shown == await tree(client, at)
        assert (shown["title"], shown["learningOutcomes"]) == ("Новое имя", ["Знает", "Умеет"])
        assert [each["lessonKey"] for each in shown["lessons"]] == ["new", "S-L"]
        assert (shown["lessons"][1]["id"], shown["lessons"][1]["test"]["passingScore"]) == (at.lesson, 90)
        assert [(each["topicKey"], each["title"]) for each in shown["lessons"][1]["topics"]] == [
            ("fresh", "Свежая"),
            ("1", "Переименована"),
        ]
        assert shown["lessons"][1]["topics"][1]["id"] == at.topics[0]
        assert (shown["finalTest"]["id"], shown["finalTest"]["title"]) == (at.final_test, "Итог")
        assert (shown["lessonsCount"], shown["topicsCount"], shown["testsCount"]) == (2, 3, 2)
        rows = {row["id"]: row for row in await rows_of(stocked, "topics")}
        assert rows[at.topics[1]]["is_active"] is False
        [enrollment] = [row for row in await rows_of(stocked, "user_courses") if row["course_id"] == at.course]
        assert enrollment["progress_percent"] == 33
        shown["lessons"] = shown["lessons"][1:]
        shown["lessons"][0]["test"] = shown["finalTest"] = None
        again = (await client.put(f"/stations/{at.station}/course-program/update", json=shown)).json()["courseProgram"]
        assert (again["lessonsCount"], again["topicsCount"], again["testsCount"]) == (1, 2, 0)
        assert (again["finalTest"], again["lessons"][0]["test"]) == (None, None)

    async def test_a_station_without_a_program_gets_one(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        station = (await client.post("/stations/create", json={"name": "N", "short_name": "N"})).json()["id"]
        path = f"/stations/{station}/course-program/update"
        assert (await client.put(path, json={"lessons": []})).json()["errors"][0]["field"] == "title"
        lessons = [{"title": "Урок", "lessonKey": "S-L", "topics": [{"title": "Без ключа"}]}]
        shown = (await client.put(path, json={"title": "Программа", "lessons": lessons})).json()["courseProgram"]
        assert (shown["stationId"], shown["format"]) == (station, "Онлайн")
        assert shown["lessons"][0]["lessonKey"] == "S-L"
        assert shown["lessons"][0]["topics"][0]["topicKey"] == "1"
        again = (await client.put(path, json={"lessons": lessons})).json()["courseProgram"]
        assert again["lessons"][0]["id"] == shown["lessons"][0]["id"]
        reply = await client.put(path, json={"id": at.program, "title": "x"})
        assert (reply.status_code, reply.json()["code"]) == (404, "program_not_found")
        assert (await client.put("/stations/999999/course-program/update", json={"title": "x"})).status_code == 404
        twice = {"lessons": [{"title": "a", "lessonKey": "k"}, {"title": "b", "lessonKey": "k"}]}
        reply = await client.put(path, json=twice)
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "lessons[1].lessonKey")
        assert (await client.get(f"/stations/{station}/course-program")).json()["courseProgram"] == again

    async def test_a_topic_has_a_key_of_its_own_and_a_code_that_people_see(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """The frontend names new topics by random keys, and its admins write what they like into the code."""
        at = await school(stocked)
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        lesson_key, keys = f"lesson_{uuid4()}", [f"topic_{uuid4()}" for _ in range(3)]
        topics = [
            {"topicKey": key, "code": code, "title": key}
            for key, code in zip(keys, ("Тема 1.1", "Тема 1.2", None), strict=True)
        ]
        before = await self.write(client, at.station, lesson_key, topics)
        assert [(each["topicKey"], each["code"]) for each in before] == [
            (keys[0], "Тема 1.1"),
            (keys[1], "Тема 1.2"),
            (keys[2], keys[2]),
        ]
        topics[0]["code"], topics[1]["code"], topics[2]["code"] = "Тема 1.2", "Тема 1.1", "1.3"
        after = await self.write(client, at.station, lesson_key, topics)
        assert [(each["id"], each["topicKey"], each["code"]) for each in after] == [
            (before[0]["id"], keys[0], "Тема 1.2"),
            (before[1]["id"], keys[1], "Тема 1.1"),
            (before[2]["id"], keys[2], "1.3"),
        ]
        assert (await client.get(f"/topics/{after[2]['id']}")).json()["code"] == "1.3"

    async def test_who_knows_a_topic_by_its_key_finds_it_when_its_code_was_changed_elsewhere(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        assert (await client.put(f"/topics/{at.topics[0]}", json={"code": "1.1"})).json()["code"] == "1.1"
        assert (await client.put(f"/lessons/{at.lesson}", json={"code": "S-1"})).json()["code"] == "S-1"
        lesson = (await tree(client, at))["lessons"][0]
        assert (lesson["lessonKey"], lesson["topics"][0]["topicKey"], lesson["topics"][0]["code"]) == (
            "S-L",
            "1",
            "1.1",
        )
        assert (
            await client.post("/topics", json={"title": "x", "lesson_id": at.lesson, "code": "1"})
        ).status_code == 409
        shown = await self.write(client, at.station, "S-L", [{"topicKey": "1", "title": "x"}])
        assert [(each["id"], each["code"]) for each in shown] == [(at.topics[0], "1.1")]

    async def test_a_topic_that_was_taken_out_gives_its_code_away(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        topics: list[dict[str, str | None]] = [
            {"topicKey": "1", "title": "Тема 1", "code": "2"},
            {"topicKey": "new", "title": "Новая", "code": "1"},
        ]
        shown = await self.write(client, at.station, "S-L", topics)
        assert [(each["topicKey"], each["code"]) for each in shown] == [("1", "2"), ("new", "1")]
        assert shown[0]["id"] == at.topics[0]
        topics.append({"topicKey": "2", "title": "Снова", "code": "3"})
        again = await self.write(client, at.station, "S-L", topics)
        assert (again[:2], again[2]["id"], again[2]["code"]) == (shown, at.topics[1], "3")
        topics[2]["code"] = "1"
        body = {"lessons": [{"lessonKey": "S-L", "title": "Урок", "topics": topics}]}
        reply = await client.put(f"/stations/{at.station}/course-program/update", json=body)
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "lessons[0].topics[2].code")

    async def test_two_programs_may_have_lessons_of_one_key(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        stations = [(await school(stocked, name=name)).station for name in ("S", "T")]
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        for station in stations:
            await self.write(client, station, "lesson-1", [])
        for station in stations:
            shown = (await client.get(f"/stations/{station}/course-program")).json()["courseProgram"]
            assert [lesson["lessonKey"] for lesson in shown["lessons"]] == ["lesson-1"]

    async def write(
        self, client: httpx.AsyncClient, station: int, lesson_key: str, topics: list[dict[str, str | None]]
    ) -> list[dict[str, Any]]:
        """Saves a program of one lesson; its topics as they are shown then."""
        body = {"lessons": [{"lessonKey": lesson_key, "title": "Урок", "topics": topics}]}
        reply = await client.put(f"/stations/{station}/course-program/update", json=body)
        assert reply.status_code == 200, reply.text
        assert reply.json() == (await client.get(f"/stations/{station}/course-program")).json()
        shown: list[dict[str, Any]] = reply.json()["courseProgram"]["lessons"][0]["topics"]
        return shown
