"""Cached replies over HTTP: the same for all, with an ETag that is known without hashing."""

import asyncio

import httpx
import pytest
import sqlalchemy as sa

from atg_core.catalog.cache import SHOWN_TABLES
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.people import sign_in
from tests.statements import counted

PATHS = ("/stations", "/stations/1", "/stations/1/course-program", "/courses?size=5&page=2")


async def test_learners_and_authors_get_the_same_bytes_and_etag(client: httpx.AsyncClient, stocked: Container) -> None:
    unknown = [await client.get(path) for path in PATHS]
    await sign_in(client, stocked, "learner")
    learner = [await client.get(path) for path in PATHS]
    await sign_in(client, stocked, "author", role=Role.ADMIN)
    author = [await client.get(path) for path in PATHS]
    for each, *others in zip(unknown, learner, author, strict=True):
        assert each.headers["content-type"] == "application/json"
        assert each.headers["etag"].startswith('W/"')
        for other in others:
            assert (other.content, other.headers["etag"]) == (each.content, each.headers["etag"])
    assert len({each.headers["etag"] for each in unknown}) == len(PATHS)


@pytest.mark.parametrize("is_author", [False, True])
async def test_a_known_reply_is_not_sent_again(client: httpx.AsyncClient, stocked: Container, is_author: bool) -> None:
    if is_author:
        await sign_in(client, stocked, role=Role.INSTRUCTOR)
    for path in PATHS:
        etag = (await client.get(path)).headers["etag"]
        for known in (etag, f'"other", {etag.removeprefix("W/")}', "*"):
            reply = await client.get(path, headers={"if-none-match": known})
            assert (reply.status_code, reply.content, reply.headers["etag"]) == (304, b"", etag)
            assert "content-type" not in reply.headers
        assert (await client.get(path, headers={"if-none-match": '"other"'})).status_code == 200


async def test_pages_and_filters_are_kept_apart(client: httpx.AsyncClient) -> None:
    queries = ("", "?page=2&size=5", "?page=1&size=5", "?size=10", "?station_id=1", "?station_id=2", "?level=базовый")
    once = [(await client.get(f"/courses{query}")).text for query in queries]
    again = [(await client.get(f"/courses{query}")).text for query in queries]
    assert once == again
    assert len(set(once)) == len(queries)
    assert (await client.get("/courses/stations/1")).text != (await client.get("/courses/stations/2")).text


async def test_a_hundred_at_once_load_once(client: httpx.AsyncClient, stocked: Container) -> None:
    with counted(stocked) as statements:
        replies = await asyncio.gather(*(client.get("/stations/1/course-program") for _ in range(100)))
    assert {reply.status_code for reply in replies} == {200}
    assert len(statements) <= 12


async def test_each_shown_table_has_its_triggers(stocked: Container) -> None:
    """SQLite loses them where a revision writes a table anew."""
    database = stocked.database()
    names = "sqlite_master" if database.is_sqlite else "information_schema.triggers"
    table, event = ("tbl_name", "sql") if database.is_sqlite else ("event_object_table", "event_manipulation")
    renews = "sql LIKE '%catalog_version%'" if database.is_sqlite else "action_statement LIKE '%renew_catalog_version%'"
    rows = await database.rows(sa.text(f"SELECT {table}, {event} FROM {names} WHERE {renews}"))
    events = ("INSERT", "UPDATE", "DELETE")
    found = {(row[0], word) for row in rows for word in events if f"AFTER {word}" in row[1] or row[1] == word}
    assert found == {(table, word) for table in SHOWN_TABLES for word in events}
