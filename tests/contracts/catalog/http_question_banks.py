"""Question banks over HTTP, over every database alike."""

import asyncio
from typing import Any

import httpx

from atg_entrypoints.container import Container
from tests.contracts.catalog.authors import author, made
from tests.contracts.learning.banks import bank_of, question
from tests.school import school


async def items(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    reply = await client.get(path)
    assert reply.status_code == 200, reply.text
    return reply.json()["items"]  # type: ignore[no-any-return]


class HttpQuestionBanksContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_bank_has_questions_by_category_and_tags(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await author(client, stocked)
        bank = await made(client, "/question-banks", title="Безопасность", code="B1")
        assert (bank["questions_count"], bank["categories"], bank["tags"]) == (0, [], [])
        path = f"/question-banks/{bank['id']}"
        one = await made(client, f"{path}/questions", **question("Один?", category="Газ", tags=["ПУСК", "пуск", "ё"]))
        two = await made(client, f"{path}/questions", **question("Два?", points=3))
        assert (one["position"], one["tags"], two["position"], two["points"]) == (1, ["пуск", "ё"], 2, 3)
        assert (await client.post("/question-banks", json={"title": "x", "code": "B1"})).json()["code"] == "code_taken"
        shown = (await client.get(path)).json()
        assert shown["categories"] == [{"name": None, "questions_count": 1}, {"name": "Газ", "questions_count": 1}]
        assert shown["tags"] == [{"name": "пуск", "questions_count": 1}, {"name": "ё", "questions_count": 1}]
        changed = await client.put(path, json={"title": "Охрана недр", "code": None})
        assert (changed.json()["title"], changed.json()["code"], changed.json()["questions_count"]) == (
            "Охрана недр",
            None,
            2,
        )
        assert [row["id"] for row in await items(client, "/question-banks?q=НЕДР")] == [bank["id"]]
        assert await items(client, "/question-banks?q=нет") == []
        listed = await items(client, f"{path}/questions")
        assert listed == [one, two]
        for query, ids in (("category=Газ", [one]), ("tag=Пуск", [one]), ("is_active=false", []), ("page=2", [])):
            assert await items(client, f"{path}/questions?{query}") == ids, query

    async def test_a_question_is_changed_in_part_and_keeps_its_options(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await author(client, stocked)
        bank = await bank_of(client, question("Один?", tags=["a"], explanation="Так"))
        path = f"/question-banks/{bank}/questions"
        [one] = await items(client, path)
        this = f"{path}/{one['id']}"
        assert (await client.put(this, json={"text": "Снова?"})).json() == {**one, "text": "Снова?"}
        right, wrong = one["options"]
        options = [{**wrong, "text": "иначе"}, right, {"text": "новый"}]
        changed = (await client.put(this, json={"options": options, "tags": []})).json()
        assert [option["id"] for option in changed["options"]][:2] == [wrong["id"], right["id"]]
        assert ([option["text"] for option in changed["options"]], changed["tags"]) == (["иначе", "да", "новый"], [])
        for body, field in (
            ({"options": [{"text": "a", "is_correct": True}]}, "options"),
            ({"options": [{"text": "a"}, {"text": "b"}]}, "options"),
            ({"options": [{"text": "a", "is_correct": True}, {"text": "b", "is_correct": True}]}, "options"),
            ({"options": [{"id": 999_999, "text": "a", "is_correct": True}, {"text": "b"}]}, "options"),
            ({"tags": ["ß" * 30]}, "tags[0]"),
            ({"points": 0}, "points"),
        ):
            refused = await client.put(this, json=body)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field), body
        assert await items(client, path) == [changed]
        assert (await client.put(f"{path}/{one['id']}", json={"question_type": "multiple"})).status_code == 200
        assert (await client.delete(this)).status_code == 204
        assert (await client.delete(this)).status_code == 404
        other = await bank_of(client, question("Чужой?"))
        [foreign] = await items(client, f"/question-banks/{other}/questions")
        for absent in (f"{path}/{foreign['id']}", f"{path}/x", "/question-banks/999999/questions/1"):
            assert (await client.put(absent, json={"points": 2})).status_code == 404, absent

    async def test_questions_that_are_added_at_once_have_positions_of_their_own(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await author(client, stocked)
        bank = await bank_of(client)
        path = f"/question-banks/{bank}/questions"
        replies = await asyncio.gather(*(client.post(path, json=question(f"{n}?")) for n in range(6)))
        assert [reply.status_code for reply in replies] == [201] * 6
        assert [row["position"] for row in await items(client, path)] == [1, 2, 3, 4, 5, 6]

    async def test_a_test_draws_no_more_than_there_is(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await author(client, stocked)
        bank = await bank_of(client, *(question(f"{n}?", category="Газ", tags=["a"] * (n < 2)) for n in range(3)))
        path = f"/lessons/{at.lesson}/test"
        draws = [{"bank_id": bank, "tags": ["A"], "count": 1}, {"bank_id": bank, "category": "Газ", "count": 2}]
        changed = (await client.put(path, json={"draws": draws, "shuffle_options": True})).json()
        assert changed["draws"] == [
            {"bank_id": bank, "category": None, "tags": ["a"], "count": 1, "available": 2},
            {"bank_id": bank, "category": "Газ", "tags": [], "count": 2, "available": 3},
        ]
        assert (changed["questions_count"], changed["shuffle_options"]) == (5, True)
        assert (await client.get(f"{path}/key")).json() == changed
        tree = (await client.get(f"/stations/{at.station}/course-program")).json()["courseProgram"]
        assert tree["lessons"][0]["test"]["questionsCount"] == 5
        for bad, field, code in (
            ([{**draws[0], "count": 3}], "draws[0].count", "not_enough_questions"),
            ([draws[1], {**draws[0], "count": 2}], "draws[1].count", "not_enough_questions"),
            ([{**draws[0], "bank_id": 999_999}], "draws[0].bank_id", "unknown_bank"),
            ([{**draws[0], "count": 0}], "draws[0].count", "out_of_range"),
        ):
            refused = await client.put(path, json={"draws": bad})
            [error] = refused.json()["errors"]
            assert (refused.status_code, error["field"], error["code"]) == (400, field, code)
        assert error != {}
        told = (await client.put(path, json={"draws": [{**draws[0], "count": 3}]})).json()["errors"][0]
        assert told["available"] == 2
        assert (await client.get(f"{path}/key")).json() == changed
        assert (await client.delete(f"/question-banks/{bank}")).json()["code"] == "bank_used"
        assert (await client.put(path, json={"draws": []})).json()["questions_count"] == 2
        assert (await client.delete(f"/question-banks/{bank}")).status_code == 204
        assert (await client.get(f"/question-banks/{bank}")).status_code == 404

    async def test_banks_are_read_and_written_as_texts(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await author(client, stocked)
        bank, copy = await bank_of(client), await bank_of(client)
        path = f"/question-banks/{bank}/questions"
        gift = "// [tag:Пуск]\nДа?{=да ~нет####Так}\n\n$CATEGORY: Газ\n\nЧто?{~%50%a ~%50%b ~%-100%c}\n"
        reply = await client.post(
            f"{path}/import", json={"format": "gift", "text": gift, "category": "Прочее", "tags": ["2026"]}
        )
        assert reply.status_code == 201, reply.text
        assert reply.json()["left_out"] == {}
        one, two = await items(client, path)
        assert [one["id"], two["id"]] == reply.json()["ids"]
        assert (one["category"], one["tags"], one["explanation"]) == ("Прочее", ["пуск", "2026"], "Так")
        assert (two["category"], two["question_type"], len(two["options"])) == ("Газ", "multiple", 3)
        for form in ("gift", "aiken"):
            written = await client.get(f"{path}.{form}?category=Прочее")
            assert written.headers["content-type"].startswith("text/plain")
            added = await client.post(
                f"/question-banks/{copy}/questions/import", json={"format": form, "text": written.text}
            )
            assert added.status_code == 201, added.text
        read = await items(client, f"/question-banks/{copy}/questions")
        assert [(row["text"], row["category"], row["explanation"]) for row in read] == [
            ("Да?", "Прочее", "Так"),
            ("Да?", None, None),
        ]
        assert (await client.get(f"{path}.aiken")).json()["code"] == "not_in_aiken"
        bad = await client.post(
            f"{path}/import", json={"format": "gift", "text": "Ой?{=да ~нет}\n\nА?{\n=да\n}\n\nПочему?{}"}
        )
        assert (bad.status_code, [error["field"] for error in bad.json()["errors"]]) == (400, ["text[3]", "text[7]"])
        empty = await client.post(f"{path}/import", json={"format": "aiken", "text": " "})
        assert (empty.status_code, empty.json()["errors"][0]["field"]) == (400, "text")
        assert len(await items(client, path)) == 2
        for absent in ("/question-banks/999999/questions.gift", "/question-banks/x/questions"):
            assert (await client.get(absent)).status_code == 404
