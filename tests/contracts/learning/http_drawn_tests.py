"""Tests that draw their questions, and statistics of questions, over HTTP, over every database alike."""

import asyncio
from typing import Any

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.learning.banks import bank_of, question
from tests.people import sign_in
from tests.school import School, school

_SIX = [{"text": str(number), "is_correct": number == 0} for number in range(6)]


type Headers = dict[str, str]


async def drawn(client: httpx.AsyncClient, stocked: Container, **changes: Any) -> tuple[School, str, int, Headers]:
    """A lesson's test that draws two of six questions beside its own two, and asks for options in any order.

    Its school, path and bank, and the headers of its author.
    """
    at = await school(stocked)
    await sign_in(client, stocked, "author", role=Role.INSTRUCTOR)
    bank = await bank_of(client, *(question(f"{n}?", options=_SIX, points=n + 1) for n in range(6)))
    path = f"/lessons/{at.lesson}/test"
    body = {"draws": [{"bank_id": bank, "count": 2}], "shuffle_options": True, **changes}
    reply = await client.put(path, json=body)
    assert reply.status_code == 200, reply.text
    return at, path, bank, dict(client.headers)


async def answers_of(client: httpx.AsyncClient, path: str, *right: str) -> list[dict[str, Any]]:
    """Answers to all questions of the running attempt: right ones to those whose text begins so."""
    asked = (await client.get(path)).json()["questions"]
    return [
        {
            "question_id": each["id"],
            "option_ids": [
                option["id"]
                for option in each["options"]
                if (option["text"] in {"верно", "тоже верно", "0"}) == each["text"].startswith(right)
            ][: 3 if each["text"].startswith(right) else 1],
        }
        for each in asked
    ]


class HttpDrawnTestsContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_an_attempt_keeps_what_was_drawn_for_it_whatever_becomes_of_the_bank(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        _, path, bank, author = await drawn(client, stocked)
        await sign_in(client, stocked)
        learner = dict(client.headers)
        before = (await client.get(path)).json()
        assert (before["questions"], before["questions_count"], before["needs_attempt"]) == ([], 4, True)
        refused = await client.post(f"{path}/results", json={"answers": []})
        assert (refused.status_code, refused.json()["code"]) == (409, "attempt_not_started")
        begun = await client.post(f"{path}/attempts")
        assert begun.status_code == 201, begun.text
        shown = await client.get(path)
        asked = shown.json()["questions"]
        assert [each["text"] for each in asked][:2] == ["Вопрос 1", "Вопрос 2"]
        assert [each["position"] for each in asked] == [1, 2, 3, 4]
        assert len({each["id"] for each in asked}) == 4
        assert "correct" not in shown.text
        answers = await answers_of(client, path, "Вопрос", "0", "1", "2", "3", "4", "5")
        kept = await client.put(f"{path}/attempts/draft", json={"answers": answers[-1:]})
        assert (kept.status_code, kept.json()["draft"]) == (200, answers[-1:])
        client.headers.update(author)
        for number, each in enumerate((await client.get(f"/question-banks/{bank}/questions")).json()["items"]):
            this = f"/question-banks/{bank}/questions/{each['id']}"
            other = {"text": "?", "options": [{"text": "x", "is_correct": True}, {"text": "y"}]}
            reply = await client.delete(this) if number % 2 else await client.put(this, json=other)
            assert reply.status_code in {200, 204}
        await client.put(path, json={"questions": [], "draws": []})
        client.headers.update(learner)
        assert (await client.get(path)).json()["questions"] == asked
        reply = await client.post(f"{path}/results", json={"answers": answers})
        assert (reply.status_code, reply.json()["score_percent"], reply.json()["total_questions"]) == (201, 100, 4)
        client.headers.update(author)
        [result] = (await client.get(f"{path}/results")).json()["items"]
        assert [each["text"] for each in result["answers"]] == [each["text"] for each in asked]
        assert all(each["correct"] for each in result["answers"])

    async def test_the_points_are_those_of_the_questions_that_were_drawn(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        _, path, bank, _author = await drawn(client, stocked)
        points = {
            row["id"]: row["points"] for row in (await client.get(f"/question-banks/{bank}/questions")).json()["items"]
        }
        await sign_in(client, stocked)
        await client.post(f"{path}/attempts")
        asked = (await client.get(path)).json()["questions"]
        assert [each["points"] for each in asked] == [1, 2, *(points[each["id"]] for each in asked[2:])]
        answers = await answers_of(client, path, "Вопрос")
        graded = (await client.post(f"{path}/results", json={"answers": answers})).json()
        total = sum(each["points"] for each in asked)
        assert (graded["score_percent"], graded["correct_answers"]) == (300 // total, 2)

    async def test_starts_at_the_same_moment_give_one_attempt_with_one_draw(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        _, path, *_ = await drawn(client, stocked)
        await sign_in(client, stocked)
        replies = await asyncio.gather(*(client.post(f"{path}/attempts") for _ in range(6)))
        assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409, 409]
        [attempt] = await rows_of(stocked, "test_attempts")
        asked = (await client.get(path)).json()["questions"]
        assert [each["id"] for each in attempt["questions"]] == [each["id"] for each in asked]

    async def test_attempts_have_questions_and_orders_of_their_own(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """Of 15 pairs and 720 orders of options each, six attempts with one and the same are next to impossible."""
        _, path, *_ = await drawn(client, stocked, questions=[])
        await sign_in(client, stocked)
        seen = set()
        for _ in range(6):
            await client.post(f"{path}/attempts")
            asked = (await client.get(path)).json()["questions"]
            seen.add(tuple((each["id"], *(option["text"] for option in each["options"])) for each in asked))
            assert (await client.post(f"{path}/results", json={"answers": []})).status_code == 201
        assert len(seen) > 1

    async def test_a_bank_that_became_too_small_is_told_at_the_start(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        _, path, bank, _author = await drawn(client, stocked)
        for each in (await client.get(f"/question-banks/{bank}/questions")).json()["items"][1:]:
            retired = await client.put(f"/question-banks/{bank}/questions/{each['id']}", json={"is_active": False})
            assert retired.json()["is_active"] is False
        assert (await client.get(f"{path}/key")).json()["draws"][0]["available"] == 1
        await sign_in(client, stocked)
        refused = await client.post(f"{path}/attempts")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_enough_questions")
        assert (await client.get(path)).json()["attempts_used"] == 0

    async def test_the_existing_frontend_takes_a_drawn_test_without_learning_what_is_right(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at, path, *_ = await drawn(client, stocked, shows_right_answers=True, max_attempts=2, questions=[])
        await sign_in(client, stocked)
        replies = await asyncio.gather(*(client.get(f"/courses/tests/lesson/{at.lesson}") for _ in range(3)))
        assert [reply.status_code for reply in replies] == [200] * 3
        [test] = {str(reply.json()["test"]): reply.json()["test"] for reply in replies}.values()
        assert [each["correctAnswer"] for each in test["questions"]] == [None, None]
        assert (await client.get(path)).json()["attempts_used"] == 1
        chosen = {
            str(index): {"questionId": each["id"], "selectedAnswer": each["options"].index("0")}
            for index, each in enumerate(test["questions"])
        }
        sent = {"test_id": test["id"], "test_type": "lesson", "answers_data": chosen}
        result = await client.post("/courses/tests/results/create", json=sent)
        assert (result.status_code, result.json()["data"]["score"]) == (201, 100)
        again = await client.post("/courses/tests/results/create", json=sent)
        assert (again.status_code, again.json()["code"]) == (409, "attempt_not_started")
        assert (await client.get(f"/courses/tests/lesson/{at.lesson}")).json()["test"]["questions"]
        await client.post("/courses/tests/results/create", json={**sent, "answers_data": {}})
        refused = await client.get(f"/courses/tests/lesson/{at.lesson}")
        assert (refused.status_code, refused.json()["code"]) == (409, "attempts_exhausted")

    async def test_statistics_count_how_questions_were_answered(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        _, path, bank, author = await drawn(client, stocked, draws=[])
        one = {"text": "Из банка?", "options": _SIX}
        bank = await bank_of(client, one)
        await client.put(path, json={"draws": [{"bank_id": bank, "count": 1}]})
        for name, right in (("a", ("Вопрос", "Из")), ("b", ("Вопрос",)), ("c", ("Из",))):
            await sign_in(client, stocked, name)
            await client.post(f"{path}/attempts")
            answers = await answers_of(client, path, *right)
            assert (await client.post(f"{path}/results", json={"answers": answers})).status_code == 201
        client.headers.update(author)
        found = (await client.get(f"{path}/statistics")).json()
        assert found["total"] == 3
        first, second, of_bank = found["items"]
        assert [(each["shown"], each["right"]) for each in found["items"]] == [(3, 2)] * 3
        assert [option["chosen"] for option in first["options"]] == [2, 1]
        assert [option["chosen"] for option in second["options"]] == [2, 1, 2]
        assert (of_bank["options"][0]["chosen"], sum(option["chosen"] for option in of_bank["options"])) == (2, 3)
        assert (first["bank_id"], of_bank["bank_id"]) == (None, bank)
        assert [each["discrimination"] for each in found["items"]] == ["0.94", "0.94", "-0.19"]
        assert (await client.get(f"/question-banks/{bank}/statistics")).json()["items"] == [of_bank]
        assert (await client.get(f"{path}/statistics?size=1&page=2")).json()["items"] == [second]
        assert (await client.delete(f"/question-banks/{bank}/questions/{of_bank['id']}")).status_code == 204
        [retired] = (await client.get(f"/question-banks/{bank}/questions")).json()["items"]
        assert retired["is_active"] is False, "it has been answered"
        assert await stocked.edit_question_banks().remove_question(bank, of_bank["id"]) is False, "which is told"
        for absent in ("/lessons/999999/test/statistics", "/question-banks/999999/statistics"):
            assert (await client.get(absent)).status_code == 404
