"""Changes arrive by themselves: a teacher's browser and a student's, side by side."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser.people import Demo
from tests.browser.visits import PHONE, SECONDS, Visits, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

_WITHIN_MS = 2000
_LIVE = "live-updates[data-open]"


@pytest.fixture
def teacher(demo: Demo) -> Iterator[httpx.Client]:
    with demo.as_("teacher") as client:
        yield client


@pytest.fixture
def lesson(demo: Demo, teacher: httpx.Client) -> Iterator[dict[str, Any]]:
    """One that should be running."""
    now = datetime.now(UTC)
    body = {
        "group_id": demo.group,
        "title": f"Урок {now:%H%M%S%f}",
        "start_time": (now - timedelta(minutes=1)).isoformat(),
        "end_time": (now + timedelta(minutes=30)).isoformat(),
        "allow_overlap": True,
    }
    made = teacher.post("/schedule/lessons", json=body)
    assert made.status_code == 201, made.text
    yield made.json()
    teacher.post(f"/schedule/lessons/{made.json()['id']}/end")


async def _home(page: Page, demo: Demo, username: str) -> None:
    await sign_in(page, demo.named(username))
    await page.locator(_LIVE).wait_for(state="attached", timeout=SECONDS * 1000)
    await asyncio.sleep(1)  # past the look with which a stream begins


async def test_a_student_sees_enter_within_two_seconds_of_the_teachers_start(
    visits: Visits, demo: Demo, lesson: dict[str, Any]
) -> None:
    async with visits.page() as at_desk, visits.page(width=PHONE, theme="dark") as at_phone:
        await _home(at_phone, demo, "student")
        await _home(at_desk, demo, "teacher")
        row = at_phone.locator("#today li", has_text=lesson["title"])
        await expect(row).to_contain_text("Ещё не начался")
        await at_phone.evaluate("document.body.dataset.same = 'page'")
        await at_phone.locator("#today a[href='/app/calendar']").focus()
        await (
            at_desk.locator("#today li.overdue", has_text=lesson["title"])
            .get_by_role("button")
            .click(no_wait_after=True)
        )
        # From when the server says that it is live.
        await at_desk.wait_for_url("**/app/lessons/*", timeout=SECONDS * 1000)
        await expect(row.get_by_role("link", name="Войти")).to_be_visible(timeout=_WITHIN_MS)
        assert await at_phone.evaluate("document.body.dataset.same") == "page", "it was loaded anew"
        assert await at_phone.evaluate("document.activeElement.getAttribute('href')") == "/app/calendar"
        await expect(at_phone.locator("#told")).to_have_text("Урок начался.")


async def test_what_a_page_missed_while_nobody_saw_it_is_there_when_it_is_seen_again(
    visits: Visits, demo: Demo, lesson: dict[str, Any], teacher: httpx.Client
) -> None:
    async with visits.page() as page:
        await _home(page, demo, "student")
        await _hide(page, hidden=True)
        await expect(page.locator(_LIVE)).to_have_count(0)
        assert teacher.post(f"/schedule/lessons/{lesson['id']}/start").status_code == 200
        await asyncio.sleep(1)
        row = page.locator("#today li", has_text=lesson["title"])
        await expect(row).not_to_have_class("live")
        await _hide(page, hidden=False)
        await expect(row.get_by_role("link", name="Войти")).to_be_visible(timeout=_WITHIN_MS)


async def test_without_a_stream_a_page_looks_itself(
    visits: Visits, demo: Demo, lesson: dict[str, Any], teacher: httpx.Client
) -> None:
    async with visits.page(refused=["/app/events"]) as page:
        await page.route("**/app/events", lambda route: route.fulfill(status=503))
        await page.clock.install()
        await sign_in(page, demo.named("student"))
        assert teacher.post(f"/schedule/lessons/{lesson['id']}/start").status_code == 200
        row = page.locator("#today li", has_text=lesson["title"])
        await page.clock.run_for(31_000)
        await expect(row.get_by_role("link", name="Войти")).to_be_visible(timeout=SECONDS * 1000)


async def test_what_is_being_typed_stays_until_the_focus_leaves_it(
    visits: Visits, demo: Demo, lesson: dict[str, Any], teacher: httpx.Client
) -> None:
    async with visits.page() as page:
        await _home(page, demo, "student")
        await page.evaluate("document.querySelector('#today').append(document.createElement('input'))")
        await page.locator("#today input").type("не потерять")
        assert teacher.post(f"/schedule/lessons/{lesson['id']}/start").status_code == 200
        await asyncio.sleep(1.5)
        assert await page.locator("#today input").input_value() == "не потерять"
        await page.locator("h1").click()
        row = page.locator("#today li", has_text=lesson["title"])
        await expect(row.get_by_role("link", name="Войти")).to_be_visible(timeout=_WITHIN_MS)


async def _hide(page: Page, *, hidden: bool) -> None:
    """As the browser does when another tab is shown."""
    await page.evaluate(
        """hidden => {
          Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
