"""An administrator makes an account; support helps its owner to sign in; who did it stands in the audit log."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.browser.hands import Keyboard, Mouse
from tests.browser.people import Demo
from tests.browser.visits import DESK, PHONE, SECONDS, Visits, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)


@pytest.mark.parametrize(
    ("width", "scripts", "by_keyboard"),
    [(DESK, True, True), (PHONE, True, False), (DESK, False, False)],
    ids=["keyboard-alone", "phone", "without-scripts"],
)
async def test_an_account_is_made_and_its_owner_is_helped(
    visits: Visits, demo: Demo, width: int, scripts: bool, by_keyboard: bool
) -> None:
    username = f"fitter-{uuid4().hex[:8]}"
    async with visits.page(width=width, scripts=scripts) as page:
        hands = Keyboard(page) if by_keyboard else Mouse()
        await sign_in(page, demo.named("admin"))
        await page.goto("/app/admin/people")
        await hands.press(page.get_by_role("link", name="Новый человек"))
        await page.wait_for_url("**/people/new")
        await hands.fill(page.get_by_label("Имя пользователя"), username)
        await hands.fill(page.locator("#field-full_name"), "Пётр Слесарев")
        await hands.fill(page.get_by_label("Почта"), f"{username}@example.com")
        await hands.press(page.get_by_role("button", name="Создать учётную запись"))
        await page.wait_for_url("**?done=invited")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Пётр Слесарев")
        person = page.url.partition("?")[0]
    async with visits.page(width=width, scripts=scripts) as page:
        hands = Keyboard(page) if by_keyboard else Mouse()
        await sign_in(page, demo.person(role="support"))
        await page.goto(person)
        await expect(page.get_by_role("button", name="Отключить")).to_have_count(0)
        await hands.press(page.get_by_role("button", name="Отправить ссылку для установки пароля"))
        await page.wait_for_url("**?done=link")
    async with visits.page(width=width, scripts=scripts) as page:
        await sign_in(page, demo.named("admin"))
        await page.goto(f"/app/admin/audit?user_id={username}")
        await expect(page.locator("tbody tr")).to_have_count(3)
        await expect(page.locator("tbody tr").first).to_contain_text(
            re.compile("Отправлена ссылка.*visitor-", re.DOTALL)
        )
