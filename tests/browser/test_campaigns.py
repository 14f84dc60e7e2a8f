"""What a marketer does at the console: begins a campaign, adds what is looked at, and redeems a code."""

from uuid import uuid4

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.campaign_pages import CAMPAIGNS
from tests.browser.hands import Keyboard, Mouse
from tests.browser.people import Demo
from tests.browser.visits import DESK, PHONE, SECONDS, Visits, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)


@pytest.mark.parametrize(
    ("width", "theme", "by_keyboard"), [(PHONE, "light", False), (DESK, "dark", True)], ids=["phone", "keyboard-alone"]
)
async def test_a_campaign_from_its_first_asset_to_a_redeemed_code(
    visits: Visits, demo: Demo, width: int, theme: str, by_keyboard: bool
) -> None:
    name = f"expo-{uuid4().hex[:6]}"
    async with visits.page(width=width, theme=theme) as page:
        hands = Keyboard(page) if by_keyboard else Mouse()
        await sign_in(page, demo.person(role="marketing"))
        await hands.press(page.get_by_role("link", name="Кампании"))
        await hands.fill(page.locator("[name=name]"), name)
        await hands.press(page.get_by_role("button", name="Дальше, к экспонатам"))
        await page.wait_for_url(f"**/{name}/assets")
        await hands.fill(page.locator("[name=name]"), "Насос")
        await hands.fill(page.locator("[name=slug]"), f"{name}-pump")
        await hands.press(page.get_by_role("button", name="Добавить"))
        await expect(page.get_by_role("img", name="QR-код: Насос")).to_have_js_property("complete", True)
        assert await page.get_by_role("img", name="QR-код: Насос").evaluate("image => image.naturalWidth") > 0
        async with page.expect_download() as download:
            await hands.press(page.get_by_role("link", name="Скачать QR-код"))
        assert (await download.value).suggested_filename == f"{name}-pump.svg"
        with httpx.Client(base_url=demo.url) as visitor:
            session = visitor.post("/session/start/", json={"campaign": name}).json()["session_id"]
            code = visitor.post("/view/", json={"session_id": session, "asset_slug": f"{name}-pump"}).json()[
                "promo_code"
            ]
        await page.goto(f"{CAMPAIGNS}/{name}")
        await expect(page.locator(".ordered").get_by_text("1 · 100 %").first).to_be_visible()
        await page.goto(f"{CAMPAIGNS}/{name}/promo-codes")
        await hands.fill(page.locator("[name=code]"), code.lower())
        await hands.press(page.get_by_role("button", name="Погасить"))
        await expect(page.get_by_role("status").first).to_contain_text("Код погашен")
