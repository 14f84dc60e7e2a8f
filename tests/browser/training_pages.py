"""The pages of the training department, as an administrator sees them."""

from collections.abc import AsyncIterator

from playwright.async_api import Page

from tests.browser.people import Demo
from tests.browser.visits import sign_in


async def training_pages(page: Page, demo: Demo) -> AsyncIterator[str]:
    """Opens one after the other; gives what each is."""
    await page.context.clear_cookies()
    await sign_in(page, demo.named("admin"))
    for path in (
        *("people", "people?q=никого такого", "late", "late?whole=true&q=Лебедев", "late?reminded=-1"),
        *(
            "assignments",
            "assignments?ended=true",
            "assignments/new",
            "reminders",
            "matrix",
            "certificates",
            "managers",
        ),
    ):
        await page.goto(f"/app/training/{path}")
        yield f"/app/training/{path}"
    await page.goto("/app/training/people?q=Лебедев")
    person = await page.locator("tbody th a").first.get_attribute("href") or ""
    await page.goto(person)
    yield "a person's trainings"
    await page.goto(person.replace("/people/", "/managers/"))
    yield "what a manager leads"
    await page.goto(f"/app/training/assignments/new?user_id={person.rpartition('/')[2]}")
    await page.locator("[name=due_days]").evaluate("field => { field.type = 'text'; field.value = 'x' }")
    await page.locator("main form button.main").click()
    await page.locator("[role=alert]").first.wait_for()
    yield "an assignment with faults"
    await page.locator("[name=course_id]").select_option(index=1)
    await page.locator("[name=due_days]").fill("30")
    await page.locator("main form button.main").click()
    await page.locator("dl.facts").wait_for()
    await page.locator("details summary").click()
    yield "a standing assignment"
    await page.goto("/app/training/certificates")
    await page.goto(await page.locator("tbody th a").first.get_attribute("href") or "")
    await page.locator("details summary").click()
    yield "an issued certificate"
