"""How many statements a request costs; none costs one for each row."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from atg_adapters.memory.caller_cache import MemoryCallerCache
from atg_core.identity.model import Role
from atg_core.store.model import Item
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.files import put
from tests.people import sign_in
from tests.school import school


@contextmanager
def counted(container: Container) -> Iterator[list[str]]:
    """The statements that run meanwhile, without those that begin and end a transaction."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    database = container.database()
    engines = {database.reading.sync_engine, database.writing.sync_engine}
    # On PostgreSQL both are one engine with two ways of running; its events reach either.
    for engine in engines if database.is_sqlite else {database.writing.sync_engine}:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines if database.is_sqlite else {database.writing.sync_engine}:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def remembering(stocked: Container) -> Container:
    """ATG with callers remembered, as with Redis or in a single process; signing in is then no part of a request."""
    stocked.caller_cache.override(MemoryCallerCache())
    return stocked


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/stations", 1),
        ("/stations/1", 8),
        ("/stations/1/equipment", 2),
        ("/stations/1/specs", 2),
        ("/stations/1/safety", 3),
        ("/stations/1/gas-sources", 2),
        ("/stations/1/course-program", 11),
        ("/courses", 2),
        ("/courses/stations/1", 1),
    ],
)
async def test_reading_the_catalogue_takes_few_statements(
    client: httpx.AsyncClient, stocked: Container, path: str, most: int
) -> None:
    with counted(stocked) as statements:
        assert (await client.get(path)).status_code == 200
    assert 1 <= len(statements) <= most


async def test_a_course_takes_two_statements(client: httpx.AsyncClient, stocked: Container) -> None:
    course = (await client.get("/courses?station_id=1")).json()["items"][0]["id"]
    for path in (f"/courses/{course}", f"/courses/{course}/programs"):
        with counted(stocked) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) == 2


async def test_the_callers_own_lists_take_one_statement_or_few(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    await sign_in(client, remembering)
    for course in (await client.get("/courses?size=10")).json()["items"]:
        await client.post(f"/courses/{course['id']}/enroll")
    for path, exactly in (("/courses/me/enrollments", 1), ("/users/me/stats", 3), ("/users/me", 2), ("/auth/me", 0)):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) == exactly, path


async def test_enrolling_takes_at_most_three_statements(client: httpx.AsyncClient, remembering: Container) -> None:
    await sign_in(client, remembering)
    await client.get("/auth/me")
    course = (await client.get("/courses")).json()["items"][0]["id"]
    for _ in range(2):
        with counted(remembering) as statements:
            assert (await client.post(f"/courses/{course}/enroll")).status_code == 200
        assert 1 <= len(statements) <= 3


async def test_finding_out_who_calls_takes_one_statement_where_nothing_is_remembered(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    await sign_in(client, stocked)
    with counted(stocked) as statements:
        assert (await client.get("/auth/me")).status_code == 200
    assert len(statements) == 1


async def test_a_folder_costs_no_statement_for_each_file(client: httpx.AsyncClient, remembering: Container) -> None:
    await sign_in(client, remembering, role=Role.TEACHER)
    for number in range(10):
        for folder in ("lessons", "incoming"):
            await put(remembering.object_store(), f"{folder}/{number}.pdf")
    for path, most in (
        ("/files/folder-contents?prefix=lessons", 0),
        ("/files/folder-contents?delimiter=", 1),
        ("/files/presign?key=lessons/1.pdf", 0),
        ("/files/stream/lessons/1.pdf", 0),
    ):
        await client.get(path)
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) <= most, statements


async def test_lists_and_reports_of_learning_take_few_statements_however_many_rows(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    """Ten of everything: learners, topics, results, files."""
    at = await school(remembering, topics=10)
    names = [f"learner-{number}" for number in range(10)]
    await arrange(
        remembering,
        users=[{"username": name, "department": name, "station": "S"} for name in names],
        enrollments=[{"username": name, "course": "S-C"} for name in names],
        progress=[{"username": name, "lesson": "S-L", "topic": "1"} for name in names],
        test_results=[{"username": name, "test": "S-T", "attempt": "1", "score_percent": "80"} for name in names],
        topic_files=[
            {
                "lesson": "S-L",
                "topic": "1",
                "minio_object_name": f"programs/{name}.pdf",
                "file_type": "additional_document",
                "original_name": name,
            }
            for name in names
        ],
    )
    await sign_in(client, remembering, role=Role.ADMIN)
    await client.post(f"/courses/{at.course}/enroll")
    for _ in range(3):
        await client.post(f"/lessons/{at.lesson}/test/results", json={"answers": []})
    for path, most in (
        (f"/courses/{at.course}/learners", 3),
        (f"/courses/{at.course}/progress", 7),
        (f"/lessons/{at.lesson}/test/results", 2),
        (f"/lessons/{at.lesson}/test", 6),
        (f"/topics/{at.topics[0]}", 4),
        ("/users/me/test-results", 2),
        ("/users/me/certificates", 2),
        (f"/admin/reports/compliance?course_id={at.course}", 2),
        (f"/admin/reports/compliance.csv?course_id={at.course}", 2),
    ):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert 1 <= len(statements) <= most, path


async def test_keeping_progress_takes_few_statements_however_many_courses(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    at = await school(remembering)
    codes = [f"S-C{number}" for number in range(8)]
    await arrange(remembering, courses=[{"code": code, "station": "S", "title": code} for code in codes])
    await sign_in(client, remembering)
    for row in await rows_of(remembering, "courses"):
        if row["station_id"] == at.station:
            await client.post(f"/courses/{row['id']}/enroll")
    for topic in at.topics:
        with counted(remembering) as statements:
            assert (await client.put(f"/topics/{topic}/progress", json={"completed": True})).status_code == 200
        assert len(statements) <= 6


async def test_campaigns_take_few_statements_however_many_visitors(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    slugs = [f"asset-{number}" for number in range(10)]
    await arrange(remembering, assets=[{"slug": slug, "name": slug, "campaign": "ten"} for slug in slugs])
    for number in range(5):
        session = (await client.post("/session/start", json={"campaign": "ten"})).json()["session_id"]
        for slug in slugs[number:]:
            await client.post("/view", json={"session_id": session, "asset_slug": slug})
        left = await client.post("/user/email", json={"session_id": session, "email": f"v{number % 2}@example.com"})
    view = {"session_id": session, "asset_slug": slugs[0]}
    await sign_in(client, remembering, role=Role.ADMIN)
    await client.get("/auth/me")
    for method, path, most in (
        ("POST", "/session/start", 4),
        ("POST", "/view", 8),
        ("GET", f"/progress?session_id={session}", 4),
        ("GET", f"/progress?user_id={left.json()['user_id']}", 4),
        ("GET", f"/promo?user_id={left.json()['user_id']}", 4),
        ("GET", "/stats", 2),
        ("GET", "/campaigns/ten/assets", 2),
        *(("GET", f"/admin/campaigns/{name}", 2) for name in ("participants", "sessions", "progress", "events")),
        ("GET", "/admin/campaigns/promo-codes", 2),
    ):
        with counted(remembering) as statements:
            assert (await client.request(method, path, json=view)).is_success, path
        assert 1 <= len(statements) <= most, (path, statements)


async def test_the_shop_takes_few_statements_however_much_there_is(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    keep = remembering.keep_goods()
    lesson = {"description": "", "is_active": True, "is_free": False, "video_path": None, "text_content": "x"}
    lessons = [(await keep.add_lesson({**lesson, "title": str(each), "price": each + 1})).id for each in range(10)]
    course = {"description": "", "total_price": 10, "discount_price": None, "is_active": True}
    courses = [(await keep.add_course({**course, "title": str(each)}, lessons)).id for each in range(5)]
    customer, _ = await remembering.keep_customers().meet(777, {"first_name": "x"})
    for number in lessons[:5]:
        item = Item(lesson_id=number)
        purchase, _ = await remembering.create_purchase()(customer.id, item, f"pay-{number}")
        await remembering.keep_tickets().add(customer.id, "x", "y")
    token = remembering.customer_tokens().token(customer.id, remembering.clock()())
    mine = {"Authorization": f"Bearer {token}"}
    for path, most in (
        ("/api/lessons", 3),
        (f"/api/lessons/{lessons[0]}", 2),
        ("/api/courses", 3),
        (f"/api/courses/{courses[0]}", 3),
        (f"/api/users/{customer.id}", 1),
        (f"/api/users/{customer.id}/purchases", 3),
        (f"/api/users/{customer.id}/access?lesson_id={lessons[0]}", 3),
        ("/api/support-tickets", 2),
    ):
        with counted(remembering) as statements:
            assert (await client.get(path, headers=mine)).status_code == 200
        assert 1 <= len(statements) <= most, path
    with counted(remembering) as statements:
        assert await remembering.pre_checkout()(purchase.id, purchase.amount, 777) is None
    assert len(statements) == 1
    await sign_in(client, remembering, role=Role.ADMIN)
    await client.get("/auth/me")
    for path in ("/api/users", "/api/promo-codes"):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) == 2, path
