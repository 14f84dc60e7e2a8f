"""Pages take as few statements for many records as for few."""

import httpx

from atg_adapters.memory.identity.caller_cache import MemoryCallerCache
from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.contracts.databases import on_sqlite
from tests.integration.console.browsing import enter
from tests.school import school
from tests.statements import counted


@on_sqlite
async def test_pages_of_learners_take_few_statements_however_much_there_is(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    """The caller is remembered, as in a single process and with Redis."""
    stocked.caller_cache.override(MemoryCallerCache())
    few, many = await school(stocked, name="A", topics=1), await school(stocked, name="B", topics=20)
    await arrange(
        stocked,
        topic_files=[
            {
                "lesson": "B-L",
                "topic": "1",
                "minio_object_name": f"programs/{number}.pdf",
                "file_type": "additional_document",
                "original_name": f"{number}.pdf",
            }
            for number in range(10)
        ],
    )
    await enter(browser, stocked)
    for course in (few.course, many.course):
        await browser.post(f"/app/courses/{course}/enroll")
    for path, most in (
        ("/app/", 4),
        ("/app/catalog", 4),
        ("/app/catalog/{course}", 3),
        ("/app/stations", 1),
        ("/app/stations/{station}", 11),
        ("/app/courses/{course}", 9),
        ("/app/courses/{course}/tests/lesson/{lesson}", 13),
        ("/app/results", 3),
        ("/app/account", 2),
        ("/app/account/password", 2),
        ("/app/account/devices", 2),
        ("/app/account/second-factor", 4),
    ):
        numbers = set()
        for at in (few, many):
            filled = path.format(course=at.course, station=at.station, lesson=at.lesson)
            await browser.get(filled)
            with counted(stocked) as statements:
                assert (await browser.get(filled)).status_code == 200
            numbers.add(len(statements))
        assert max(numbers) <= most, (path, statements)
