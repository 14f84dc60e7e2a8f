"""Z1: every route of homework with every kind of caller, over every database alike."""

from typing import Any

import httpx
import pytest
from litestar.routes import HTTPRoute

from atg_entrypoints.container import Container
from atg_entrypoints.http.app import create_api
from tests.classroom import MULTI, SINGLE, TEXT, Classroom, right_answer

CALLERS = ("teacher", "admin", "colleague", "boris", "vera", "oleg", "clerk", "nobody")
"""Who teaches the group, an administrator, another teacher; whose submission it is, who else is in the group, who is in
another, and who is in none; and who has not signed in."""


def answers(*statuses: int) -> dict[str, int]:
    return dict(zip(CALLERS, statuses, strict=True))


# What each of the CALLERS is answered, for homework that is published unless the name says otherwise.
RIGHTS = {
    ("GET", "/homework"): answers(200, 200, 200, 200, 200, 200, 200, 401),
    ("POST", "/homework"): answers(201, 201, 404, 403, 403, 403, 403, 401),
    ("GET", "/homework/{homework}"): answers(200, 200, 404, 200, 200, 404, 404, 401),
    ("PUT", "/homework/{homework}"): answers(200, 200, 404, 403, 403, 403, 403, 401),
    ("DELETE", "/homework/{unused}"): answers(204, 204, 404, 403, 403, 403, 403, 401),
    ("POST", "/homework/{hidden}/publish"): answers(200, 200, 404, 403, 403, 403, 403, 401),
    ("POST", "/homework/{homework}/copy"): answers(201, 201, 404, 403, 403, 403, 403, 401),
    ("GET", "/homework/{homework}/submissions"): answers(200, 200, 404, 200, 200, 404, 404, 401),
    ("POST", "/homework/{homework}/submissions"): answers(403, 403, 404, 200, 201, 404, 404, 401),
    ("GET", "/submissions/{draft}"): answers(200, 200, 404, 200, 404, 404, 404, 401),
    ("PUT", "/submissions/{draft}/answers"): answers(403, 403, 404, 200, 404, 404, 404, 401),
    ("POST", "/submissions/{draft}/submit"): answers(403, 403, 404, 200, 404, 404, 404, 401),
    ("PUT", "/submissions/{submitted}/grades"): answers(200, 200, 404, 403, 403, 403, 403, 401),
    ("GET", "/submissions/{submitted}/grade-changes"): answers(200, 200, 404, 403, 403, 403, 403, 401),
    ("GET", "/homework/{hidden}"): answers(200, 200, 404, 404, 404, 404, 404, 401),
    ("GET", "/homework/{hidden}/submissions"): answers(200, 200, 404, 404, 404, 404, 404, 401),
    ("POST", "/homework/{hidden}/submissions"): answers(403, 403, 404, 404, 404, 404, 404, 401),
    ("GET", "/submissions/{submitted}"): answers(200, 200, 404, 200, 404, 404, 404, 401),
}
NAMES = {"homework_id": ("homework", "hidden", "unused"), "submission_id": ("draft", "submitted")}
ABSENT = ("0", "-1", "x", "99999", "9" * 30, "%00")


def body_of(method: str, path: str, homework: Any, group: int) -> Any:
    if path == "/homework":
        return {"group_id": group, "title": "x"} if method == "POST" else None
    if path.endswith("/answers"):
        return [right_answer(homework["questions"][0])]
    if path.endswith("/grades"):
        return [{"question_id": homework["questions"][-1]["id"], "grade": "1.00"}]
    return {"title": "x"} if method == "PUT" else None


class HttpHomeworkRightsContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container) -> Classroom:
        return await Classroom.open(stocked, client)

    def test_every_route_of_homework_is_in_the_table(self, stocked: Container) -> None:
        parameter_of = {name: parameter for parameter, names in NAMES.items() for name in names}
        templates = {name: f"{{{parameter}:str}}" for name, parameter in parameter_of.items()}
        described = {(method, path.format(**templates)) for method, path in RIGHTS}
        assert all(statuses.keys() == set(CALLERS) for statuses in RIGHTS.values())
        routes = [route for route in create_api(stocked).routes if isinstance(route, HTTPRoute)]
        ours = [each for each in routes if each.path.startswith(("/homework", "/submissions"))]
        assert described == {(method, each.path) for each in ours for method in each.methods - {"OPTIONS"}}

    @pytest.mark.parametrize(("method", "path"), RIGHTS)
    async def test_each_caller_is_answered_as_the_table_says(self, room: Classroom, method: str, path: str) -> None:
        for caller, status in RIGHTS[method, path].items():
            made = await room.homework(SINGLE, MULTI, TEXT)
            numbers = {"homework": made["id"]}
            if "{hidden}" in path:
                numbers["hidden"] = (await room.homework(TEXT, publish=False))["id"]
            if "{unused}" in path:
                numbers["unused"] = (await room.homework(TEXT))["id"]
            draft = await room.draft(made)
            numbers["draft"] = numbers["submitted"] = draft["id"]
            if "{submitted}" in path:
                await room.submitted(made, draft)
            await self.call(
                room, caller, (method, path.format(**numbers)), status, body_of(method, path, made, room.group)
            )

    async def call(self, room: Classroom, caller: str, route: tuple[str, str], status: int, body: Any) -> None:
        method, path = route
        if caller == "nobody":
            reply = await room.teacher.client.request(method, path, json=body)
            assert reply.status_code == status
            return
        refused = await room.people[caller].call(method, path, status, body)
        if status == 404:
            absent = {"homework_not_found", "submission_not_found"}
            assert refused["code"] in (absent if path != "/homework" else {"group_not_found"})

    @pytest.mark.parametrize(("method", "path"), [key for key in RIGHTS if "{" in key[1]])
    async def test_what_is_not_there_is_not_found(self, room: Classroom, method: str, path: str) -> None:
        made = await room.homework(TEXT)
        body = body_of(method, path, made, room.group)
        names = {name for names in NAMES.values() for name in names}
        caller = room.boris if path.endswith(("/answers", "/submit")) else room.teacher
        for number in ABSENT:
            await caller.call(method, path.format(**dict.fromkeys(names, number)), 404, body)
