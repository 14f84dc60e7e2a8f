"""The pages of administration, as an administrator sees them, and those of support."""

from collections.abc import AsyncIterator

from playwright.async_api import Page

from tests.browser.people import Demo
from tests.browser.visits import sign_in


async def administration_pages(page: Page, demo: Demo) -> AsyncIterator[str]:
    """Opens one after the other; gives what each is."""
    await page.context.clear_cookies()
    await sign_in(page, demo.named("admin"))
    for path in (
        "people",
        "people?q=никого такого",
        "people/new",
        "audit",
        "audit?user_id=nobody-of-this-name",
        "jobs",
        "conference-accounts",
        "conference-accounts/new?provider=zoom",
        "settings",
        "health",
    ):
        await page.goto(f"/app/admin/{path}")
        yield f"/app/admin/{path}"
    await page.locator("main form.exports button.main").click()
    await page.locator("tbody tr").first.wait_for()
    yield "what the doctor says"
    await page.goto("/app/admin/audit")
    await page.locator("form[action$='/verify'] button").click()
    await page.locator("main [role=status]").wait_for()
    yield "an audit log that was verified"
    await page.goto("/app/admin/conference-accounts")
    await page.goto(await page.locator("tbody th a").first.get_attribute("href") or "")
    yield "a conference account"
    await page.goto("/app/admin/people?q=Лебедев")
    await page.goto(await page.locator("tbody th a").first.get_attribute("href") or "")
    yield "a person's account"
    person = page.url
    await page.context.clear_cookies()
    await sign_in(page, demo.person(role="support"))
    await page.goto(person)
    yield "a person's account as support sees it"
