"""What pages cost: bytes on a first visit, as they come compressed, statements on SQL, and milliseconds."""

import re
import time
from collections.abc import Mapping
from gzip import compress
from statistics import median

import httpx
import pytest

from atg_entrypoints import browser_packages
from atg_entrypoints.console import static_files
from atg_entrypoints.container import Container
from tests.conftest import optional
from tests.integration.console.browsing import enter
from tests.school import School, school
from tests.statements import counted

_KILOBYTE = 1000
_MOST_STATEMENTS = 15
_PLAIN = (
    *("/app/", "/app/catalog", "/app/stations", "/app/stations/1", "/app/results", "/app/sign-in", "/app/nowhere"),
    *("/app/enter", "/app/account", "/app/account/password", "/app/account/devices", "/app/account/second-factor"),
)
_REFERENCES = re.compile(r'(?:href|src)="(/app/static/[^"]+)"')
_IMPORTS = re.compile(r'^import (?:.+ from )?"\./([^"]+)"|url\(([^)]+)\)', re.MULTILINE)


@pytest.fixture
async def place(browser: httpx.AsyncClient, stocked: Container) -> School:
    """With a learner who is signed in and enrolled."""
    made = await school(stocked)
    await enter(browser, stocked)
    await browser.post(f"/app/courses/{made.course}/enroll")
    return made


@pytest.fixture
def packages() -> None:
    """Skips where what browsers load of others is not there."""
    if not browser_packages.are_there():
        optional("browser", "what browsers load of others was not fetched by npm")


async def _cold(browser: httpx.AsyncClient, path: str) -> dict[str, int]:
    """Sizes of a page, and of all that it loads, by path."""
    page = await browser.get(path, headers={"accept-encoding": "gzip"})
    sizes, waiting = {path: len(compress(page.content))}, _REFERENCES.findall(page.text)
    while waiting:
        address = waiting.pop()
        if address in sizes:
            continue
        async with browser.stream("GET", address, headers={"accept-encoding": "gzip"}) as reply:
            sizes[address] = len(b"".join([chunk async for chunk in reply.aiter_raw()]))
        if address.endswith((".js", ".css")):
            folder = address.rpartition("/")[0]
            text = (await browser.get(address)).text
            waiting += [f"{folder}/{script or link}" for script, link in _IMPORTS.findall(text)]
    return sizes


@pytest.mark.usefixtures("packages")
async def test_a_page_without_an_island_is_small(browser: httpx.AsyncClient, place: School) -> None:
    for path in (*_PLAIN, f"/app/catalog/{place.course}"):
        sizes = await _cold(browser, path)
        assert any(each.endswith("/golos/cyrillic.woff2") for each in sizes)
        assert sum(sizes.values()) <= 100 * _KILOBYTE, (path, sizes)


@pytest.mark.usefixtures("packages")
async def test_a_course_with_its_player_is_small_but_for_the_worker(browser: httpx.AsyncClient, place: School) -> None:
    sizes = await _cold(browser, f"/app/courses/{place.course}")
    assert any(each.endswith("/pdfjs/pdf.min.mjs") for each in sizes)
    assert not any(each.endswith("/pdfjs/pdf.worker.min.mjs") for each in sizes), "only a document needs it"
    assert sum(sizes.values()) <= 300 * _KILOBYTE, sizes


async def test_own_scripts_and_styles_of_a_page_are_few_bytes(browser: httpx.AsyncClient, place: School) -> None:
    for path in (*_PLAIN, f"/app/courses/{place.course}"):
        require_few_own_bytes(await _cold(browser, path))


def require_few_own_bytes(sizes: Mapping[str, int]) -> None:
    """Of what a page loads, that which is the console's own."""
    own = {path.name for path in static_files._OWN.iterdir()}
    names = {address: address.split("/", 4)[-1] for address in sizes if address.startswith("/app/static/")}
    for ending, most in ((".js", 25), (".css", 12)):
        loaded = {name: sizes[address] for address, name in names.items() if name in own and name.endswith(ending)}
        assert sum(loaded.values()) <= most * _KILOBYTE, loaded


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("remembering")
async def test_pages_cost_few_statements_however_many_rows_there_are(
    browser: httpx.AsyncClient, stocked: Container, place: School
) -> None:
    small = await _statements(browser, stocked, place)
    larger = await school(stocked, name="L", topics=9)
    await browser.post(f"/app/courses/{larger.course}/enroll")
    assert await _statements(browser, stocked, larger) == small
    assert max(small.values()) <= _MOST_STATEMENTS, small


async def _statements(browser: httpx.AsyncClient, stocked: Container, place: School) -> dict[str, int]:
    """By the name of the page."""
    course = f"/app/courses/{place.course}"
    pages = {path: path for path in _PLAIN} | {
        "an offer": f"/app/catalog/{place.course}",
        "a course": course,
        "a topic": f"{course}/topics/{place.topics[-1]}",
        "a test": f"{course}/tests/lesson/{place.lesson}",
    }
    costs = {}
    for name, path in pages.items():
        await browser.get(path)
        with counted(stocked) as statements:
            await browser.get(path)
        costs[name] = len(statements)
    return costs


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
async def test_a_page_is_made_within_30_milliseconds(
    browser: httpx.AsyncClient, stocked: Container, place: School
) -> None:
    """Of processors' time, so that what else the machine does is not counted; a page takes one to three."""
    for path in (*_PLAIN, f"/app/courses/{place.course}"):
        took = []
        for _ in range(7):
            start = time.process_time()
            await browser.get(path)
            took.append(time.process_time() - start)
        assert median(took) <= 0.03, path
