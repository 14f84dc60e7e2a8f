"""What a shop's keeper does at the console: sells a new lesson in a course, answers a customer, refunds."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.browser.hands import Keyboard, Mouse
from tests.browser.people import Demo
from tests.browser.shop_pages import SHOP, a_ticket
from tests.browser.visits import DESK, PHONE, SECONDS, Visits, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)


@pytest.mark.parametrize(
    ("width", "theme", "by_keyboard"), [(PHONE, "dark", False), (DESK, "light", True)], ids=["phone", "keyboard-alone"]
)
async def test_a_lesson_is_sold_in_a_course(
    visits: Visits, demo: Demo, width: int, theme: str, by_keyboard: bool
) -> None:
    name = uuid4().hex[:6]
    async with visits.page(width=width, theme=theme) as page:
        hands = Keyboard(page) if by_keyboard else Mouse()
        await sign_in(page, demo.named("admin"))
        await hands.press(page.get_by_role("button", name="Ещё", exact=True))
        await hands.press(page.get_by_role("link", name="Магазин"))
        await hands.press(page.get_by_role("link", name="Уроки в продаже"))
        await hands.press(page.get_by_role("link", name="Добавить урок"))
        await hands.fill(page.locator("[name=title]"), f"Клапан {name}")
        await hands.fill(page.locator("[name=price]"), "120")
        await hands.press(page.get_by_role("button", name="Добавить"))
        await expect(page.get_by_role("status").first).to_contain_text("Добавлено")
        await page.goto(f"{SHOP}/courses/new")
        await hands.fill(page.locator("[name=title]"), f"Арматура {name}")
        await hands.fill(page.locator("[name=total_price]"), "300")
        await hands.press(page.get_by_role("button", name="Добавить"))
        await page.wait_for_url("**?done=added")
        await hands.fill(page.locator("[name=q]"), name)
        await hands.press(page.get_by_role("button", name="Найти"))
        await expect(page.locator("[name=lesson] option")).to_have_text(f"Клапан {name}")
        await hands.press(page.locator("button[name=how][value=add]"))
        await expect(page.locator(".ordered a")).to_have_text(f"Клапан {name}")


async def test_a_customer_gets_an_answer_without_a_script(visits: Visits, demo: Demo) -> None:
    ticket = a_ticket(demo)
    async with visits.page(scripts=False) as page:
        await sign_in(page, demo.named("admin"))
        await page.goto(f"{SHOP}/tickets/{ticket}")
        await page.locator("[name=admin_response]").fill("Обновите приложение")
        await page.get_by_role("button", name="Отправить ответ").click()
        await expect(page.get_by_role("status").first).to_contain_text("Ответ уйдёт")
        await expect(page.locator(".thread .own")).to_contain_text("Обновите приложение")
        assert demo.admin.get(f"/api/support-tickets/{ticket}").json()["status"] == "closed"


@pytest.mark.parametrize(
    ("width", "theme", "by_keyboard"), [(PHONE, "light", False), (DESK, "dark", True)], ids=["phone", "keyboard-alone"]
)
async def test_a_message_goes_to_customers_and_its_page_says_when_it_is_done(
    visits: Visits, demo: Demo, width: int, theme: str, by_keyboard: bool
) -> None:
    name = uuid4().hex[:6]
    async with visits.page(width=width, theme=theme) as page:
        hands = Keyboard(page) if by_keyboard else Mouse()
        await sign_in(page, demo.named("admin"))
        await page.goto(f"{SHOP}/messages")
        await hands.press(page.get_by_role("link", name="Написать сообщение"))
        await hands.fill(page.locator("[name=text]"), f"Новый урок {name}")
        await hands.press(page.locator("main form button.main"))
        await hands.press(page.locator("form[action$='/send'] button"))
        await page.wait_for_url("**?done=sent")
        await expect(page.locator("#facts")).to_contain_text("Отправляется")
        opened = await page.evaluate("performance.timeOrigin")
        await expect(page.locator("#facts")).to_contain_text("Отправлено", timeout=30_000)
        await expect(page.locator("#stop")).to_have_count(0)
        await expect(page.locator("#recipients li").first).to_contain_text("Получили")
        assert await page.evaluate("performance.timeOrigin") == opened, "without loading the page anew"
        await page.goto(f"{SHOP}/messages")
        await expect(page.get_by_role("row").filter(has_text=name)).to_contain_text("Отправлено")


async def test_the_video_of_a_lesson_is_uploaded_for_its_buyers(visits: Visits, demo: Demo, tmp_path: Path) -> None:
    video = tmp_path / "Клапан.MP4"
    video.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"x" * 100_000)
    made = demo.admin.post("/api/lessons", json={"title": f"Клапан {uuid4().hex[:6]}", "price": 10})
    lesson = made.json()["id"]
    async with visits.page() as page:
        await sign_in(page, demo.named("admin"))
        await page.goto(f"{SHOP}/lessons/{lesson}")
        await page.locator("file-upload input[type=file]").set_input_files(video)
        await page.get_by_role("button", name="Загрузить").click()
        await expect(page.locator("[name=video_path]")).to_have_value(re.compile(rf"shop/lessons/{lesson}/.+\.mp4"))
        key = await page.locator("[name=video_path]").input_value()
    assert demo.admin.get(f"/files/stream/{key}").content == video.read_bytes()
    async with visits.page(scripts=False) as page:
        await sign_in(page, demo.named("admin"))
        await page.goto(f"{SHOP}/lessons/{lesson}")
        await expect(page.locator("file-upload")).to_be_hidden()
