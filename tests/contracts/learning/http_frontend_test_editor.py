"""Editing tests on the admin pages of the existing frontend, over every database alike."""

from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.identity.http_sign_in import bearer
from tests.contracts.learning.frontend_steps import answered
from tests.people import sign_in
from tests.school import school

QUESTION = {
    "question": "Сколько?",
    "options": ["один", "два"],
    "correctAnswer": 1,
    "points": 3,
    "image": "stations/1/q.png",
    "explanation": "Два, как сказано в тексте",
}
SENT = {"title": "Тест", "description": "О чём он", "passing_score": 60, "time_limit": 10, "attempts": 2}


class HttpFrontendTestEditorContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_test_is_made_asked_edited_and_deleted(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        learner = bearer(await sign_in(client, stocked))
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        lesson = (await client.post("/lessons", json={"title": "Новый", "course_program_id": at.program})).json()["id"]
        for kind, parent in (("lesson", {"lesson_id": lesson}), ("final", {"course_program_id": at.program})):
            if kind == "final":
                await client.delete(f"/courses/tests/final/{at.final_test}/delete")
            made = await client.post("/courses/tests/create", json={**SENT, **parent, "test_type": kind})
            assert made.status_code == 201, made.text
            test = made.json()["data"]["id"]
            assert made.json() == {"data": {"id": test, "test_type": kind}}
            path = f"/courses/tests/{kind}/{test}"
            saved = await client.put(f"{path}/questions", json={"questions": [QUESTION]})
            assert (saved.status_code, saved.json()) == (200, {"success": True})
            shown = await self.shown(client, path)
            question = shown["questions"][0]
            assert question == {**QUESTION, "id": question["id"], "order_index": 0}
            assert {name: shown[name] for name in SENT} == SENT
            assert (shown["passingScore"], shown["timeLimit"], shown["questions_count"]) == (60, 10, 1)
            listed = (await client.get(f"/courses/tests?type={kind}")).json()["data"]
            [row] = [row for row in listed if row["test_id"] == test]
            assert row == {name: shown[name] for name in row}
            assert (row["course_program_lesson_id"], row["course_program_id"]) == (
                parent.get("lesson_id"),
                parent.get("course_program_id"),
            )
            changed = await client.put(f"{path}/update", json={"title": "Другое имя", "attempts": None})
            assert changed.json() == {"data": {"id": test}}
            assert await self.shown(client, path) == shown | {
                "title": "Другое имя",
                "attempts": None,
                "updated_at": (await self.shown(client, path))["updated_at"],
            }
            theirs = (
                f"/courses/tests/lesson/{lesson}" if kind == "lesson" else f"/courses/tests/course-program/{at.program}"
            )
            told = (await client.get(theirs, headers=learner)).json()["test"]
            assert (told["id"], told["description"]) == (test, "О чём он")
            asked = told["questions"][0]
            assert (asked["image"], asked["correctAnswer"], asked["explanation"]) == ("stations/1/q.png", None, "")
            assert (await client.delete(f"{path}/delete")).json() == {"success": True}
            assert (await client.get(theirs, headers=learner)).json() == {"test": None}

    async def shown(self, client: httpx.AsyncClient, path: str) -> dict[str, Any]:
        reply = await client.get(path)
        assert reply.status_code == 200, reply.text
        test: dict[str, Any] = reply.json()["test"]
        return test

    async def test_an_administrator_is_shown_the_test_of_this_id_and_else_the_lesson_s(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """The page that edits tests and the page of a lesson ask at the same address."""
        at = await school(stocked)
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        assert (await self.shown(client, f"/courses/tests/lesson/{at.lesson_test}"))["test_id"] == at.lesson_test
        bare = (await client.post("/lessons", json={"title": "x", "course_program_id": at.program})).json()["id"]
        while bare <= at.lesson_test:
            bare = (await client.post("/lessons", json={"title": "x", "course_program_id": at.program})).json()["id"]
        assert (await client.get(f"/courses/tests/lesson/{bare}")).json() == {"test": None}

    async def test_a_test_with_results_is_deactivated(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await sign_in(client, stocked)
        sent = await answered(client, f"/courses/tests/lesson/{at.lesson}")
        assert (await client.post("/courses/tests/results/create", json=sent)).status_code == 201
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        await client.delete(f"/courses/tests/lesson/{at.lesson_test}/delete/")
        listed = (await client.get("/courses/tests")).json()["data"]
        assert {(row["test_type"], row["id"]): row["is_active"] for row in listed}["lesson", at.lesson_test] is False
        assert [row["test_type"] for row in listed] == sorted((row["test_type"] for row in listed), reverse=True)

    async def test_what_is_wrong_is_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        new = {**SENT, "test_type": "lesson"}
        for body, status in (
            (new, 400),
            ({**new, "lesson_id": 999_999}, 404),
            ({**new, "lesson_id": at.lesson}, 409),
            ({**new, "test_type": "other", "lesson_id": at.lesson}, 400),
            ({**new, "title": ""}, 400),
        ):
            assert (await client.post("/courses/tests/create", json=body)).status_code == status, body
        path = f"/courses/tests/lesson/{at.lesson_test}/questions"
        for change in ({"correctAnswer": 2}, {"correctAnswer": -1}, {"options": []}, {"question": ""}, {"points": 0}):
            assert (await client.put(path, json={"questions": [QUESTION | change]})).status_code == 400, change
        for absent in ("final/999999", "final/x"):
            assert (await client.get(f"/courses/tests/{absent}")).status_code == 404
            assert (await client.put(f"/courses/tests/{absent}/update", json={})).status_code == 404
            assert (await client.delete(f"/courses/tests/{absent}/delete")).status_code == 404
        assert (await client.get("/courses/tests?type=other")).status_code == 400

    @pytest.mark.refuses
    async def test_tests_are_edited_by_administrators(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, role=Role.INSTRUCTOR)
        for method, path in (
            ("GET", ""),
            ("POST", "/create"),
            ("GET", "/final/1"),
            ("PUT", "/lesson/1/update"),
            ("PUT", "/final/1/questions"),
            ("DELETE", "/final/1/delete"),
        ):
            assert (await client.request(method, f"/courses/tests{path}", json={})).status_code == 403, path
