"""An author writes a course: a program with lessons and topics, their order, and a text with its preview."""

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect
from pypdf import PdfWriter

from tests.browser.authoring_pages import COURSES
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.people import Demo
from tests.browser.visits import DESK, PHONE, SECONDS, Visits, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)


@pytest.mark.parametrize(
    ("width", "theme", "by_keyboard"),
    [(PHONE, "dark", False), (DESK, "light", True)],
    ids=["phone-dark", "keyboard-alone"],
)
async def test_a_course_is_written(visits: Visits, demo: Demo, width: int, theme: str, by_keyboard: bool) -> None:
    async with visits.page(width=width, theme=theme) as page:
        hands: Hands = Keyboard(page) if by_keyboard else Mouse()
        await sign_in(page, demo.person(role="instructor"))
        await _make_course(page, hands)
        await _write_program(page, hands)
        await _order(page, hands)
        await _write_topic(page, hands)


async def _make_course(page: Page, hands: Hands) -> None:
    await hands.press(page.get_by_role("navigation").get_by_role("link", name="Материалы"))
    await hands.press(page.get_by_role("link", name="Новый курс"))
    await hands.fill(page.get_by_label("Название"), f"Курс {uuid4().hex[:6]}")
    await hands.press(page.get_by_role("button", name="Создать курс"))
    await page.wait_for_url("**?done=added")
    await hands.fill(page.get_by_label("Название программы"), "Вводный инструктаж")
    await hands.press(page.get_by_role("button", name="Добавить программу"))
    await page.wait_for_url("**/programs/*?done=added")


async def _write_program(page: Page, hands: Hands) -> None:
    for lesson in ("Первый", "Второй"):
        await hands.fill(page.get_by_label("Название урока"), lesson)
        await hands.press(page.get_by_role("button", name="Добавить урок"))
        await expect(page.locator(".tree > li").last).to_have_attribute("data-name", lesson)
    for topic in ("Каска", "Перчатки"):
        await hands.fill(page.get_by_label("Новая тема").first, topic)
        await hands.press(page.get_by_role("button", name="Добавить тему в урок: Первый"))
        await expect(page.locator(".topics").first.locator("li").last).to_have_attribute("data-name", topic)


async def _order(page: Page, hands: Hands) -> None:
    await hands.press(page.get_by_role("button", name="Выше: Перчатки"))
    await expect(page.locator(".topics").first.locator(".name")).to_have_text(["Перчатки", "Каска"])
    if not isinstance(hands, Keyboard):
        return
    await hands.press(page.get_by_role("button", name="Переместить клавишами со стрелками: Каска"))
    async with page.expect_response("**/topics/order"):
        await page.keyboard.press("ArrowDown")
    await expect(page.locator("#told")).to_have_text("Каска: место 1 из 1")
    await page.reload()
    await expect(page.locator(".topics").first.locator(".name")).to_have_text(["Перчатки"])
    await expect(page.locator(".topics").last.locator(".name")).to_have_text(["Каска"])


async def _write_topic(page: Page, hands: Hands) -> None:
    await hands.press(page.get_by_role("link", name="Каска"))
    await page.wait_for_url(re.compile(r"/topics/\d+$"))
    await hands.fill(page.get_by_label("Текст (Markdown)"), "**Каску** носят все")
    await expect(page.locator("markdown-preview strong")).to_have_text("Каску")
    await hands.press(page.get_by_role("button", name="Сохранить"))
    await page.wait_for_url("**?done=saved")
    await hands.press(page.get_by_role("link", name="Посмотреть глазами учащегося"))
    await expect(page.locator("article strong")).to_have_text("Каску")


async def test_topics_are_dragged_to_another_lesson(visits: Visits, demo: Demo) -> None:
    async with visits.page() as page:
        await sign_in(page, demo.person(role="instructor"))
        await page.goto(f"{COURSES}/{await _course(page)}")
        await page.locator("[name=program_title]").fill("Программа")
        await page.locator("form[action$='/programs'] button").click()
        await page.wait_for_url("**/programs/*?done=added")
        hands = Mouse()
        await _write_program(page, hands)
        await _give_up(page)
        grip = page.get_by_role("button", name="Переместить клавишами со стрелками: Каска")
        async with page.expect_response("**/topics/order"):
            await grip.drag_to(page.locator(".topics").last)
        await page.reload()
        await expect(page.locator(".topics").last.locator(".name")).to_have_text(["Каска"])


async def _give_up(page: Page) -> None:
    """A drag that ends without a drop, as by Escape."""
    saved: list[str] = []
    page.on("request", lambda request: saved.append(request.method) if request.method == "PUT" else None)
    held = {"dataTransfer": await page.evaluate_handle("() => new DataTransfer()")}
    grip = page.get_by_role("button", name="Переместить клавишами со стрелками: Каска")
    await grip.dispatch_event("dragstart", held)
    await page.locator(".topics").last.dispatch_event("dragover", held)
    await expect(page.locator(".topics").last.locator(".name")).to_have_text(["Каска"])
    await grip.dispatch_event("dragend", held)
    await expect(page.locator(".topics").first.locator(".name")).to_have_text(["Каска", "Перчатки"])
    assert not saved


async def _course(page: Page) -> str:
    made = await page.request.post(
        "/app/api/courses", data={"title": "Курс"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    return str((await made.json())["id"])


async def test_who_saves_late_sees_both_texts_and_saves_again(visits: Visits, demo: Demo) -> None:
    async with visits.page() as page:
        await sign_in(page, demo.person(role="instructor"))
        await page.goto(f"{COURSES}/{demo.course}")
        await page.goto(await page.locator(".records a[href*='/programs/']").first.get_attribute("href") or "")
        topic = await page.locator(".topics a").nth(1).get_attribute("href") or ""
        async with visits.page(refused=(topic,)) as other:
            await sign_in(other, demo.person(role="instructor"))
            for each in (page, other):
                await each.goto(topic)
            await page.get_by_label("Текст (Markdown)").fill("Первый автор")
            await page.get_by_role("button", name="Сохранить").click()
            await page.wait_for_url("**?done=saved")
            await other.get_by_label("Текст (Markdown)").fill("Второй автор")
            await other.get_by_role("button", name="Сохранить").click()
            await expect(other.locator(".notice.warn")).to_contain_text("Первый автор")
            await expect(other.get_by_label("Текст (Markdown)")).to_have_value("Второй автор")
            await other.get_by_role("button", name="Сохранить").click()
            await other.wait_for_url("**?done=saved")


async def test_a_file_goes_on_after_a_break(visits: Visits, demo: Demo, tmp_path: Path) -> None:
    document = tmp_path / "Схема цеха.pdf"
    document.write_bytes(_pdf())
    broken: list[str] = []
    begun: list[str] = []

    async def break_off(route: Route) -> None:
        broken.append(urlsplit(route.request.url).path)
        await route.abort()

    async with visits.page(refused=broken) as page:
        await sign_in(page, demo.person(role="instructor"))
        await page.goto(await _new_topic(page))
        await expect(page.locator(".empty")).to_contain_text(["Здесь будут документы"])
        await page.route("**/files/signed/**", break_off)
        await page.locator("file-upload input[type=file]").set_input_files(document)
        await page.get_by_label("Что это").select_option("main_pdf")
        await page.get_by_role("button", name="Загрузить").click()
        await expect(page.locator(".sending .fault")).to_contain_text("Связь прервалась")
        await page.unroute("**/files/signed/**")
        await page.route("**/multipart/complete", break_off)
        await page.get_by_role("button", name="Продолжить").click()
        await expect(page.locator(".sending .fault")).to_contain_text("Связь прервалась")
        page.on("request", lambda request: begun.append(request.url) if request.url.endswith("multipart") else None)
        await page.unroute("**/multipart/complete")
        async with page.expect_request("**/multipart/complete"):
            await page.get_by_role("button", name="Продолжить").click()
        await expect(page.locator(".file strong")).to_have_text("Схема цеха.pdf")
        await page.get_by_role("link", name="Посмотреть глазами учащегося").click()
        await page.locator("pdf-view[data-shown]").wait_for()
    assert len(broken) == 5
    assert not begun, "what has arrived is not sent again"


def _pdf() -> bytes:
    writer, written = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(written)
    return written.getvalue()


async def _new_topic(page: Page) -> str:
    """Its address, in a course of its own."""
    course = {"course_id": await _course(page), "title": "Программа"}
    program = await _made(page, "/programs", course)
    lesson = await _made(page, "/lessons", {"course_program_id": program, "title": "Урок"})
    return f"/app/authoring/topics/{await _made(page, '/topics', {'lesson_id': lesson, 'title': 'Тема'})}"


async def test_a_test_is_written_by_keyboard_and_drawn_questions_are_chosen(visits: Visits, demo: Demo) -> None:
    async with visits.page(theme="dark") as page:
        hands = Keyboard(page)
        await sign_in(page, demo.person(role="instructor"))
        bank = await _made(page, "/question-banks", {"title": f"Банк {uuid4().hex[:6]}"})
        text = {"format": "gift", "text": "Что такое помпаж? {=Автоколебания ~Резонанс}"}
        await _made(page, f"/question-banks/{bank}/questions/import", text, key="ids")
        await page.goto(await _new_topic(page))
        await page.locator(".crumbs a").nth(1).click()
        await page.locator(".branch h2 a").click()
        await hands.press(page.get_by_role("link", name="Тест урока"))
        await hands.press(page.get_by_role("button", name="Один ответ"))
        await page.keyboard.type("Что носят все?")
        for number, answer in enumerate(("Каску", "Шляпу")):
            await hands.fill(page.get_by_label("Вариант ответа", exact=True).nth(number), answer)
        await page.get_by_label("Верный вариант").first.check()
        await page.get_by_label("Название").fill("Проверка")
        await page.get_by_role("button", name="Брать из банка").click()
        await page.get_by_label("Банк вопросов").select_option(str(bank))
        await page.get_by_role("button", name="Сохранить").last.click()
        await page.wait_for_url("**/test?done=saved")
        await expect(page.locator("textarea[name$='.text']").first).to_have_value("Что носят все?")
        await expect(page.get_by_label("Банк вопросов")).to_have_value(str(bank))


async def _made(page: Page, path: str, body: dict[str, object], *, key: str = "id") -> object:
    reply = await page.request.post(f"/app/api{path}", data=body, headers={"Sec-Fetch-Site": "same-origin"})
    assert reply.status == 201, await reply.text()
    return (await reply.json())[key]
