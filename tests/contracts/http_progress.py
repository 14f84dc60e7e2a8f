"""Progress, tests and certificates over HTTP, over every database alike."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from dependency_injector import providers

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.http_files import limited
from tests.people import add_person, sign_in
from tests.school import School, complete_topics, right_answers, school


async def complete(client: httpx.AsyncClient, at: School) -> None:
    await client.post(f"/courses/{at.course}/enroll")
    await complete_topics(client, at.topics)
    path = f"/programs/{at.program}/final-test"
    reply = await client.post(f"{path}/results", json={"answers": await right_answers(client, path)})
    assert reply.status_code == 201, reply.text


async def stats(client: httpx.AsyncClient) -> dict[str, object]:
    return (await client.get("/users/me/stats")).json()["stats"]  # type: ignore[no-any-return]


def at_time(stocked: Container, moment: datetime) -> None:
    """From here on it is `moment` for those who take tests."""
    stocked.clock.override(providers.Object(lambda: moment))
    for name in ("start_attempt", "take_test"):
        getattr(stocked, name).reset()


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
        at = await school(stocked)
        await arrange(stocked, courses=[{"code": "S-C2", "station": "S", "title": "Второй курс"}])
        await sign_in(client, stocked)
        for row in await rows_of(stocked, "courses"):
            if row["station_id"] == at.station:
                await client.post(f"/courses/{row['id']}/enroll")
        for _ in range(10):
            await client.put(f"/topics/{at.topics[0]}/progress", json={"seconds_studied": 10})
        assert (await stats(client))["total_hours_studied"] == "0.02"  # 100 s, of which 28 s wait for more
        await client.put(f"/topics/{at.topics[1]}/progress", json={"seconds_studied": 8})
        assert (await stats(client))["total_hours_studied"] == "0.03"

    async def test_progress_is_for_the_enrolled(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        reply = await client.put(f"/topics/{at.topics[0]}/progress", json={"completed": True})
        assert (reply.status_code, reply.json()["code"]) == (403, "not_enrolled")
        assert (await stats(client))["topics_completed"] == 0
        await client.post(f"/courses/{at.course}/enroll")
        assert (await client.delete(f"/courses/{at.course}/enroll")).status_code == 204
        reply = await client.put(f"/topics/{at.topics[0]}/progress", json={"completed": True})
        assert reply.status_code == 403
        for absent in ("0", "999999", "x", "99999999999999999999"):
            assert (await client.put(f"/topics/{absent}/progress", json={})).status_code == 404
        for bad in ({"position_seconds": -1}, {"seconds_studied": 86_401}, {"completed": "yes"}, []):
            assert (await client.put(f"/topics/{at.topics[0]}/progress", json=bad)).status_code == 400
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
        assert (await stats(client))["active_courses"] == 0
        enrollment = (await client.post(f"/courses/{at.course}/enroll")).json()["enrollment"]
        assert enrollment["progress_percent"] == 50
        assert (await stats(client))["total_progress"] == 50

    async def test_a_course_is_complete_with_its_topics_and_its_final_test(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        await client.post(f"/courses/{at.course}/enroll")
        await complete_topics(client, at.topics)
        [shown] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (shown["progress_percent"], shown["status"], shown["completed_at"]) == (100, "in_progress", None)
        await complete(client, at)
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
        await complete(client, at)
        await arrange(stocked, topics=[{"lesson": "S-L", "code": "new", "title": "Новая тема"}])
        [shown] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (shown["progress_percent"], shown["status"]) == (66, "completed")
        assert (await stats(client))["certificates_count"] == 1

    async def test_a_test_tells_nothing_of_its_right_options(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked, max_attempts="2", time_limit_minutes="20")
        await sign_in(client, stocked)
        reply = await client.get(f"/lessons/{at.lesson}/test")
        body = reply.json()
        assert {name: value for name, value in body.items() if name != "questions"} == {
            "id": at.lesson_test,
            "title": "Тест",
            "passing_score": 70,
            "max_attempts": 2,
            "attempts_used": 0,
            "time_limit_minutes": 20,
            "time_limit_enforced": False,
            "running": None,
        }
        assert [question["question_type"] for question in body["questions"]] == ["single", "multiple"]
        assert set(body["questions"][0]) == {"id", "position", "text", "question_type", "points", "options"}
        assert all(set(option) == {"id", "text"} for option in body["questions"][0]["options"])
        assert "correct" not in reply.text

    async def test_points_are_for_questions_answered_exactly_right(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        path = f"/lessons/{at.lesson}/test"
        one, two = await right_answers(client, path)
        half = {**two, "option_ids": two["option_ids"][:1]}  # type: ignore[index]
        expected = [([one, two], 100), ([one, half], 33), ([two], 66), ([], 0)]
        for attempt, (answers, score) in enumerate(expected, start=1):
            reply = await client.post(f"{path}/results", json={"answers": answers, "time_spent": 30})
            body = reply.json()
            assert (reply.status_code, body["score_percent"], body["passed"]) == (201, score, score >= 70)
            assert (body["attempt"], body["total_questions"]) == (attempt, 2)
        mine = (await client.get("/users/me/test-results")).json()
        assert mine["total"] == 4
        assert mine["items"][0]["kind"] == "lesson"
        assert mine["items"][0]["lesson_id"] == at.lesson
        assert (await stats(client))["tests_passed"] == 1
        assert (await stats(client))["average_score"] == 100.0

    async def test_attempts_run_out(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked, max_attempts="2")
        await sign_in(client, stocked)
        path = f"/programs/{at.program}/final-test"
        replies = await asyncio.gather(*(client.post(f"{path}/results", json={"answers": []}) for _ in range(5)))
        assert sorted(reply.status_code for reply in replies) == [201, 201, 409, 409, 409]
        assert {reply.json()["attempt"] for reply in replies if reply.status_code == 201} == {1, 2}
        assert {reply.json()["code"] for reply in replies if reply.status_code == 409} == {"attempts_exhausted"}
        assert (await client.get(path)).json()["attempts_used"] == 2

    async def test_answers_that_do_not_belong_to_the_test_are_named(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        path = f"/lessons/{at.lesson}/test"
        one, two = await right_answers(client, path)
        for answers, field in (
            ([{"question_id": 999_999, "option_ids": []}], "answers[0].question_id"),
            ([one, one], "answers[1].question_id"),
            ([one, {**two, "option_ids": one["option_ids"]}], "answers[1].option_ids"),
        ):
            reply = await client.post(f"{path}/results", json={"answers": answers})
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, field)
        assert (await client.post(f"{path}/results", json={})).json()["errors"][0]["field"] == "answers"
        assert (await client.get(path)).json()["attempts_used"] == 0
        for absent in ("/lessons/999999/test", "/lessons/x/test", "/programs/0/final-test"):
            assert (await client.get(absent)).status_code == 404
            assert (await client.post(f"{absent}/results", json={"answers": []})).status_code == 404

    async def test_an_enforced_time_limit_needs_an_attempt_that_runs(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked, time_limit_enforced="true", time_limit_minutes="10", max_attempts="2")
        await sign_in(client, stocked)
        path, now = f"/lessons/{at.lesson}/test", utc_now()
        reply = await client.post(f"{path}/results", json={"answers": []})
        assert (reply.status_code, reply.json()["code"]) == (409, "attempt_not_started")
        replies = await asyncio.gather(*(client.post(f"{path}/attempts") for _ in range(4)))
        assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
        [begun] = [reply.json() for reply in replies if reply.status_code == 201]
        assert begun["attempt"] == 1
        assert (await client.get(path)).json()["running"] == begun
        at_time(stocked, now + timedelta(minutes=11))
        reply = await client.post(f"{path}/results", json={"answers": []})
        assert (reply.status_code, reply.json()["code"]) == (409, "attempt_expired")
        assert (await client.post(f"{path}/attempts")).json()["attempt"] == 2
        graded = await client.post(f"{path}/results", json={"answers": await right_answers(client, path)})
        assert (graded.status_code, graded.json()["attempt"], graded.json()["passed"]) == (201, 2, True)
        assert (await client.post(f"{path}/attempts")).json()["code"] == "attempts_exhausted"

    async def test_scores_from_outside_are_for_those_who_may_give_them(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at, learner = await school(stocked, max_attempts="1"), await add_person(stocked, "boris")
        path = f"/lessons/{at.lesson}/test/results"
        given = {"user_id": str(learner), "score_percent": 90}
        await sign_in(client, stocked)
        assert (await client.post(path, json=given)).status_code == 403
        await sign_in(client, stocked, "teacher1", role=Role.INSTRUCTOR)
        for attempt in (1, 2):
            reply = await client.post(path, json=given)
            assert (reply.status_code, reply.json()["attempt"], reply.json()["passed"]) == (201, attempt, True)
        assert (await client.post(path, json={**given, "user_id": str(uuid4())})).status_code == 404
        reply = await client.post(path, json={"user_id": str(learner)})
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "score_percent")
        shown = (await client.get(path)).json()
        assert [(row["username"], row["score_percent"], row["answers"]) for row in shown["items"]] == [
            ("boris", 90, None)
        ] * 2
        token = "a bearer token of a service, long enough".replace(" ", "-")
        limited(stocked, service_tokens=[token])
        headers = {"Authorization": f"Bearer {token}"}
        assert (await client.post(path, json=given, headers=headers)).status_code == 201
        assert (await client.post(path, json={"answers": []}, headers=headers)).status_code == 400
        wrong = {"Authorization": f"Bearer {token}x"}
        assert (await client.post(path, json=given, headers=wrong)).status_code == 401

    async def test_the_teachers_view_keeps_what_was_answered(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        path = f"/lessons/{at.lesson}/test"
        answers = await right_answers(client, path)
        await client.post(f"{path}/results", json={"answers": answers[:1]})
        assert (await client.get(f"{path}/results")).status_code == 403
        await sign_in(client, stocked, "teacher1", role=Role.INSTRUCTOR)
        [result] = (await client.get(f"{path}/results")).json()["items"]
        assert [(answer["chosen"], answer["correct"]) for answer in result["answers"]] == [
            (["верно"], True),
            ([], False),
        ]

    async def test_a_certificate_is_verified_by_its_number_and_code(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked, full_name="Щёголева Юлия")
        await complete(client, at)
        [mine] = (await client.get("/users/me/certificates")).json()["items"]
        assert mine["course_id"] == str(at.course)
        path, code = f"/certificates/{mine['number']}", {"code": mine["verification_code"]}
        del client.headers["Authorization"]
        shown = (await client.get(path, params=code)).json()
        assert shown == {
            "number": mine["number"],
            "full_name": "Щёголева Юлия",
            "course_id": str(at.course),
            "title": "Курс S",
            "issued_at": mine["issued_at"],
            "valid": True,
            "revoked_at": None,
        }
        pdf = await client.get(f"{path}/pdf", params=code)
        assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
        assert pdf.content.startswith(b"%PDF-")
        for wrong in ({}, {"code": ""}, {"code": "x" * 22}):
            for address in (path, f"{path}/pdf"):
                assert (await client.get(address, params=wrong)).status_code == 404
        for absent in ("ATG-1999-000001", "x", "%2e%2e", "АТГ", "a" * 300):
            assert (await client.get(f"/certificates/{absent}", params=code)).status_code == 404
        assert (await client.get(path, params={"code": "x" * 65})).status_code == 400

    async def test_a_revoked_certificate_says_so_and_no_longer_counts(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        learner = await sign_in(client, stocked)
        await complete(client, at)
        [mine] = (await client.get("/users/me/certificates")).json()["items"]
        revoke = f"/admin/certificates/{mine['number']}/revoke"
        assert (await client.post(revoke)).status_code == 403
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        first = await client.post(revoke)
        assert first.status_code == 200
        assert (await client.post(revoke)).json() == first.json()
        assert (await client.post("/admin/certificates/ATG-1999-000001/revoke")).status_code == 404
        written = [row for row in await rows_of(stocked, "audit_events") if row["action"] == "certificate_revoked"]
        assert [str(row["user_id"]) for row in written] == [first.json()["user_id"]]
        shown = await client.get(f"/certificates/{mine['number']}", params={"code": mine["verification_code"]})
        assert (shown.json()["valid"], shown.json()["revoked_at"]) == (False, first.json()["revoked_at"])
        client.headers["Authorization"] = f"Bearer {learner}"
        body = (await client.get("/users/me/stats")).json()
        assert (body["certificates"], body["stats"]["certificates_count"]) == ([], 0)
        assert (await client.get("/users/me/certificates")).json()["total"] == 1
        await complete(client, at)
        assert (await client.get("/users/me/certificates")).json()["total"] == 1

    @pytest.mark.parametrize("path", ["/users/me/certificates", "/users/me/test-results"])
    async def test_own_lists_come_in_pages(self, path: str, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        assert (await client.get(path)).json() == {"items": [], "total": 0, "page": 1, "size": 20, "pages": 0}
        assert (await client.get(f"{path}?page=0")).status_code == 400
