"""How many statements requests of the catalog cost."""

import re

import httpx
import pytest

from atg_core.catalog.cache import SHOWN_TABLES
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.learning.banks import bank_of, question
from tests.people import sign_in
from tests.school import school
from tests.statements import counted

PATHS = [
    ("/stations", 1),
    ("/stations/1", 8),
    ("/stations/1/equipment", 2),
    ("/stations/1/specs", 2),
    ("/stations/1/safety", 3),
    ("/stations/1/gas-sources", 2),
    ("/stations/1/course-program", 11),
    ("/courses", 2),
    ("/courses/stations/1", 1),
]
VERSION = "catalog_version"


@pytest.fixture
async def paths(client: httpx.AsyncClient, stocked: Container) -> list[tuple[str, int]]:
    """The paths of the cached routes, each with the most statements that reading it may take."""
    [course] = (await client.get("/courses?station_id=1&size=1&q=а")).json()["items"]
    of_course = [("", 3), ("/programs", 3), ("/course-program", 10)]
    return [*PATHS, *((f"/courses/{course['id']}{path}", most) for path, most in of_course)]


async def test_an_author_reads_the_catalog_with_few_statements(
    client: httpx.AsyncClient, stocked: Container, paths: list[tuple[str, int]]
) -> None:
    """All from the database, each time; what is read is what makes the cache stale when it is written."""
    await sign_in(client, stocked, "author", role=Role.INSTRUCTOR)
    for path, most in paths:
        await client.get(path)
        with counted(stocked) as statements:
            assert (await client.get(path)).status_code == 200
        reads = [statement for statement in statements if "user_sessions" not in statement]
        assert 1 <= len(reads) <= most, path
        tables = {table for read in reads for table in re.findall(r"(?:FROM|JOIN) (\w+)", read)}
        assert tables <= set(SHOWN_TABLES), path


async def test_all_others_read_it_once_and_then_from_memory(
    client: httpx.AsyncClient, stocked: Container, paths: list[tuple[str, int]]
) -> None:
    """But for the version, once a second."""
    for path, most in paths:
        with counted(stocked) as first:
            assert (await client.get(path)).status_code == 200
        assert 1 <= len([each for each in first if VERSION not in each]) <= most, path
        with counted(stocked) as second:
            assert (await client.get(path)).status_code == 200
        assert [each for each in second if VERSION not in each] == [], path


async def test_a_search_by_words_is_not_kept(client: httpx.AsyncClient, stocked: Container) -> None:
    for _ in range(2):
        with counted(stocked) as statements:
            assert (await client.get("/courses?q=ГПА-16")).status_code == 200
        assert len(statements) == 2


async def test_question_banks_take_few_statements_however_many_questions(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    at = await school(remembering)
    await sign_in(client, remembering, role=Role.INSTRUCTOR)
    bank = await bank_of(client, *(question(f"{n}?", category=str(n), tags=["a", str(n)]) for n in range(10)))
    path = f"/lessons/{at.lesson}/test"
    draws = [{"bank_id": bank, "tags": ["a"], "count": 3}, {"bank_id": bank, "count": 3}]
    await client.put(path, json={"draws": draws})
    with counted(remembering) as statements:
        assert (await client.post(f"{path}/attempts")).status_code == 201
    assert len(statements) <= 11
    asked = (await client.get(path)).json()["questions"]
    answers = [{"question_id": each["id"], "option_ids": [each["options"][0]["id"]]} for each in asked]
    assert len(asked) == 8
    assert (await client.post(f"{path}/results", json={"answers": answers})).status_code == 201
    for asked_for, most in (
        ("/question-banks", 2),
        (f"/question-banks/{bank}", 3),
        (f"/question-banks/{bank}/questions", 5),
        (f"/question-banks/{bank}/questions.gift", 5),
        (f"/question-banks/{bank}/statistics", 3),
        (f"{path}/statistics", 3),
        (f"{path}/key", 6),
    ):
        with counted(remembering) as statements:
            assert (await client.get(asked_for)).status_code == 200
        assert 1 <= len(statements) <= most, asked_for
