"""What pages cost: bytes on a first visit, as they come compressed, statements on SQL, and milliseconds."""

import re
import time
from gzip import compress

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints import browser_packages
from atg_entrypoints.container import Container
from tests.conftest import optional
from tests.integration.console.browsing import enter
from tests.integration.console.classes import Class
from tests.school import School, school
from tests.statements import counted

_KILOBYTE = 1000
_MOST_STATEMENTS = 15
_PLAIN = (
    *("/app/", "/app/catalog", "/app/stations", "/app/stations/1", "/app/results", "/app/sign-in", "/app/nowhere"),
    *("/app/groups", "/app/groups/join", "/app/imports"),
    *("/app/training/people", "/app/training/late"),
    *("/app/groups", "/app/groups/join"),
    *(f"/app/training/{name}" for name in ("people", "assignments", "assignments/new", "late", "reminders", "matrix")),
    *("/app/enter", "/app/account", "/app/account/password", "/app/account/devices", "/app/account/second-factor"),
)
_REFERENCES = re.compile(r'(?:href|src)="(/app/static/[^"]+)"')
_OWN = re.compile(r"/app/static/[^/]+/[^/]+")
"""What is in no package's folder."""
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
    """Sizes of a page, and of all that it loads, by path. Of these our own scripts and styles are few bytes."""
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
    own = {path: size for path, size in sizes.items() if _OWN.fullmatch(path)}
    assert sum(size for path, size in own.items() if path.endswith(".js")) <= 25 * _KILOBYTE, own
    assert sum(size for path, size in own.items() if path.endswith(".css")) <= 12 * _KILOBYTE, own
    return sizes


@pytest.mark.usefixtures("packages")
async def test_a_page_without_an_island_is_small(browser: httpx.AsyncClient, place: School) -> None:
    for path in (*_PLAIN, f"/app/catalog/{place.course}"):
        sizes = await _cold(browser, path)
        assert any(each.endswith("/golos/cyrillic.woff2") for each in sizes)
        assert sum(sizes.values()) <= 100 * _KILOBYTE, (path, sizes)


@pytest.mark.usefixtures("packages")
async def test_pages_of_administration_are_small(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked, role=Role.ADMIN)
    for page in ("people", "people/new", "audit", "jobs", "conference-accounts", "health", "settings"):
        sizes = await _cold(browser, f"/app/admin/{page}")
        assert sum(sizes.values()) <= 100 * _KILOBYTE, (page, sizes)


@pytest.mark.usefixtures("packages")
async def test_pages_of_authors_and_of_the_training_department_are_small(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    at = await school(stocked)
    await enter(browser, stocked, role=Role.ADMIN)
    made = await browser.post("/app/authoring/banks", data={"title": "Газ"})
    bank = made.headers["location"].partition("?")[0]
    written = (f"courses/{at.course}", f"programs/{at.program}", f"lessons/{at.lesson}", f"topics/{at.topics[0]}")
    pages = [
        f"/app/authoring/{name}"
        for name in ("courses", "paths", "paths/new", "banks", "stations", f"lessons/{at.lesson}/test", *written)
    ]
    pages += [
        bank,
        *(f"/app/training/{name}" for name in ("people", "matrix", "certificates", "managers", "assignments")),
    ]
    for page in pages:
        sizes = await _cold(browser, page)
        assert sum(sizes.values()) <= 100 * _KILOBYTE, (page, sum(sizes.values()), sizes)


@pytest.mark.usefixtures("packages")
async def test_pages_of_the_shop_and_of_campaigns_are_small(browser: httpx.AsyncClient, stocked: Container) -> None:
    """Their statements are counted with their own tests. Pictures of QR codes come as one scrolls to them."""
    await enter(browser, stocked, role=Role.ADMIN)
    names = ("purchases", "lessons", "lessons/new", "courses", "courses/new", "customers", "promo-codes", "tickets")
    for number in range(20):
        about = {"slug": f"pump-{number}", "name": "Насос", "type": "model", "points": 1, "meta": {}}
        await stocked.edit_assets().add("expo", about)
    for path in (
        *("/app/shop", *(f"/app/shop/{name}" for name in names), "/app/shop/messages", "/app/shop/messages/new"),
        *("/app/campaigns", *(f"/app/campaigns/expo{name}" for name in ("", "/assets", "/participants"))),
    ):
        sizes = await _cold(browser, path)
        assert sum(sizes.values()) <= 100 * _KILOBYTE, (path, sizes)


@pytest.mark.usefixtures("packages")
async def test_a_teachers_start_page_is_small_and_a_chart_costs_little(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, role=Role.TEACHER)
    sizes = await _cold(browser, "/app/")
    assert any(each.endswith("/events.js") for each in sizes)
    assert sum(sizes.values()) <= 100 * _KILOBYTE, sizes
    sizes = await _cold(browser, "/app/progress")
    assert any(each.endswith("/uplot/uPlot.iife.min.js") for each in sizes)
    assert sum(sizes.values()) <= 130 * _KILOBYTE, sizes


@pytest.mark.usefixtures("packages")
async def test_a_course_with_its_player_is_small_but_for_the_worker(browser: httpx.AsyncClient, place: School) -> None:
    sizes = await _cold(browser, f"/app/courses/{place.course}")
    assert any(each.endswith("/pdfjs/pdf.min.mjs") for each in sizes)
    assert not any(each.endswith("/pdfjs/pdf.worker.min.mjs") for each in sizes), "only a document needs it"
    assert sum(sizes.values()) <= 300 * _KILOBYTE, sizes


@pytest.mark.usefixtures("packages")
async def test_the_calendar_is_small(school_class: Class) -> None:
    """With what it loads where there is room for columns; on phones there is none of that."""
    sizes = await _cold(school_class.teacher, "/app/calendar")
    assert not any("fullcalendar" in each for each in sizes if each.endswith(".js"))
    assert sum(sizes.values()) <= 100 * _KILOBYTE, sizes
    folder = next(each for each in sizes if each.endswith("/calendar.css")).rpartition("/")[0]
    for name in ("all.js", "classic.js", "ru.js"):
        address = f"{folder}/fullcalendar/{name}"
        async with school_class.teacher.stream("GET", address, headers={"accept-encoding": "gzip"}) as reply:
            assert reply.status_code == 200
            sizes[address] = len(b"".join([chunk async for chunk in reply.aiter_raw()]))
    assert sum(sizes.values()) <= 320 * _KILOBYTE, sizes


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
        assert min(took) <= 0.03, path
