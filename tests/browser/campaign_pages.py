"""Pages of campaigns, for marketers."""

from collections.abc import AsyncIterator

from playwright.async_api import Page

from tests.browser.people import Demo
from tests.browser.visits import sign_in

CAMPAIGNS = "/app/campaigns"


async def campaign_pages(page: Page, demo: Demo) -> AsyncIterator[str]:
    """What is open, one after the other."""
    await page.context.clear_cookies()
    await sign_in(page, demo.person(role="marketing"))
    one = f"{CAMPAIGNS}/default"
    assets = [f"{one}/assets", f"{one}/assets/1"]
    for path in (
        CAMPAIGNS,
        one,
        f"{one}?from=2020-01-01&to=2020-01-02",
        *assets,
        f"{one}/participants",
        f"{one}/promo-codes",
    ):
        await page.goto(path)
        yield path
    await page.goto(f"{CAMPAIGNS}/empty/assets")
    yield "a campaign without assets"
    await page.locator("[name=name]").fill("Насос")
    await page.locator("[name=slug]").fill("два слова")
    await page.locator("main form button.main").click()
    await page.locator("[role=alert]").wait_for()
    yield "an asset with faults"
