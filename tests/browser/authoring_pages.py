"""The pages of who writes the catalog."""

from collections.abc import AsyncIterator
from uuid import uuid4

from playwright.async_api import Page

from tests.browser.people import Demo
from tests.browser.visits import sign_in

COURSES = "/app/authoring/courses"


async def authoring_pages(page: Page, demo: Demo) -> AsyncIterator[str]:
    """The name of each page, which is open then: those of a new course, and those of the demo's."""
    await page.context.clear_cookies()
    await sign_in(page, demo.person(role="instructor"))
    await page.goto(COURSES)
    yield "courses of an author"
    await page.goto(f"{COURSES}?q=чего-нет")
    yield "no courses of an author"
    await page.goto(f"{COURSES}/new")
    yield "a new course"
    await page.locator("[name=title]").fill(f"Курс {uuid4().hex[:6]}")
    await page.locator("main form button.main").click()
    await page.wait_for_url("**?done=added")
    yield "a course without programs"
    course = page.url.partition("?")[0]
    await page.locator("[name=program_title]").fill("Вводный")
    await page.locator("form[action$='/programs'] button").click()
    await page.wait_for_url("**/programs/*?done=added")
    yield "a program without lessons"
    await page.goto(f"{course}/delete")
    yield "whether to delete a course"
    await page.goto(f"{COURSES}/{demo.course}/delete")
    yield "a course that can not be deleted"
    await page.goto(f"{COURSES}/{demo.course}")
    yield "a course of an author"
    await page.goto(await page.locator(".records a[href*='/programs/']").first.get_attribute("href") or "")
    # On a phone buttons move what grips drag on a desk.
    await page.locator(".grip").first.wait_for(state="attached")
    yield "a program of an author"
    program = page.url
    await page.goto(f"{program}/settings")
    yield "settings of a program"
    await page.goto(program)
    lesson = await page.locator(".branch a").first.get_attribute("href") or ""
    topic = await page.locator(".topics a").first.get_attribute("href") or ""
    await page.goto(lesson)
    yield "a lesson of an author"
    await page.goto(topic)
    await page.locator("markdown-preview .shown > *").first.wait_for()
    yield "a topic of an author"
    await page.goto(f"{topic}/preview")
    yield "a topic as a learner sees it"
    async for name in _paths(page):
        yield name
    async for name in _tests(page, lesson, program):
        yield name
    async for name in _stations(page, demo):
        yield name
    await page.context.clear_cookies()
    await sign_in(page, demo.person(role="instructor"))
    for address in (lesson, topic, program):
        await page.goto(f"{address}/delete")
        yield f"whether to delete {address}"


async def _paths(page: Page) -> AsyncIterator[str]:
    await page.goto("/app/authoring/paths/new")
    yield "a new learning path"
    await page.locator("[name=title]").fill(f"Путь {uuid4().hex[:6]}")
    await page.locator("main form button.main").click()
    await page.wait_for_url("**?done=added")
    yield "a path without courses"
    for _ in range(2):
        await page.locator("button[value=add]").click()
        await page.wait_for_url("**?done=saved#courses")
    yield "a learning path"
    await page.goto("/app/authoring/paths")
    yield "learning paths of an author"


_GIFT = "::Помпаж:: Что такое помпаж? {=Автоколебания потока ~Резонанс ротора}"


async def _tests(page: Page, lesson: str, program: str) -> AsyncIterator[str]:
    """The editor of a test, and question banks."""
    await page.goto(f"{lesson}/test")
    yield "a new test"
    for button in ("add:single", "add:multiple"):
        await page.locator(f"button[value='{button}']").click()
    await page.locator(".question-card").nth(1).wait_for()
    yield "a test with questions that are not saved"
    await page.goto(f"{program}/final-test")
    yield "the final test of an author"
    await page.goto(f"{program}/final-test/delete")
    yield "whether to delete a final test"
    await page.goto(program)
    tested = await page.locator(".branch a[href$='/test']").first.get_attribute("href") or ""
    await page.goto(f"{tested}/delete")
    yield "whether to delete a test of a lesson"
    await page.goto("/app/authoring/banks?q=чего-нет")
    yield "no question banks"
    await page.locator("[name=title]").fill(f"Банк {uuid4().hex[:6]}")
    await page.locator("form[method=post] button.main").click()
    await page.wait_for_url("**/banks/*?done=added")
    yield "a new question bank"
    bank = page.url.partition("?")[0]
    await page.locator("details:has([name=text]) summary").click()
    await page.locator("form[action$='/read'] [name=text]").fill(_GIFT)
    await page.locator("form[action$='/read'] button").click()
    await page.locator("details[id^=question]").wait_for()
    await page.locator("details[id^=question] summary").click()
    yield "a question bank"
    await page.goto(f"{bank}/delete")
    yield "whether to delete a bank"


async def _stations(page: Page, demo: Demo) -> AsyncIterator[str]:
    """As an administrator."""
    await page.context.clear_cookies()
    await sign_in(page, demo.named("admin"))
    await page.goto("/app/authoring/stations")
    yield "stations of an author"
    for path in (
        "",
        *(f"/{part}" for part in ("equipment", "specs", "safety", "gas-sources", "photos", "docs")),
        "/delete",
    ):
        await page.goto(f"/app/authoring/stations/7{path}")
        yield f"a station of an author{path}"
