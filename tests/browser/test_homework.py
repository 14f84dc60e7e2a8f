"""What a teacher and a student do with homework: set, publish, answer with text, choice and photo, mark, read."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Locator, Page, Route, expect

from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.homework_pages import GROUP, set_homework
from tests.browser.people import Demo
from tests.browser.visits import DESK, PHONE, SECONDS, Visits, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)

_KEPT = "**/app/api/submissions/*/answers"


def photo() -> FilePayload:
    target = io.BytesIO()
    Image.new("RGB", (320, 200), (40, 90, 160)).save(target, "JPEG")
    return FilePayload(name="схема.jpg", mimeType="image/jpeg", buffer=target.getvalue())


@asynccontextmanager
async def _signed_in(visits: Visits, demo: Demo, username: str, **how: object) -> AsyncIterator[Page]:
    async with visits.page(**how) as page:  # type: ignore[arg-type]
        await sign_in(page, demo.named(username))
        yield page


async def _build(page: Page, hands: Hands, title: str) -> str:
    """Two questions, of which the second one is written first; the path of the homework."""
    await page.goto("/app/homework")
    await hands.press(page.get_by_role("link", name="Новое домашнее задание"))
    await expect(page.locator("#field-group_id option:checked")).to_have_text(GROUP)
    await hands.fill(page.locator("[name=title]"), title)
    await hands.press(page.get_by_role("button", name="Дальше, к вопросам"))
    await page.wait_for_url("**/edit?done=made")
    await hands.press(page.get_by_role("button", name="+ Текст"))
    await hands.fill(page.locator(".question-card").nth(0).locator("textarea"), "Нарисуйте схему и поясните её")
    await _tick(hands, page.locator(".question-card").nth(0).locator("[name$='.files']"))
    await hands.fill(page.locator(".question-card").nth(0).locator("[name$='.points']"), "5")
    await hands.press(page.get_by_role("button", name="+ Один ответ"))
    choice = page.locator(".question-card").nth(1)
    await hands.fill(choice.locator("textarea"), "Что такое помпаж?")
    for number, text in enumerate(("Автоколебания потока", "Резонанс ротора")):
        await hands.fill(choice.locator(".choice-row input[type=text]").nth(number), text)
    await _tick(hands, choice.locator("input[type=radio]").first)
    await hands.press(choice.get_by_role("button", name="Выше"))
    await expect(page.locator(".question-card").nth(0).locator("textarea")).to_have_value("Что такое помпаж?")
    await expect(page.locator("homework-builder output")).to_have_text("Сохранено")
    await page.reload()
    await expect(page.locator(".question-card textarea").nth(1)).to_have_value("Нарисуйте схему и поясните её")
    return page.url.partition("/edit")[0]


async def _tick(hands: Hands, option: Locator) -> None:
    await (hands.fill(option, " ") if isinstance(hands, Keyboard) else hands.choose(option))


@pytest.mark.parametrize(
    ("width", "theme", "by_keyboard"), [(DESK, "light", False), (DESK, "dark", True)], ids=["mouse", "keyboard-alone"]
)
async def test_homework_is_built_answered_marked_and_read(
    visits: Visits, demo: Demo, width: int, theme: str, by_keyboard: bool
) -> None:
    title = f"Помпаж {uuid4().hex[:6]}"
    async with _signed_in(visits, demo, "teacher", width=width, theme=theme) as teacher:
        hands = Keyboard(teacher) if by_keyboard else Mouse()
        path = await _build(teacher, hands, title)
        await hands.press(teacher.get_by_role("link", name="К выдаче"))
        await hands.press(teacher.locator("form[action$='/publish'] button"))
        await expect(teacher.get_by_role("status").first).to_contain_text("Задание выдано")
        async with _signed_in(visits, demo, "student", width=PHONE, theme="dark") as student:
            await _answer(student, path)
        async with _signed_in(visits, demo, "student") as student:
            number = path.rpartition("/")[2]
            await teacher.goto(f"/app/marking?homework_id={number}")
            await hands.press(teacher.get_by_role("link", name="Начать с первой работы"))
            await expect(teacher.locator(".shot img")).to_be_visible()
            await expect(teacher.locator("input[name^='grade-']")).to_be_focused()
            await teacher.keyboard.type("4,5")
            await teacher.keyboard.press("Tab")
            await teacher.keyboard.type("Хорошая схема")
            await teacher.keyboard.press("Control+Enter")
            await teacher.wait_for_url("**/app/marking?done=marked")
            await student.goto(path)
            await expect(student.locator(".result")).to_contain_text("5,5")
            await expect(student.locator(".comment")).to_contain_text("Хорошая схема")


async def _answer(page: Page, path: str) -> None:
    await page.goto(path)
    await page.get_by_role("button", name="Начать").click()
    async with page.expect_response(_KEPT) as kept:
        await page.get_by_label("Автоколебания потока").check()
    assert (await kept.value).ok
    await page.locator("textarea").fill("Поток срывается с лопаток")
    await page.locator("input[type=file]").set_input_files(photo())
    await expect(page.locator(".files li[data-id] a")).to_have_text("схема.jpg")
    await expect(page.locator("homework-sheet output")).to_have_text("Все ответы сохранены")
    await page.reload()
    await expect(page.locator("textarea")).to_have_value("Поток срывается с лопаток")
    await page.get_by_role("button", name="Проверить и сдать").click()
    await expect(page.locator(".shot img")).to_be_visible()
    await page.get_by_role("button", name="Сдать", exact=True).click()
    await expect(page.get_by_text("Работа у преподавателя")).to_be_visible()


async def _set(demo: Demo, visits: Visits, *texts: str) -> str:
    """Published by the teacher for the student's group; the path."""
    async with _signed_in(visits, demo, "teacher") as page:
        return await set_homework(page, *texts)


async def test_what_is_written_without_a_connection_is_kept_when_it_is_back(visits: Visits, demo: Demo) -> None:
    path = await _set(demo, visits, "Опишите пуск", "Опишите останов")
    async with _signed_in(visits, demo, "student") as page:
        await page.goto(path)
        await page.get_by_role("button", name="Начать").click()
        await page.locator("homework-sheet").wait_for()
        await page.context.set_offline(True)
        await page.locator("textarea").first.fill("Пуск: прокрутка, розжиг, прогрев")
        await page.locator("input[type=file]").first.set_input_files(photo())
        await expect(page.locator("homework-sheet output")).to_contain_text("Нет связи")
        await expect(page.locator(".files li [role=status]")).to_have_text("ждёт связи")
        await page.get_by_role("button", name="Проверить и сдать").click()
        await expect(page.locator("textarea").first).to_have_value("Пуск: прокрутка, розжиг, прогрев")
        await page.context.set_offline(False)
        await expect(page.locator(".files li[data-id]")).to_have_count(1)
        await expect(page.locator("homework-sheet output")).to_contain_text(re.compile("сохранены"))
        await page.reload()
        await expect(page.locator("textarea").first).to_have_value("Пуск: прокрутка, розжиг, прогрев")


async def test_files_that_are_being_sent_are_not_left(visits: Visits, demo: Demo) -> None:
    path = await _set(demo, visits, "Опишите пуск")
    async with _signed_in(visits, demo, "student") as page:
        await page.goto(path)
        await page.get_by_role("button", name="Начать").click()
        await page.locator("homework-sheet").wait_for()
        begun, may_go_on = asyncio.Event(), asyncio.Event()

        async def hold_up(route: Route) -> None:
            begun.set()
            await may_go_on.wait()
            await route.continue_()

        await page.route("**/app/api/submissions/*/files", hold_up)
        await page.locator("input[type=file]").first.set_input_files(photo())
        await begun.wait()
        await page.get_by_role("button", name="Проверить и сдать").click()
        await expect(page.locator("homework-sheet output")).to_have_text("Дождитесь, пока файлы отправятся.")
        may_go_on.set()
        await expect(page.locator(".files li[data-id]")).to_have_count(1)
        await page.get_by_role("button", name="Проверить и сдать").click()
        await expect(page.get_by_role("button", name="Сдать", exact=True)).to_be_visible()


async def test_what_was_written_without_a_connection_is_there_in_the_next_visit(visits: Visits, demo: Demo) -> None:
    path = await _set(demo, visits, "Опишите пуск")
    async with _signed_in(visits, demo, "student") as page:
        await page.goto(path)
        await page.get_by_role("button", name="Начать").click()
        await page.locator("homework-sheet").wait_for()
        await page.context.set_offline(True)
        await page.locator("textarea").fill("Написано без связи")
        await expect(page.locator("homework-sheet output")).to_contain_text("Нет связи")
        await page.goto("about:blank")
        await page.context.set_offline(False)
        await page.goto(path)
        await expect(page.locator("textarea")).to_have_value("Написано без связи")
        await expect(page.locator("homework-sheet output")).to_have_text("Все ответы сохранены")


async def test_the_next_submission_is_a_key_away(visits: Visits, demo: Demo) -> None:
    path = await _set(demo, visits, "Опишите пуск")
    async with _signed_in(visits, demo, "student") as page:
        await page.goto(path)
        await page.get_by_role("button", name="Начать").click()
        await page.get_by_role("button", name="Проверить и сдать").click()
        await page.get_by_role("button", name="Сдать", exact=True).click()
        await expect(page.get_by_text("Работа у преподавателя")).to_be_visible()
    async with _signed_in(visits, demo, "teacher", refused=["/app/api/health"]) as page:
        await page.goto("/app/marking")
        await page.get_by_role("link", name="Начать с первой работы").click()
        await page.wait_for_url("**/app/submissions/*")
        first = page.url
        await page.keyboard.press("Control+ArrowDown")
        await page.wait_for_url(lambda url: url != first)
        await expect(page.locator("input[name^='grade-']").first).to_be_focused()
        await page.context.set_offline(True)
        await page.keyboard.type("1")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#told")).to_contain_text("Нет связи")
        await expect(page.locator("input[name^='grade-']").first).to_have_value("1")
        await page.context.set_offline(False)
        second = page.url
        await page.keyboard.press("Control+Enter")
        await page.wait_for_url(lambda url: url != second)
        await expect(page.get_by_text("Предыдущая работа проверена")).to_be_visible()


async def _drag(page: Page, held: Locator, onto: Locator) -> None:
    """As a hand does, in small steps."""
    await held.evaluate("held => held.scrollIntoView()")
    start, end = await held.bounding_box(), await onto.bounding_box()
    assert start
    assert end
    await page.mouse.move(start["x"] + 4, start["y"] + 8)
    await page.mouse.down()
    for step in range(1, 21):
        await page.mouse.move(start["x"] + 4 + step, start["y"] + 8 + (end["y"] - start["y"]) * step / 20)
    await page.mouse.up()


async def test_a_question_is_moved_by_drag(visits: Visits, demo: Demo) -> None:
    path = await _set(demo, visits, "Первый", "Второй", "Третий")
    async with _signed_in(visits, demo, "teacher") as page:
        await page.goto(f"{path}/edit")
        cards = page.locator(".question-card")
        await _drag(page, cards.nth(0).locator(".grip"), cards.nth(2).locator("legend"))
        await expect(cards.locator("textarea").nth(2)).to_have_value("Первый")
        await expect(cards.locator(".ordinal").nth(2)).to_have_text("3")
        await expect(page.locator("homework-builder output")).to_have_text("Сохранено")
        await page.reload()
        await expect(cards.locator("textarea").first).to_have_value("Второй")


async def test_a_student_answers_without_javascript(visits: Visits, demo: Demo) -> None:
    path = await _set(demo, visits, "Опишите пуск")
    async with _signed_in(visits, demo, "student", scripts=False) as page:
        await page.goto(path)
        await page.get_by_role("button", name="Начать").click()
        await page.locator("textarea").fill("Прокрутка, розжиг")
        await page.get_by_role("button", name="Сохранить").click()
        await page.locator("input[type=file]").set_input_files(photo())
        await page.get_by_role("button", name="Отправить").click()
        await expect(page.locator(".files a")).to_have_text("схема.jpg")
        await expect(page.locator("textarea")).to_have_value("Прокрутка, розжиг")
        await page.get_by_role("button", name="Проверить и сдать").click()
        await page.get_by_role("button", name="Сдать", exact=True).click()
        await expect(page.get_by_text("Работа у преподавателя")).to_be_visible()
