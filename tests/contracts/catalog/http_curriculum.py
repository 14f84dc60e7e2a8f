"""Authoring courses, programs, lessons, topics and materials over HTTP, over every database alike."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.catalog.authors import author, made, study, tree
from tests.people import sign_in
from tests.school import company_course, right_answers, school


class HttpCurriculumContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_curriculum_is_written_from_the_course_to_the_topic(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await author(client, stocked)
        course = await made(client, "/courses", title="Курс", station_id=at.station, code="NEW", level=None)
        assert (course["is_active"], course["code"], course["description"]) == (True, "NEW", None)
        program = await made(client, "/programs", title="Программа", station_id=at.station)
        assert (program["format"], program["lessons_count"]) == ("Онлайн", 0)
        lesson = await made(client, "/lessons", title="Урок", course_program_id=program["id"], duration="2 часа")
        topics = [
            await made(client, "/topics", title=f"Тема {number}", lesson_id=lesson["id"], content="# Текст")
            for number in (1, 2)
        ]
        assert [(topic["code"], topic["order_index"]) for topic in topics] == [("1", 1), ("2", 2)]
        assert (topics[0]["content"], topics[0]["duration"]) == ("# Текст", None)
        [shown] = [
            row
            for row in (await client.get(f"/courses/{course['id']}")).json()["programs"]
            if row["id"] == program["id"]
        ]
        assert (shown["lessons_count"], shown["topics_count"], shown["tests_count"]) == (1, 2, 0)
        changed = await client.put(f"/topics/{topics[0]['id']}", json={"title": "Новая", "content": None})
        assert changed.status_code == 200
        assert (changed.json()["title"], changed.json()["content"], changed.json()["code"]) == ("Новая", None, "1")
        station = (await client.get(f"/stations/{at.station}")).json()["station"]
        assert station["courses_count"] == 2
        assert (await client.put(f"/courses/{course['id']}", json={"is_active": False})).json()["is_active"] is False
        station = (await client.get(f"/stations/{at.station}")).json()["station"]
        assert station["courses_count"] == 1

    async def test_what_is_not_there_is_not_found(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await author(client, stocked)
        for path, body in (
            ("/courses", {"title": "x", "station_id": 999_999}),
            ("/programs", {"title": "x", "station_id": 999_999}),
            ("/programs", {"title": "x", "course_id": str(uuid4())}),
            ("/lessons", {"title": "x", "course_program_id": 999_999}),
            ("/topics", {"title": "x", "lesson_id": 999_999}),
            ("/lessons/999999/materials", {"material_name": "x"}),
            ("/lessons/999999/test", {"title": "x"}),
            ("/programs/x/final-test", {"title": "x"}),
        ):
            assert (await client.post(path, json=body)).status_code == 404, path
        for path in (f"/courses/{uuid4()}", "/courses/x", "/programs/0", "/lessons/999999", "/topics/x"):
            assert (await client.put(path, json={"title": "x"})).status_code == 404, path
            assert (await client.delete(path)).status_code == 404, path
        other = await school(stocked, name="T")
        material = await made(client, f"/lessons/{at.lesson}/materials", material_name="Схема")
        path = f"/lessons/{other.lesson}/materials/{material['id']}"
        assert (await client.put(path, json={"material_name": "x"})).status_code == 404
        assert (await client.delete(path)).status_code == 404

    @pytest.mark.refuses
    async def test_bad_bodies_are_refused_by_their_fields(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await author(client, stocked)
        for path, body, field in (
            ("/courses", {}, "title"),
            ("/programs", {"title": "", "station_id": at.station}, "title"),
            ("/programs", {"title": "x"}, "station_id"),
            ("/programs", {"title": "x", "station_id": at.station, "course_id": str(at.course)}, "course_id"),
            ("/lessons", {"title": "x" * 501, "course_program_id": at.program}, "title"),
            ("/topics", {"title": "x", "lesson_id": "one"}, "lesson_id"),
            ("/topics", {"title": "x", "lesson_id": at.lesson, "code": "x" * 51}, "code"),
            (f"/lessons/{at.lesson}/materials", {"material_name": None}, "material_name"),
        ):
            reply = await client.post(path, json=body)
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, field), reply.text
        for path in (f"/courses/{at.course}", f"/topics/{at.topics[0]}"):
            assert (await client.put(path, json={"title": None})).status_code == 400

    async def test_a_code_is_taken_once(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await author(client, stocked)
        for path, body in (
            ("/courses", {"title": "x", "code": "S-C"}),
            ("/programs", {"title": "x", "code": "S-P", "station_id": at.station}),
            ("/lessons", {"title": "x", "code": "S-L", "course_program_id": at.program}),
            ("/topics", {"title": "x", "code": "1", "lesson_id": at.lesson}),
        ):
            reply = await client.post(path, json=body)
            assert (reply.status_code, reply.json()["code"]) == (409, "code_taken"), path
        assert (await client.put(f"/topics/{at.topics[1]}", json={"code": "1"})).status_code == 409

    @pytest.mark.refuses
    async def test_authoring_is_for_instructors_and_admins(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        calls = (
            ("POST", "/courses"),
            ("PUT", f"/programs/{at.program}"),
            ("DELETE", f"/lessons/{at.lesson}"),
            ("PUT", "/topics/order"),
            ("POST", f"/topics/{at.topics[0]}/files"),
            ("GET", f"/lessons/{at.lesson}/test/key"),
        )
        for method, path in calls:
            assert (await client.request(method, path, json={})).status_code == 401, path
        await sign_in(client, stocked)
        for method, path in calls:
            assert (await client.request(method, path, json={})).status_code == 403, path
        tree_path = f"/stations/{at.station}/course-program/update"
        await author(client, stocked)
        assert (await client.put(tree_path, json={})).status_code == 403

    async def test_what_learners_made_progress_with_is_deactivated(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await author(client, stocked)
        await study(client, stocked, at)
        for topic in at.topics:
            assert (await client.delete(f"/topics/{topic}")).status_code == 204
        kept = {
            row["id"]: row["is_active"] for row in await rows_of(stocked, "topics") if row["lesson_id"] == at.lesson
        }
        assert kept == {at.topics[0]: False}
        for path in (f"/lessons/{at.lesson}", f"/programs/{at.program}", f"/courses/{at.course}"):
            assert (await client.delete(path)).status_code == 204
        for table, record in (("lessons", at.lesson), ("course_programs", at.program), ("courses", at.course)):
            [row] = [row for row in await rows_of(stocked, table) if row["id"] == record]
            assert row["is_active"] is False
        assert len(await rows_of(stocked, "user_topic_progress")) == 1

    async def test_what_nobody_touched_is_deleted_with_what_is_in_it(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await author(client, stocked)
        for path in (f"/lessons/{at.lesson}", f"/programs/{at.program}", f"/courses/{at.course}"):
            assert (await client.delete(path)).status_code == 204
        for table, column, value in (
            ("topics", "lesson_id", at.lesson),
            ("lesson_tests", "lesson_id", at.lesson),
            ("final_tests", "course_program_id", at.program),
            ("lessons", "id", at.lesson),
            ("course_programs", "id", at.program),
            ("courses", "id", at.course),
        ):
            assert value not in {row[column] for row in await rows_of(stocked, table)}, table

    async def test_siblings_are_put_in_an_order(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at, other = await school(stocked, topics=4), await school(stocked, name="T")
        await author(client, stocked)
        one, two, three, four = at.topics
        reply = await client.put("/topics/order", json=[four, two])
        assert [row["id"] for row in reply.json()["data"]] == [four, two, one, three]
        shown = await tree(client, at)
        assert [topic["id"] for topic in shown["lessons"][0]["topics"]] == [four, two, one, three]
        for bad in ([], [one, one], [one, other.topics[0]], ["x"], [True]):
            assert (await client.put("/topics/order", json=bad)).status_code == 400, bad
        assert (await client.put("/topics/order", json=[999_999])).status_code == 404

    async def test_adding_at_once_counts_each(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked, topics=1)
        await author(client, stocked)
        replies = await asyncio.gather(
            *(client.post("/topics", json={"title": "x", "lesson_id": at.lesson}) for _ in range(8))
        )
        assert {reply.status_code for reply in replies} == {201}
        assert len({reply.json()["code"] for reply in replies}) == 8
        assert (await tree(client, at))["topicsCount"] == 9

    async def test_adding_a_topic_lowers_progress_and_deactivating_one_completes(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await author(client, stocked)
        await study(client, stocked, at)
        for removed in (f"/programs/{at.program}/final-test", f"/topics/{at.topics[1]}"):
            await client.delete(removed)
        [enrollment] = [row for row in await rows_of(stocked, "user_courses") if row["course_id"] == at.course]
        assert (enrollment["progress_percent"], enrollment["status"]) == (100, "completed")
        await made(client, "/topics", title="Ещё одна", lesson_id=at.lesson)
        [enrollment] = [row for row in await rows_of(stocked, "user_courses") if row["course_id"] == at.course]
        assert (enrollment["progress_percent"], enrollment["status"]) == (50, "completed")
        assert len(await rows_of(stocked, "certificates")) == 1

    @pytest.mark.parametrize("moved_from", [None, "T"])
    async def test_a_course_that_moves_takes_its_learners_along(
        self, moved_from: str | None, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await author(client, stocked)
        await study(client, stocked, at)
        former = (await school(stocked, name=moved_from)).station if moved_from else None
        course = await made(client, "/courses", title="Другой", station_id=former)
        [learner] = [row["user_id"] for row in await rows_of(stocked, "user_topic_progress")]
        await stocked.enroll()(learner, UUID(course["id"]))
        moved = await client.put(f"/courses/{course['id']}", json={"station_id": at.station})
        assert (moved.status_code, moved.json()["station_id"]) == (200, at.station)
        [enrollment] = [row for row in await rows_of(stocked, "user_courses") if str(row["course_id"]) == course["id"]]
        assert enrollment["progress_percent"] == 50
        assert (await client.put(f"/courses/{course['id']}", json={"station_id": 999_999})).status_code == 404
        assert (await client.get(f"/stations/{at.station}")).json()["station"]["courses_count"] == 2
        assert (await client.put(f"/courses/{course['id']}", json={"station_id": None})).json()["station_id"] is None
        [enrollment] = [row for row in await rows_of(stocked, "user_courses") if str(row["course_id"]) == course["id"]]
        assert enrollment["progress_percent"] == 0
        assert (await client.get(f"/stations/{at.station}")).json()["station"]["courses_count"] == 1

    async def test_a_course_for_the_whole_company_has_programs_of_its_own(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await author(client, stocked)
        course = await made(client, "/courses", title="Вводный инструктаж")
        programs = [await made(client, "/programs", title=f"Часть {n}", course_id=course["id"]) for n in (1, 2)]
        assert [(row["station_id"], row["course_id"], row["order_index"]) for row in programs] == [
            (None, course["id"], 1),
            (None, course["id"], 2),
        ]
        lesson = await made(client, "/lessons", title="Урок", course_program_id=programs[1]["id"])
        topic = await made(client, "/topics", title="Тема", lesson_id=lesson["id"])
        ordered = await client.put("/programs/order", json=[programs[1]["id"], programs[0]["id"]])
        assert [row["id"] for row in ordered.json()["data"]] == [programs[1]["id"], programs[0]["id"]]
        shown = (await client.get(f"/courses/{course['id']}")).json()
        assert [(row["id"], row["topics_count"]) for row in shown["programs"]] == [
            (programs[1]["id"], 1),
            (programs[0]["id"], 0),
        ]
        tree = (await client.get(f"/courses/{course['id']}/course-program")).json()["courseProgram"]
        assert (tree["id"], tree["stationId"], tree["courseId"]) == (programs[1]["id"], None, course["id"])
        assert [row["id"] for row in tree["lessons"][0]["topics"]] == [topic["id"]]
        assert (await client.get(f"/courses/{uuid4()}/course-program")).status_code == 404
        at = await school(stocked)
        of_station = (await client.get(f"/courses/{at.course}/course-program")).json()["courseProgram"]
        assert (of_station["id"], of_station["stationId"]) == (at.program, at.station)

    async def test_a_company_course_is_learned_to_its_certificate(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await company_course(stocked, topics=2)
        await sign_in(client, stocked, "learner")
        await client.post(f"/courses/{at.id}/enroll")
        first, last = [
            (await client.put(f"/topics/{topic}/progress", json={"completed": True})).json() for topic in at.topics
        ]
        assert (first["progress_percent"], last["progress_percent"]) == (50, 100)
        path = f"/programs/{at.program}/final-test"
        answers = await right_answers(client, path)
        assert (await client.post(f"{path}/results", json={"answers": answers})).json()["passed"]
        [mine] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (mine["status"], mine["station_id"]) == ("completed", None)
        standing = (await client.get(f"/courses/{at.id}/progress")).json()
        assert [program["id"] for program in standing["programs"]] == [at.program]
        [certificate] = (await client.get("/users/me/certificates")).json()["items"]
        assert certificate["course_id"] == str(at.id)
        [enrollment] = [row for row in await rows_of(stocked, "user_courses") if row["course_id"] == at.id]
        found = await stocked.program_queries().standing(enrollment["user_id"], at.program)
        assert (found.progress_percent, found.station_id) == (100, None)

    async def test_an_author_changes_the_progress_of_the_course_alone(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await company_course(stocked, topics=2, final_test=False)
        await sign_in(client, stocked, "learner")
        await client.post(f"/courses/{at.id}/enroll")
        await client.put(f"/topics/{at.topics[0]}/progress", json={"completed": True})
        await author(client, stocked)
        assert (await client.delete(f"/topics/{at.topics[1]}")).status_code == 204
        [enrollment] = [row for row in await rows_of(stocked, "user_courses") if row["course_id"] == at.id]
        assert (enrollment["progress_percent"], enrollment["status"]) == (100, "completed")
        await client.delete(f"/courses/{at.id}")
        [course] = [row for row in await rows_of(stocked, "courses") if row["id"] == at.id]
        assert course["is_active"] is False

    async def test_materials_are_handed_out_with_a_lesson(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        path = f"/lessons/{at.lesson}/materials"
        await author(client, stocked)
        first = await made(client, path, material_name="Схема")
        second = await made(client, path, material_name="Альбом")
        assert (await client.post(path, json={"material_name": "Схема"})).status_code == 409
        renamed = (await client.put(f"{path}/{second['id']}", json={"material_name": "Атлас"})).json()
        assert renamed == {"id": second["id"], "lesson_id": at.lesson, "material_name": "Атлас"}
        del client.headers["Authorization"]
        shown = (await client.get(path)).json()
        assert (shown["items"], shown["total"]) == ([first, renamed], 2)
        assert (await client.get(path, params={"size": 1, "page": 2})).json()["items"] == [renamed]
        assert (await client.get("/lessons/999999/materials")).status_code == 404
        await sign_in(client, stocked, "another", role=Role.INSTRUCTOR)
        assert (await client.delete(f"{path}/{first['id']}")).status_code == 204
        assert (await client.get(path)).json()["total"] == 1
