"""Authoring tests over HTTP, over every database alike."""

import httpx

from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.catalog.authors import author, made
from tests.school import right_answers, school


class HttpTestAuthoringContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_test_is_written_with_its_questions(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await author(client, stocked)
        lesson = await made(client, "/lessons", title="Урок", course_program_id=at.program)
        path = f"/lessons/{lesson['id']}/test"
        assert (await client.get(f"{path}/key")).status_code == 404
        questions = [
            {"text": "Один?", "options": [{"text": "да", "is_correct": True}, {"text": "нет"}]},
            {
                "text": "Много?",
                "question_type": "multiple",
                "points": 3,
                "options": [{"text": "да", "is_correct": True}, {"text": "тоже", "is_correct": True}],
            },
        ]
        test = await made(client, path, title="Тест", passing_score=50, max_attempts=3, questions=questions)
        assert (test["lesson_id"], test["program_id"], test["questions_count"]) == (lesson["id"], None, 2)
        assert [question["position"] for question in test["questions"]] == [1, 2]
        assert (await client.post(path, json={"title": "x"})).json()["code"] == "test_exists"
        one, two = test["questions"]
        again = [{**two, "text": "Сколько?"}, {"text": "Новый?", "options": [{"text": "да", "is_correct": True}]}]
        changed = (await client.put(path, json={"max_attempts": None, "questions": again})).json()
        assert (changed["max_attempts"], changed["passing_score"], changed["title"]) == (None, 50, "Тест")
        assert [(question["text"], question["points"]) for question in changed["questions"]] == [
            ("Сколько?", 3),
            ("Новый?", 1),
        ]
        assert changed["questions"][0]["id"] == two["id"]
        assert changed["questions"][0]["options"] == two["options"]
        assert (await client.get(f"{path}/key")).json() == changed
        assert (await client.get(path)).json()["questions"][0]["text"] == "Сколько?"
        for bad, field in (
            ([{**one}], "questions[0].id"),
            ([changed["questions"][0]] * 2, "questions[0].id"),
            ([{"text": "x", "options": [{"text": "a"}]}], "questions[0].options"),
            ([{"text": "x", "options": [{"text": "a", "is_correct": True}] * 2}], "questions[0].options"),
            ([{**changed["questions"][1], "options": two["options"]}], "questions[0].options"),
            ([{"text": "x", "options": []}], "questions[0].options"),
        ):
            reply = await client.put(path, json={"questions": bad})
            assert reply.status_code == 400, bad
            assert reply.json()["errors"][0]["field"] == field, reply.text
        assert (await client.get(f"{path}/key")).json() == changed
        assert (await client.delete(path)).status_code == 204
        assert (await client.get(path)).status_code == 404

    async def test_a_test_that_was_tried_is_deactivated_and_comes_back(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await author(client, stocked)
        path = f"/lessons/{at.lesson}/test"
        await client.post(f"{path}/results", json={"answers": await right_answers(client, path)})
        assert (await client.delete(path)).status_code == 204
        assert (await client.get(path)).status_code == 404
        assert len(await rows_of(stocked, "user_test_results")) == 1
        back = await made(client, path, title="Снова", questions=[])
        assert (back["id"], back["questions_count"]) == (at.lesson_test, 0)
        reply = await client.post(f"{path}/results", json={"answers": []})
        assert (reply.status_code, reply.json()["code"]) == (409, "test_without_questions")
