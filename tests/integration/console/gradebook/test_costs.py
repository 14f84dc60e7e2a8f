"""What pages of the gradebook cost: statements, and milliseconds for journals of many students and columns."""

import re
import time
from gzip import compress
from uuid import UUID

import httpx
import pytest

from atg_adapters.memory.identity.caller_cache import MemoryCallerCache
from atg_adapters.sql.tables.every import metadata
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.databases import on_sqlite
from tests.integration.console.browsing import enter
from tests.integration.console.gradebook.conftest import Journal
from tests.integration.gradebook.large_groups import a_group
from tests.statements import counted


@pytest.fixture
async def teacher(browser: httpx.AsyncClient, stocked: Container) -> UUID:
    """Signed in at the console, and remembered."""
    stocked.caller_cache.override(MemoryCallerCache())
    await enter(browser, stocked, "journalist", role=Role.TEACHER)
    [found] = [row for row in await rows_of(stocked, "users") if row["username"] == "journalist"]
    assert isinstance(found["id"], UUID)
    return found["id"]


async def _one_of(container: Container, table: str, group: int) -> int:
    assert "group_id" in metadata.tables[table].c
    return min(row["id"] for row in await rows_of(container, table) if row["group_id"] == group)


@on_sqlite
async def test_pages_take_as_few_statements_for_many_students_and_columns_as_for_few(
    browser: httpx.AsyncClient, stocked: Container, teacher: UUID
) -> None:
    few, many = await a_group(stocked, teacher, 5, 8), await a_group(stocked, teacher, 20, 40)
    for group in (few, many):
        lesson = await _one_of(stocked, "scheduled_lessons", group)
        point = await _one_of(stocked, "control_points", group)
        members = [row["student_id"] for row in await rows_of(stocked, "group_students") if row["group_id"] == group]
        base = f"/app/groups/{group}"
        for path, exactly in (
            (f"{base}/gradebook", 2),
            (f"{base}/gradebook/lesson-{lesson}", 2),
            (f"{base}/gradebook/control_point-{point}", 4),
            (f"{base}/gradebook/students/{members[0]}", 3),
            (f"{base}/gradebook/lesson-{lesson}/history/{members[0]}", 6),
            (f"{base}/gradebook/control_point-{point}/history/{members[0]}", 6),
            (f"{base}/control-points", 4),
            (f"{base}/control-points/{point}", 4),
            ("/app/grades", 3),
        ):
            await browser.get(path)
            with counted(stocked) as statements:
                assert (await browser.get(path)).status_code == 200
            assert len(statements) == exactly, (path, statements)


@on_sqlite
@pytest.mark.parametrize(("students", "columns", "most"), [(30, 40, 60), (500, 200, 150)])
async def test_a_journal_is_shown_in_time(
    *, browser: httpx.AsyncClient, stocked: Container, teacher: UUID, students: int, columns: int, most: int
) -> None:
    """The least processors' time of five, so that what else the machine does is not counted; of 500 students the first
    fifty.
    """
    group = await a_group(stocked, teacher, students, columns)
    path, took = f"/app/groups/{group}/gradebook", []
    reply = await browser.get(path)
    assert reply.text.count("<tr data-student") == min(students, 50)
    for _ in range(5):
        start = time.process_time()
        await browser.get(path)
        took.append((time.process_time() - start) * 1000)
    assert min(took) <= most, took


async def test_the_scripts_and_styles_of_the_grid_are_few_bytes(browser: httpx.AsyncClient, journal: Journal) -> None:
    browser.cookies.set("atg_access", journal.classroom.teacher.token, path="/app")
    page = await browser.get(journal.path)
    waiting, sizes = re.findall(r'(?:href|src)="(/app/static/[^"/]+/[^"/]+\.(?:js|css))"', page.text), dict[str, int]()
    while waiting:
        address = waiting.pop()
        content = (await browser.get(address)).content
        if address not in sizes:
            folder, sizes[address] = address.rpartition("/")[0], len(compress(content))
            waiting += [f"{folder}/{name}" for name in re.findall(r'from "\./([^"/]+)"', content.decode())]
    assert any(address.endswith("grade-outbox.js") for address in sizes)
    assert sum(size for address, size in sizes.items() if address.endswith(".js")) <= 25_000, sizes
    assert sum(size for address, size in sizes.items() if address.endswith(".css")) <= 12_000, sizes
