"""Pages of the shop, for who keeps it."""

from collections.abc import AsyncIterator

from playwright.async_api import Page

from tests.browser.people import Demo
from tests.browser.visits import sign_in

SHOP = "/app/shop"


def a_ticket(demo: Demo, subject: str = "Не открывается урок") -> int:
    """Of the demo's first customer; its id."""
    customer = demo.admin.get("/api/users", params={"size": 1}).json()["items"][0]["id"]
    body = {"user_id": customer, "subject": subject, "message": "Видео не играет\nна телефоне"}
    made = demo.admin.post("/api/support-tickets", json=body)
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


async def shop_pages(page: Page, demo: Demo) -> AsyncIterator[str]:
    """What is open, one after the other."""
    await page.context.clear_cookies()
    await sign_in(page, demo.named("admin"))
    ticket = a_ticket(demo)
    paths = [SHOP, f"{SHOP}?from=2020-01-01&to=2020-01-02"]
    paths += [f"{SHOP}/{name}" for name in ("purchases", "lessons", "courses", "customers", "promo-codes", "tickets")]
    paths += [f"{SHOP}/{name}/1" for name in ("lessons", "courses", "customers", "promo-codes")]
    paths += [f"{SHOP}/{name}/new" for name in ("lessons", "courses", "promo-codes")]
    for path in (*paths, f"{SHOP}/tickets/{ticket}"):
        await page.goto(path)
        yield path
    await page.goto(f"{SHOP}/messages")
    yield "messages to customers"
    await page.goto(f"{SHOP}/messages/new")
    yield "a new message to customers"
    await page.locator("[name=text]").fill("Новый урок о клапанах")
    await page.locator("main form button.main").click()
    await page.locator("form[action$='/send'] button").wait_for()
    yield "a message before it is sent"
    await page.locator("form[action$='/send'] button").click()
    await page.wait_for_url("**?done=sent")
    yield "a message that is sent"
    await page.goto(f"{SHOP}/purchases?status=completed")
    await page.locator("td a[href$='/refund']").first.click()
    await page.locator("main form button.main").wait_for()
    yield "whether to refund"
    await page.goto(f"{SHOP}/promo-codes/new")
    await page.locator("[name=code]").fill("весна")
    await page.locator("[name=discount_percent]").fill("200")
    await page.locator("main form button.main").click()
    await page.locator("[role=alert]").wait_for()
    yield "a promo code with faults"
