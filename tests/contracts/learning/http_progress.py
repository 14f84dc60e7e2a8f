"""Progress and completion over HTTP, over every database alike."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from dependency_injector import providers

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.identity.http_sign_in import bearer
from tests.people import sign_in
from tests.school import complete_course, complete_topics, school, stats_of


class HttpProgressContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_completed_topic_counts_for_every_course_of_its_station(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked, topics=3)
        await arrange(stocked, courses=[{"code": "S-C2", "station": "S", "title": "Второй курс"}])
        [second] = [row["id"] for row in await rows_of(stocked, "courses") if row["code"] == "S-C2"]
        await sign_in(client, stocked)
        for course in (at.course, second):
            await client.post(f"/courses/{course}/enroll")
        reply = await client.put(f"/topics/{at.topics[0]}/progress", json={"completed": True, "position_seconds": 12})
        assert reply.status_code == 200
        body = reply.json()
        assert body == {
            "topic_id": at.topics[0],
            "completed": True,
            "completed_at": body["completed_at"],
            "position_seconds": 12,
            "course_id": str(at.course),
            "progress_percent": 33,
            "courses": [
                {"course_id": str(at.course), "progress_percent": 33},
                {"course_id": str(second), "progress_percent": 33},
            ],
        }
        assert body["completed_at"].endswith("Z")
        shown = (await client.get("/courses/me/enrollments")).json()["data"]
        assert [each["progress_percent"] for each in shown] == [33, 33]

    async def test_what_arrives_late_or_twice_takes_nothing_back(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        await client.post(f"/courses/{at.course}/enroll")
        path = f"/topics/{at.topics[0]}/progress"
        first = (await client.put(path, json={"completed": True, "position_seconds": 90})).json()
        for late in ({"completed": False}, {}, {"completed": True}, {"completed": None}):
            again = (await client.put(path, json=late)).json()
            assert (again["completed"], again["completed_at"]) == (True, first["completed_at"])
            assert (again["position_seconds"], again["progress_percent"]) == (90, 50)
        assert (await client.put(path, json={"position_seconds": 0})).json()["position_seconds"] == 0

    async def test_time_studied_adds_up_and_counts_once(self, client: httpx.AsyncClient, stocked: Container) -> None:
        now = utc_now()
        stocked.clock.override(providers.Object(lambda: now))
        stocked.reset_singletons()
        at = await school(stocked)
        await arrange(stocked, courses=[{"code": "S-C2", "station": "S", "title": "Второй курс"}])
        await sign_in(client, stocked)
        for row in await rows_of(stocked, "courses"):
            if row["station_id"] == at.station:
                await client.post(f"/courses/{row['id']}/enroll")
        for _ in range(10):
            now += timedelta(seconds=10)
            await client.put(f"/topics/{at.topics[0]}/progress", json={"seconds_studied": 10})
        assert (await stats_of(client))["total_hours_studied"] == "0.02"  # 100 s, of which 28 s wait for more
        now += timedelta(seconds=8)
        await client.put(f"/topics/{at.topics[1]}/progress", json={"seconds_studied": 8})
        assert (await stats_of(client))["total_hours_studied"] == "0.03"

    async def test_progress_is_for_the_enrolled(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        reply = await client.put(f"/topics/{at.topics[0]}/progress", json={"completed": True})
        assert (reply.status_code, reply.json()["code"]) == (403, "not_enrolled")
        assert (await stats_of(client))["topics_completed"] == 0
        await client.post(f"/courses/{at.course}/enroll")
        assert (await client.delete(f"/courses/{at.course}/enroll")).status_code == 204
        reply = await client.put(f"/topics/{at.topics[0]}/progress", json={"completed": True})
        assert reply.status_code == 403
        for absent in ("0", "999999", "x", "99999999999999999999"):
            assert (await client.put(f"/topics/{absent}/progress", json={})).status_code == 404
        assert (await client.delete(f"/courses/{uuid4()}/enroll")).status_code == 404

    async def test_progress_comes_back_with_a_new_enrollment(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        await client.post(f"/courses/{at.course}/enroll")
        await complete_topics(client, at.topics[:1])
        await client.delete(f"/courses/{at.course}/enroll")
        assert (await client.get("/courses/me/enrollments")).json()["data"] == []
        assert (await stats_of(client))["active_courses"] == 0
        enrollment = (await client.post(f"/courses/{at.course}/enroll")).json()["enrollment"]
        assert enrollment["progress_percent"] == 50
        assert (await stats_of(client))["total_progress"] == 50

    async def test_a_course_is_complete_with_its_topics_and_its_final_test(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        await client.post(f"/courses/{at.course}/enroll")
        await complete_topics(client, at.topics)
        [shown] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (shown["progress_percent"], shown["status"], shown["completed_at"]) == (100, "in_progress", None)
        await complete_course(client, at)
        [shown] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (shown["status"], shown["completed_at"] is None) == ("completed", False)
        body = (await client.get("/users/me/stats")).json()
        [certificate] = body["certificates"]
        assert certificate["number"] == f"ATG-{utc_now().year}-000001"
        assert certificate["title"] == "Курс S"
        assert body["stats"] == {
            "active_courses": 0,
            "completed_courses": 1,
            "total_progress": 100,
            "total_hours_studied": "0.00",
            "certificates_count": 1,
            "topics_completed": 2,
            "tests_passed": 1,
            "average_score": 100.0,
            "streak_days": 1,
        } | {"total_hours_studied": body["stats"]["total_hours_studied"]}

    async def test_a_completed_course_stays_so_when_topics_are_added(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        await complete_course(client, at)
        await arrange(stocked, topics=[{"lesson": "S-L", "code": "new", "title": "Новая тема"}])
        [shown] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (shown["progress_percent"], shown["status"]) == (66, "completed")
        assert (await stats_of(client))["certificates_count"] == 1

    @pytest.mark.parametrize(("sent", "kept"), [(0.4, 0), (12.999, 12), (95.0, 95), (7, 7), (2**31 - 1, 2**31 - 1)])
    async def test_a_position_is_taken_as_players_tell_it(
        self, client: httpx.AsyncClient, stocked: Container, sent: float, kept: int
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        await client.post(f"/courses/{at.course}/enroll")
        body = {"position_seconds": sent, "seconds_studied": 10.7}
        reply = await client.put(f"/topics/{at.topics[0]}/progress", json=body)
        assert (reply.status_code, reply.json()["position_seconds"]) == (200, kept)
        assert (await client.get(f"/topics/{at.topics[0]}")).json()["progress"]["position_seconds"] == kept

    @pytest.mark.refuses
    async def test_malformed_progress_is_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        for bad in (
            *(
                {"position_seconds": -1},
                {"position_seconds": -0.5},
                {"position_seconds": 2**31},
                {"position_seconds": "nan"},
            ),
            *({"seconds_studied": 86_401}, {"seconds_studied": 86_400.5}, {"completed": "yes"}, []),
        ):
            assert (await client.put(f"/topics/{at.topics[0]}/progress", json=bad)).status_code == 400

    async def test_a_final_test_without_questions_is_not_asked_for(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """Such as one that the existing frontend makes with a program, before somebody writes its questions."""
        at = await school(stocked)
        author = bearer(await sign_in(client, stocked, "author", role=Role.INSTRUCTOR))
        path = f"/programs/{at.program}/final-test"
        assert (await client.put(path, json={"questions": []})).json()["questions_count"] == 0
        await sign_in(client, stocked, "early")
        await client.post(f"/courses/{at.course}/enroll")
        await complete_topics(client, at.topics)
        [course] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (course["status"], course["progress_percent"]) == ("completed", 100)
        options = [{"text": "верно", "is_correct": True}, {"text": "неверно"}]
        asked = {"text": "?", "question_type": "single", "options": options}
        assert (await client.put(path, json={"questions": [asked]}, headers=author)).json()["questions_count"] == 1
        await sign_in(client, stocked, "late")
        await client.post(f"/courses/{at.course}/enroll")
        await complete_topics(client, at.topics)
        [course] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (course["status"], course["progress_percent"]) == ("in_progress", 100)
        await client.put(path, json={"questions": []}, headers=author)
        [course] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert course["status"] == "completed"
