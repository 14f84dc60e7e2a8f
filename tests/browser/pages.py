"""Every page of the console, with somebody on it for whom there is something to see."""

from collections.abc import AsyncIterator
from typing import NamedTuple

from playwright.async_api import Page

from tests.browser.homework_pages import homework_pages
from tests.browser.people import Demo
from tests.browser.visits import sign_in

PUBLIC = (
    "/app/sign-in",
    "/app/enter",
    "/app/enter?role=student",
    "/app/forgotten-password",
    "/app/new-password",
    "/app/confirm-email",
    "/app/not-me",
    "/app/certificates",
)
PERSONAL = (
    "/app/",
    "/app/catalog",
    "/app/stations",
    "/app/stations/1",
    "/app/results",
    "/app/account",
    "/app/account/devices",
    "/app/account/password",
    "/app/account/second-factor",
    "/app/nowhere",
)
REFUSED = (
    "/app/sign-in",
    "/app/new-password",
    "/app/confirm-email",
    "/app/not-me",
    "/app/account/password",
    "/app/nowhere",
    "/app/homework/new",
    *(f"/app/submissions/{number}" for number in range(1, 200)),
)
"""Answered with a status that the browser's console tells."""


class Shown(NamedTuple):
    """A page that is open now."""

    name: str
    page: Page


async def every_page(page: Page, demo: Demo) -> AsyncIterator[Shown]:
    """Opens one after the other, on the way of a new learner and then as one who has learned before."""
    for path in PUBLIC:
        await page.goto(path)
        yield Shown(path, page)
    await page.goto("/app/sign-in")
    await page.locator("[name=login]").fill("nobody")
    await page.locator("[name=password]").fill("wrong password")
    await page.locator("form[action='/app/sign-in'] button").click()
    await page.locator("[role=alert]").wait_for()
    yield Shown("a sign-in that is refused", page)
    await sign_in(page, demo.person())
    yield Shown("a start page without courses", page)
    async for shown in _course(page, demo):
        yield shown
    for path in PERSONAL:
        await page.goto(path)
        yield Shown(path, page)
    await page.goto("/app/account/password")
    for field in await page.locator("main input[type=password]").all():
        await field.fill("12345678")
    await page.locator("main form button.main").click()
    await page.locator("[role=alert]").first.wait_for()
    yield Shown("a form with faults", page)
    await page.context.clear_cookies()
    await sign_in(page, demo.named("employee"))
    yield Shown("a start page with courses", page)
    await page.goto("/app/results")
    yield Shown("results and certificates", page)
    await page.goto(await page.locator("a[href^='/app/certificates/']").first.get_attribute("href") or "")
    yield Shown("a certificate", page)
    async for name in homework_pages(page, demo):
        yield Shown(name, page)


async def _course(page: Page, demo: Demo) -> AsyncIterator[Shown]:
    await page.goto(f"/app/catalog/{demo.course}")
    yield Shown("a course before enrolling", page)
    await page.locator(f"form[action='/app/courses/{demo.course}/enroll'] button").click()
    await page.wait_for_url("**/app/courses/*")
    yield Shown("a topic with text", page)
    await page.goto(await page.locator(".outline a[href*='/topics/']").nth(1).get_attribute("href") or "")
    await page.locator("pdf-view[data-shown], pdf-view .alert").wait_for()
    yield Shown("a topic with a document and a video", page)
    await page.goto(await page.locator(".outline a[href*='/tests/lesson/']").first.get_attribute("href") or "")
    yield Shown("a test before it is begun", page)
    await page.locator("main form button.main").click()
    await page.locator("fieldset").first.wait_for()
    yield Shown("the questions of a test", page)
    await page.locator("test-sheet form button.main").click()
    await page.locator(".card.lead").wait_for()
    yield Shown("a result", page)
