"""Programs as the existing frontend takes a learner through them, over every database alike."""

import asyncio

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.learning.frontend_steps import SCHEME, VIDEO, answered, complete, school_with_files
from tests.people import sign_in
from tests.school import complete_topics, school


class HttpFrontendProgramsContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_enrolling_in_a_program_is_enrolling_in_the_course_that_shows_it(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school_with_files(stocked)
        await sign_in(client, stocked)
        path = f"/courses/programs/{at.program}"
        absent = await client.get(f"{path}/progress")
        assert (absent.status_code, absent.json()["error"]) == (404, "Enrollment not found")
        assert (await complete(client, at.program, "video", VIDEO)).json()["error"] == "Enrollment not found"
        first = (await client.post(f"{path}/enroll")).json()
        started = first["data"]["started_at"]
        assert first == {
            "success": True,
            "created": True,
            "data": {
                "course_program_id": at.program,
                "progress_percent": 0,
                "status": "in_progress",
                "started_at": started,
                "completed_at": None,
            },
        }
        again = await client.post(f"{path}/enroll/")
        assert (again.status_code, again.json()) == (200, first | {"created": False})
        [course] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (course["course_id"], course["started_at"]) == (str(at.course), started)
        assert (await client.get(f"{path}/progress")).json() == {
            "data": {
                **first["data"],
                "totals": {"total_units": 5, "topics": 2, "files": 2, "tests": 2},
                "completed_units": 0,
            }
        }

    async def test_files_complete_their_topic_and_everything_the_program_and_its_course(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school_with_files(stocked)
        await sign_in(client, stocked)
        await client.post(f"/courses/programs/{at.program}/enroll")

        async def now(reply: httpx.Response) -> tuple[int, int, int]:
            """Units and percent of the program, and the percent of the course, which counts topics."""
            assert reply.status_code == 200, reply.text
            data = reply.json()["data"]
            [course] = (await client.get("/courses/me/enrollments")).json()["data"]
            return data["completed_units"], data["progress_percent"], course["progress_percent"]

        assert await now(await complete(client, at.program, "video", VIDEO)) == (1, 20, 0)
        assert await now(await complete(client, at.program, "video", VIDEO)) == (1, 20, 0)
        assert await now(await complete(client, at.program, "pdf", SCHEME)) == (2, 40, 50)
        assert await now(await complete(client, at.program, "text", "topic:2")) == (3, 60, 100)
        for path in (f"/courses/tests/lesson/{at.lesson}", f"/courses/tests/course-program/{at.program}"):
            sent = await answered(client, path)
            await arrange(stocked, tests=[{"code": "S-T", "lesson": "S-L", "title": "Тест", "passing_score": "30"}])
            await arrange(stocked, tests=[{"code": "S-F", "program": "S-P", "title": "Итог", "passing_score": "30"}])
            assert (await client.post("/courses/tests/results/create", json=sent)).json()["data"]["is_passed"] is True
        done = (await client.get(f"/courses/programs/{at.program}/progress")).json()["data"]
        assert (done["completed_units"], done["progress_percent"], done["status"]) == (5, 100, "completed")
        [course] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (course["status"], course["completed_at"]) == ("completed", done["completed_at"])
        [certificate] = (await client.get("/users/me/certificates")).json()["items"]
        assert certificate["course_id"] == str(at.course)
        stats = (await client.get("/courses/me/stats")).json()["data"]
        kinds = {"video": 1, "pdf": 1, "document": 0, "presentation": 0, "text": 2, "test": 2}
        assert stats == {
            "active_courses": 0,
            "completed_courses": 1,
            "materials": kinds,
            "average_test_score": stats["average_test_score"],
        }

    async def test_a_topic_that_was_completed_elsewhere_counts_with_its_files(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school_with_files(stocked)
        await sign_in(client, stocked)
        await client.post(f"/courses/{at.course}/enroll")
        await complete_topics(client, at.topics[:1])
        data = (await client.get(f"/courses/programs/{at.program}/progress")).json()["data"]
        assert (data["completed_units"], data["progress_percent"], data["status"]) == (2, 40, "in_progress")

    async def test_both_files_at_once_complete_the_topic(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school_with_files(stocked)
        await sign_in(client, stocked)
        await client.post(f"/courses/programs/{at.program}/enroll")
        await asyncio.gather(*(complete(client, at.program, "video", key) for key in (VIDEO, SCHEME)))
        [course] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert course["progress_percent"] == 50

    async def test_who_goes_through_topics_of_one_key_in_order_completes_them_in_order(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """Imported topics are numbered anew in each lesson."""
        at = await school(stocked, topics=1)
        await arrange(
            stocked,
            lessons=[{"code": "S-M", "program": "S-P", "title": "Второй", "order_index": "9"}],
            topics=[{"lesson": "S-M", "code": "1", "title": "Ещё одна"}],
        )
        await sign_in(client, stocked)
        await client.post(f"/courses/programs/{at.program}/enroll")
        for percent in (50, 100, 100):
            assert (await complete(client, at.program, "text", "topic:1")).status_code == 200
            [course] = (await client.get("/courses/me/enrollments")).json()["data"]
            assert course["progress_percent"] == percent

    async def test_what_is_not_of_the_program_is_not_completed(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school_with_files(stocked)
        other = await school(stocked, name="T")
        await sign_in(client, stocked)
        for program in (at.program, other.program):
            await client.post(f"/courses/programs/{program}/enroll")
        for program, kind, key in (
            (other.program, "video", VIDEO),
            (at.program, "video", "stations/1/none.mp4"),
            (at.program, "text", "topic:none"),
            (at.program, "pdf", "topic:1"),
        ):
            reply = await complete(client, program, kind, key)
            assert (reply.status_code, reply.json()["code"]) == (404, "material_not_found"), key
        for program in ("x", "0", "999999"):
            reply = await client.post(f"/courses/programs/{program}/enroll")
            assert (reply.status_code, reply.json()["code"]) == (404, "program_not_found")
            assert (await client.get(f"/courses/programs/{program}/progress")).status_code == 404

    @pytest.mark.refuses
    async def test_bad_bodies_are_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """A test is completed by passing it, not by saying so."""
        await sign_in(client, stocked)
        for body in (
            {},
            {"material_type": "video"},
            {"material_key": VIDEO},
            {"material_type": "test", "material_key": "final:1"},
            {"material_type": "video", "material_key": ""},
            {"material_type": "video", "material_key": "x" * 1001},
        ):
            reply = await client.post("/courses/programs/1/materials/complete", json=body)
            assert reply.status_code == 400, body

    async def test_my_programs_are_those_of_my_courses_the_latest_studied_first(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at, other = await school_with_files(stocked), await school(stocked, name="T")
        await school(stocked, name="U")
        await sign_in(client, stocked)
        assert (await client.get("/courses/me/programs")).json() == {"data": []}
        for program in (at.program, other.program):
            await client.post(f"/courses/programs/{program}/enroll")
        await complete(client, at.program, "video", VIDEO)
        first, second = (await client.get("/courses/me/programs")).json()["data"]
        assert (second["course_program_id"], second["progress_percent"]) == (other.program, 0)
        assert first == {
            "course_program_id": at.program,
            "progress_percent": 20,
            "status": "in_progress",
            "started_at": first["started_at"],
            "completed_at": None,
            "last_activity": first["last_activity"],
            "course_program": {
                "id": at.program,
                "title": "Программа S",
                "description": None,
                "station_id": at.station,
                "duration": None,
                "lessons_count": 1,
                "topics_count": 2,
                "tests_count": 2,
            },
        }
        await client.delete(f"/courses/{at.course}/enroll")
        assert [each["course_program_id"] for each in (await client.get("/courses/me/programs")).json()["data"]] == [
            other.program
        ]

    async def test_a_program_that_no_course_shows_gets_one_with_its_first_learners(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """The admin pages make stations and programs, and know of no courses."""
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        station = (await client.post("/stations/create/", json={"name": "N", "short_name": "N"})).json()["id"]
        body = {"title": "Программа", "lessons": [{"title": "Урок", "topics": [{"title": "Тема", "topicKey": "t"}]}]}
        tree = await client.put(f"/stations/{station}/course-program/update", json=body)
        program = tree.json()["courseProgram"]["id"]
        await sign_in(client, stocked)
        path = f"/courses/programs/{program}/enroll"
        replies = await asyncio.gather(*(client.post(path) for _ in range(3)))
        assert [reply.status_code for reply in replies] == [200, 200, 200]
        [course] = [row for row in await rows_of(stocked, "courses") if row["station_id"] == station]
        assert (course["title"], course["is_active"]) == ("Программа", True)
        shown = (await client.get(f"/stations/{station}")).json()["station"]
        assert shown["courses_count"] == 1
        done = (await complete(client, program, "text", "topic:t")).json()["data"]
        assert (done["progress_percent"], done["status"]) == (100, "completed")
