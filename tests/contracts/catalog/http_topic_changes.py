"""Changes of topics over HTTP: upon the version that was seen, and to another lesson; over every database alike."""

import asyncio

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.catalog.authors import author, made, study
from tests.school import school


class HttpTopicChangesContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_topic_is_changed_upon_the_version_that_was_seen(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await author(client, stocked)
        path = f"/topics/{at.topics[0]}"
        seen = (await client.put(path, json={"content": "Первый"})).json()
        saved = await client.put(path, json={"content": "Второй", "was": seen["updated_at"]})
        assert (saved.status_code, saved.json()["content"]) == (200, "Второй")
        assert saved.json()["updated_at"] > seen["updated_at"]
        late = await client.put(path, json={"content": "Третий", "was": seen["updated_at"]})
        assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
        assert late.json()["current"] == saved.json()
        again = await client.put(path, json={"content": "Третий", "was": late.json()["current"]["updated_at"]})
        assert again.json()["content"] == "Третий"

    async def test_of_two_authors_at_once_one_is_told(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await author(client, stocked)
        path = f"/topics/{at.topics[0]}"
        was = (await client.put(path, json={"content": "Было"})).json()["updated_at"]
        replies = await asyncio.gather(
            *(client.put(path, json={"content": f"Текст {number}", "was": was}) for number in range(4))
        )
        assert sorted(reply.status_code for reply in replies) == [200, 409, 409, 409]
        [kept] = [reply.json() for reply in replies if reply.status_code == 200]
        assert all(reply.json()["current"] == kept for reply in replies if reply.status_code == 409)

    async def test_a_topic_goes_to_another_lesson_with_its_progress(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await study(client, stocked, at)
        await author(client, stocked)
        lesson = await made(client, "/lessons", title="Второй", course_program_id=at.program)
        there = await made(client, "/topics", title="Там", lesson_id=lesson["id"], code="1")
        moved = await client.put(f"/topics/{at.topics[0]}", json={"lesson_id": lesson["id"]})
        assert moved.status_code == 200, moved.text
        row = moved.json()
        assert (row["lesson_id"], row["code"], row["order_index"]) == (lesson["id"], "2", there["order_index"] + 1)
        again = (await client.put(f"/topics/{at.topics[0]}", json={"lesson_id": lesson["id"]})).json()
        assert (again["code"], again["order_index"]) == (row["code"], row["order_index"])
        [progress] = await rows_of(stocked, "user_topic_progress")
        assert (progress["topic_id"], progress["completed"]) == (at.topics[0], True)
        counts = {each["id"]: each["topics_count"] for each in await rows_of(stocked, "lessons")}
        assert (counts[at.lesson], counts[lesson["id"]]) == (1, 2)

    async def test_a_code_that_is_free_there_stays(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await author(client, stocked)
        lesson = await made(client, "/lessons", title="Второй", course_program_id=at.program)
        moved = (await client.put(f"/topics/{at.topics[1]}", json={"lesson_id": lesson["id"]})).json()
        assert (moved["code"], moved["order_index"]) == ("2", 1)

    async def test_a_topic_that_is_sent_whole_goes_where_its_code_is_taken(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """As forms send it: with the code that it has, or with another one."""
        at = await school(stocked)
        await author(client, stocked)
        lesson = await made(client, "/lessons", title="Второй", course_program_id=at.program)
        for code in ("1", "2"):
            await made(client, "/topics", title="Там", lesson_id=lesson["id"], code=code)
        for topic, code, expected in ((at.topics[0], "1", "3"), (at.topics[1], "другой", "другой")):
            body = {"title": "Тема", "code": code, "lesson_id": lesson["id"]}
            moved = await client.put(f"/topics/{topic}", json=body)
            assert (moved.status_code, moved.json().get("code")) == (200, expected), moved.text
        taken = await made(client, "/topics", title="Ещё", lesson_id=at.lesson, code="9")
        refused = await client.put(f"/topics/{taken['id']}", json={"code": "2", "lesson_id": lesson["id"]})
        assert refused.status_code == 409

    @pytest.mark.refuses
    async def test_a_topic_goes_to_no_lesson_of_another_program(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at, other = await school(stocked), await school(stocked, name="T")
        await author(client, stocked)
        for lesson in (other.lesson, 999_999):
            reply = await client.put(f"/topics/{at.topics[0]}", json={"lesson_id": lesson})
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "lesson_id"), reply.text
        for body in ({"was": "gestern"}, {"was": "2026-03-02T08:00:00"}, {"lesson_id": None}):
            assert (await client.put(f"/topics/{at.topics[0]}", json=body)).status_code == 400, body
