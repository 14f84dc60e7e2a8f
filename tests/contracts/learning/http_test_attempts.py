"""Tests, attempts and results over HTTP, over every database alike."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
from dependency_injector import providers

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.files.people import limited
from tests.people import add_person, sign_in
from tests.school import right_answers, school, stats_of


def at_time(stocked: Container, moment: datetime) -> None:
    """Sets the clock of attempts."""
    stocked.clock.override(providers.Object(lambda: moment))
    for name in ("start_attempt", "keep_draft", "take_test"):
        getattr(stocked, name).reset()


class HttpTestAttemptsContract:
    """The fixtures `client` and `stocked` say over which database."""

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
            "questions_count": 2,
            "needs_attempt": False,
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
        assert (await stats_of(client))["tests_passed"] == 1
        assert (await stats_of(client))["average_score"] == 100.0

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

    async def test_what_was_answered_so_far_is_kept_until_it_is_submitted(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked, time_limit_enforced="true", time_limit_minutes="10")
        await sign_in(client, stocked)
        for path in (f"/lessons/{at.lesson}/test", f"/programs/{at.program}/final-test"):
            one, two = await right_answers(client, path)
            draft = f"{path}/attempts/draft"
            reply = await client.put(draft, json={"answers": [one]})
            assert (reply.status_code, reply.json()["code"]) == (409, "no_attempt_runs")
            assert (await client.post(f"{path}/attempts")).json()["draft"] == []
            kept = await client.put(draft, json={"answers": [two]})
            assert (kept.status_code, kept.json()["draft"]) == (200, [two])
            kept = await client.put(draft, json={"answers": [one]})
            assert kept.json()["draft"] == [one, two]
            assert (await client.get(path)).json()["running"] == kept.json()
            taken_back = await client.put(draft, json={"answers": [{**two, "option_ids": []}]})
            assert taken_back.json()["draft"] == [one]
            for answers, field in (
                ([{"question_id": 999_999, "option_ids": []}], "answers[0].question_id"),
                ([{**one, "option_ids": two["option_ids"]}], "answers[0].option_ids"),
                ([{**one, "option_ids": ["x"]}], "answers[0].option_ids[0]"),
            ):
                refused = await client.put(draft, json={"answers": answers})
                assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
            assert (await client.get(path)).json()["running"]["draft"] == [one]
            await client.post(f"{path}/results", json={"answers": [one, two]})
            assert (await client.put(draft, json={"answers": [one]})).json()["code"] == "no_attempt_runs"
        await client.post(f"{path}/attempts")
        at_time(stocked, utc_now() + timedelta(minutes=11))
        late = await client.put(draft, json={"answers": [one]})
        assert (late.status_code, late.json().get("code")) == (409, "attempt_expired"), late.text
        for absent in ("/lessons/999999/test", "/programs/x/final-test"):
            assert (await client.put(f"{absent}/attempts/draft", json={"answers": []})).status_code == 404

    async def test_answers_that_are_kept_at_the_same_moment_are_all_kept(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        path = f"/lessons/{at.lesson}/test"
        answers = await right_answers(client, path)
        await client.post(f"{path}/attempts")
        await asyncio.gather(*(client.put(f"{path}/attempts/draft", json={"answers": [each]}) for each in answers))
        assert (await client.get(path)).json()["running"]["draft"] == answers

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

    async def test_own_results_come_in_pages(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        assert (await client.get("/users/me/test-results")).json() == {
            "items": [],
            "total": 0,
            "page": 1,
            "size": 20,
            "pages": 0,
        }
        assert (await client.get("/users/me/test-results?page=0")).status_code == 400
