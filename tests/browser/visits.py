"""Visits to the console: windows of a size and a theme, and whatever goes wrong on them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.async_api import Browser, Locator, Page, Request, ViewportSize

from tests.browser.people import Person

SECONDS = 30
"""What the slowest step may take beside other tests on a small machine."""

DESK, PHONE = 1440, 390
_OFFLINE = ("net::ERR_INTERNET_DISCONNECTED", "TypeError: Failed to fetch")
"""What is said of requests of a window that a test has taken off the network, of streams as well."""
_HEIGHTS = {DESK: 900, PHONE: 844}


@dataclass(frozen=True)
class Visits:
    browser: Browser
    url: str

    @asynccontextmanager
    async def page(
        self, *, width: int = DESK, theme: str = "light", scripts: bool = True, refused: Sequence[str] = ()
    ) -> AsyncIterator[Page]:
        """A window without cookies. A visit with an error in the console, which the content security policy writes to
        as well, or with a request to another host, fails; but for `refused`, paths that are not answered with 200.
        """
        context = await self.browser.new_context(
            base_url=self.url,
            viewport=ViewportSize(width=width, height=_HEIGHTS[width]),
            color_scheme="dark" if theme == "dark" else "light",
            locale="ru-RU",
            java_script_enabled=scripts,
            has_touch=width == PHONE,
        )
        context.set_default_timeout(SECONDS * 1000)
        page, faults = await context.new_page(), list[str]()
        _watch(page, self.url, refused, faults)
        try:
            yield page
        finally:
            await context.close()
        assert faults == [], faults


def _watch(page: Page, url: str, refused: Sequence[str], faults: list[str]) -> None:
    def requested(request: Request) -> None:
        if not request.url.startswith((f"{url}/", "data:", f"blob:{url}")):
            faults.append(f"asked another host: {request.url}")

    page.on("request", requested)
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on("crash", lambda _: faults.append("crashed"))
    page.on(
        "console",
        lambda told: (
            faults.append(f"{told.type} at {page.url}: {told.text}")
            if told.type in {"error", "warning"}
            and not any(each in told.text for each in _OFFLINE)
            and urlsplit(told.location["url"]).path not in refused
            else None
        ),
    )


async def sign_in(page: Page, person: Person) -> None:
    await page.goto("/app/sign-in")
    await page.locator("[name=login]").fill(person.username)
    await page.locator("[name=password]").fill(person.password)
    await page.locator("form[action='/app/sign-in'] button").click()
    await page.wait_for_url("**/app/")


async def until(element: Locator, holds: str) -> None:
    """Waits until a function of the element gives true (`wait_for_function` needs eval, which the policy forbids)."""
    async with asyncio.timeout(SECONDS):
        while not await element.evaluate(holds):
            await asyncio.sleep(0.05)
