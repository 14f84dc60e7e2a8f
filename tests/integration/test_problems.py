"""Refusals in the language of their reader, over memory."""

import re
from collections.abc import Iterator, Sequence

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from msgspec import Struct
from msgspec.structs import fields

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from atg_entrypoints.http.app import create_api
from atg_entrypoints.http.policy import handlers_of_route
from tests.contracts.databases import in_memory
from tests.people import sign_in

pytestmark = in_memory

RUSSIAN = {"accept-language": "de, ru;q=0.8, en;q=0.5"}


@pytest.mark.parametrize(("headers", "language"), [({}, "en"), ({"accept-language": "de"}, "en"), (RUSSIAN, "ru")])
async def test_a_stranger_is_told_in_the_language_that_is_asked_for(
    client: httpx.AsyncClient, headers: dict[str, str], language: str
) -> None:
    reply = await client.get("/nowhere", headers=headers)
    said = {"en": ("Not Found", "Not found"), "ru": ("Не найдено", "Не найдено")}[language]
    assert (reply.json()["title"], reply.json()["detail"]) == said
    assert reply.headers["content-language"] == language
    assert {"Accept", "Accept-Language"} <= set(reply.headers["vary"].split(", "))


async def test_words_that_clients_compare_stay_and_the_readers_stand_beside_them(client: httpx.AsyncClient) -> None:
    reply = await client.get("/stations/999999", headers=RUSSIAN)
    body = reply.json()
    assert (body["detail"], body["error"], body["message"]) == ("Station not found",) * 3
    assert (body["text"], body["title"]) == ("Станция не найдена", "Не найдено")
    bare = await client.get("/promo/", params={"email": "nobody@example.com"}, headers={"accept-language": "en"})
    assert (bare.json()["detail"], bare.json()["text"]) == ("not_found", "There is no participant with this address")


async def test_all_faults_of_a_request_are_told_at_once(client: httpx.AsyncClient) -> None:
    body = {"email": "nobody", "password": 5, "role": "king"}
    reply = await client.post("/auth/enter", json=body, headers=RUSSIAN)
    assert reply.status_code == 400
    assert [(each["field"], each["code"]) for each in reply.json()["errors"]] == [
        ("email", "email"),
        ("password", "wrong_type"),
        ("role", "one_of"),
    ]
    assert reply.json()["errors"][2]["allowed"] == ["teacher", "student"]
    assert reply.json()["detail"].endswith("role: допустимые значения: teacher, student")
    query = await client.get("/courses", params={"page": 0, "size": "many"})
    assert query.json()["errors"] == [
        {"field": "page", "message": "must be between 1 and 1000000", "code": "out_of_range", "low": 1, "high": 10**6},
        {"field": "size", "message": "must be a whole number", "code": "wrong_type", "expected": "integer"},
    ]


async def test_a_missing_parameter_is_named(client: httpx.AsyncClient, stocked: Container) -> None:
    await sign_in(client, stocked, role=Role.ADMIN)
    reply = await client.get("/admin/reports/compliance")
    assert reply.status_code == 400
    assert reply.json()["errors"] == [
        {"field": "course_id", "message": "обязательно для заполнения", "code": "required"}
    ]


async def test_no_more_than_a_hundred_faults_are_told(client: httpx.AsyncClient, stocked: Container) -> None:
    await sign_in(client, stocked, role=Role.ADMIN)
    reply = await client.put("/control-points/1/grades", json=[{} for _ in range(1000)])
    assert (reply.status_code, len(reply.json()["errors"])) == (400, 100)


async def test_a_problem_has_no_body_for_head(client: httpx.AsyncClient) -> None:
    reply = await client.head("/nowhere", headers=RUSSIAN)
    assert reply.headers["content-language"] == "ru"


async def test_every_body_is_refused_with_its_members_named_in_russian(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    """Each member is an object, which nearly none may be."""
    await sign_in(client, stocked, role=Role.ADMIN)
    refused, untold = 0, []
    for method, path, members in _bodies(create_api(stocked)):
        reply = await client.request(method, path, json={name: {"x": 1} for name in members}, headers=RUSSIAN)
        if reply.status_code == 400:
            refused += 1
            told = {each["field"].partition("[")[0].partition(".")[0]: each for each in reply.json().get("errors", [])}
            if not told or not all(re.search("[а-яё]", each["message"]) and each["code"] for each in told.values()):
                untold.append((method, path, reply.text))
    assert untold == []
    assert refused > 90


def _bodies(api: Litestar) -> Iterator[tuple[str, str, Sequence[str]]]:
    """The routes that take an object, with its members; whatever their paths name has the number 1."""
    for route in api.routes:
        for handler in handlers_of_route(route):
            given = handler.parsed_fn_signature.parameters.get("data") if isinstance(route, HTTPRoute) else None
            body = given.annotation if given else None
            if isinstance(body, type) and issubclass(body, Struct) and "/auth/" not in route.path:
                [method] = handler.http_methods - {"HEAD"}  # type: ignore[attr-defined]
                yield method, re.sub(r"\{[^}]*\}", "1", route.path), [each.encode_name for each in fields(body)]
