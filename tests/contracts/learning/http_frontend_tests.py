"""Tests as the existing frontend asks for them and submits them, over every database alike."""

from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.identity.http_sign_in import bearer
from tests.contracts.learning.frontend_steps import answered
from tests.people import sign_in
from tests.school import School, school

CREATE = "/courses/tests/results/create"


class HttpFrontendTestsContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_test_is_told_without_its_right_answers(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """The page takes an absent answer for the one to a question that was left out: it is null."""
        at = await school(stocked, max_attempts="2", time_limit_minutes="20")
        await sign_in(client, stocked)
        reply = await client.get(f"/courses/tests/lesson/{at.lesson}")
        test = reply.json()["test"]
        assert test == {
            "id": at.lesson_test,
            "title": "Тест",
            "description": "",
            "questions": [
                {
                    "id": test["questions"][index]["id"],
                    "question": f"Вопрос {index + 1}",
                    "options": ["верно", "неверно", "тоже верно"][: 2 + index],
                    "correctAnswer": None,
                    "points": index + 1,
                    "image": "",
                    "explanation": "",
                    "order_index": index,
                }
                for index in range(2)
            ],
            "passingScore": 70,
            "timeLimit": 20,
            "attempts": 2,
        }
        final = (await client.get(f"/courses/tests/course-program/{at.program}")).json()["test"]
        assert final["id"] == at.final_test
        assert "true" not in reply.text

    async def test_an_author_can_allow_that_right_answers_are_shown(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """Of a single choice: the page knows one right option."""
        at = await school(stocked)
        author = bearer(await sign_in(client, stocked, "author", role=Role.INSTRUCTOR))
        kept = f"/lessons/{at.lesson}/test"
        assert (await client.get(f"{kept}/key")).json()["shows_right_answers"] is False
        await sign_in(client, stocked)
        for shows, right in ((True, [0, None]), (False, [None, None])):
            changed = await client.put(kept, json={"shows_right_answers": shows}, headers=author)
            assert changed.json()["shows_right_answers"] is shows
            shown = (await client.get(f"/courses/tests/lesson/{at.lesson}")).json()["test"]["questions"]
            assert [question["correctAnswer"] for question in shown] == right
            assert "is_correct" not in (await client.get(kept)).text

    async def test_no_test_is_null(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        author = bearer(await sign_in(client, stocked, "author", role=Role.INSTRUCTOR))
        await sign_in(client, stocked)
        await client.put(f"/programs/{at.program}/final-test", json={"questions": []}, headers=author)
        await client.delete(f"/lessons/{at.lesson}/test", headers=author)
        for path in (f"lesson/{at.lesson}", f"course-program/{at.program}", "lesson/999999"):
            reply = await client.get(f"/courses/tests/{path}")
            assert (reply.status_code, reply.json()) == (200, {"test": None})

    async def test_the_server_grades_whatever_the_page_says_of_its_score(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        path = f"/courses/tests/lesson/{at.lesson}"
        wrong = await answered(client, path, right=False)
        lies = {"score": 100, "is_passed": True, "correct_answers": 2, "total_questions": 2}
        reply = await client.post(CREATE, json=wrong | lies)
        assert reply.status_code == 201, reply.text
        graded = reply.json()["data"]
        assert graded == {
            "id": graded["id"],
            "test_id": at.lesson_test,
            "test_type": "lesson",
            "score": 0,
            "is_passed": False,
            "correct_answers": 0,
            "total_questions": 2,
            "time_spent": 12,
            "completed_at": graded["completed_at"],
        }
        right = await answered(client, path)
        graded = (await client.post(CREATE, json=right)).json()["data"]
        assert (graded["score"], graded["correct_answers"]) == (33, 1)  # the second question has two right options
        mine = (await client.get(f"/courses/tests/lesson/{at.lesson_test}/results")).json()
        assert (mine["total_attempts"], [row["score"] for row in mine["data"]]) == (2, [33, 0])
        shown = set(graded) - {"test_id", "test_type"}
        assert mine["data"][0] == {name: graded[name] for name in shown}
        nothing = {"data": [], "total_attempts": 0}
        assert (await client.get(f"/courses/tests/final/{at.final_test}/results")).json() == nothing
        [kept, _] = (await client.get("/users/me/test-results")).json()["items"]
        assert (kept["id"], kept["score_percent"]) == (graded["id"], 33)

    async def test_answers_are_read_in_each_form_that_the_page_has(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        sent = await answered(client, f"/courses/tests/course-program/{at.program}")
        answers = sent["answers_data"]
        without_ids = {index: {**answer, "questionId": None} for index, answer in answers.items()}
        left_out = {**answers, "1": {**answers["1"], "selectedAnswer": None}}
        for change in (
            {"answers_data": answers},
            {"answers_data": without_ids},
            {"answers_data": left_out, "test_id": str(sent["test_id"]), "time_spent": None},
            {"answers_data": {"0": answers["0"]}, "time_spent": 12.9},
        ):
            reply = await client.post(CREATE, json=sent | change)
            assert (reply.status_code, reply.json()["data"]["correct_answers"]) == (201, 1), change

    async def test_a_test_has_no_more_attempts_than_its_author_gives(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked, max_attempts="1")
        await sign_in(client, stocked)
        sent = await answered(client, f"/courses/tests/lesson/{at.lesson}")
        assert (await client.post(CREATE, json=sent)).status_code == 201
        reply = await client.post(CREATE, json=sent)
        assert (reply.status_code, reply.json()["code"]) == (409, "attempts_exhausted")

    async def test_what_is_no_submission_is_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        sent = await answered(client, f"/courses/tests/lesson/{at.lesson}")
        for change, status in self.refusals(at, sent["answers_data"]):
            reply = await client.post(CREATE, json=sent | change)
            assert reply.status_code == status, (change, reply.text)
        del sent["answers_data"]
        unanswered = await client.post(CREATE, json=sent | {"score": 100, "is_passed": True})
        assert (unanswered.status_code, unanswered.json()["errors"][0]["field"]) == (400, "answers_data")
        mine = await client.get(f"/courses/tests/lesson/{at.lesson_test}/results")
        assert mine.json()["total_attempts"] == 0
        for absent in ("other/1", "final/999999", "lesson/x"):
            assert (await client.get(f"/courses/tests/{absent}/results")).status_code == 404

    @staticmethod
    def refusals(at: School, answers: dict[str, Any]) -> list[tuple[dict[str, Any], int]]:
        first = answers["0"]
        return [
            ({"answers_data": None}, 400),
            ({"answers_data": "[]"}, 400),
            ({"answers_data": {"x": {**first, "questionId": None}}}, 400),
            ({"answers_data": {"0": first, "1": first}}, 400),
            ({"answers_data": {"0": {**first, "questionId": 999_999}}}, 400),
            ({"answers_data": {"7": {"questionId": None, "selectedAnswer": 0}}}, 400),
            ({"answers_data": {"0": {**first, "selectedAnswer": 2}}}, 400),
            ({"answers_data": {"0": {**first, "selectedAnswer": -1}}}, 400),
            ({"test_type": "other"}, 400),
            ({"test_id": "test-module-1"}, 400),
            ({"test_id": 999_999}, 404),
            ({"test_id": at.final_test, "test_type": "final"}, 400),
        ]

    @pytest.mark.refuses
    async def test_tests_are_for_who_is_signed_in(self, client: httpx.AsyncClient) -> None:
        for path in ("lesson/1", "course-program/1", "lesson/1/results"):
            assert (await client.get(f"/courses/tests/{path}")).status_code == 401
        assert (await client.post(CREATE, json={})).status_code == 401
