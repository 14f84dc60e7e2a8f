"""A teacher's week: planned and moved with a mouse and by the keyboard, started, and entered by a student."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from atg_entrypoints.console.pages import static_files
from tests.browser.classes import Class, a_class, next_monday
from tests.browser.hands import Keyboard
from tests.browser.people import Demo
from tests.browser.visits import DESK, PHONE, SECONDS, Visits, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)

_HOUR = timedelta(hours=1)


@pytest.fixture
def room(demo: Demo) -> Iterator[Class]:
    with a_class(demo) as made:
        yield made


def _week(day: datetime, view: str = "week") -> str:
    return f"/app/calendar?view={view}&day={day.date().isoformat()}"


async def _open(page: Page, address: str) -> None:
    await page.goto(address)
    await page.locator("lesson-calendar.ready").wait_for()


def _event(page: Page, title: str) -> Locator:
    return page.locator(".lesson-event", has_text=title)


async def _drag(page: Page, event: Locator, *, hours: float) -> None:
    """Down, by hours as tall as those of the event, which takes an hour and a half."""
    box = await event.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + 12
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x, y + 10, steps=3)
    await page.mouse.move(x, y + box["height"] / 1.5 * hours, steps=10)
    await page.mouse.up()


async def test_a_teacher_plans_by_a_click_and_moves_by_dragging(visits: Visits, room: Class) -> None:
    monday, refused = next_monday(9), list[str]()
    async with visits.page(refused=refused) as page:
        await sign_in(page, room.teacher)
        await _open(page, _week(monday))
        await expect(page.locator(".shown-now")).to_contain_text(re.compile("верхняя неделя|нижняя неделя"))
        box = await page.locator("lesson-calendar").bounding_box()
        assert box
        await page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.4)
        dialog = page.locator("#details")
        await dialog.get_by_label("Тема занятия").fill("Помпаж")
        await expect(dialog.get_by_label("Повторять", exact=True)).to_have_value("")
        await dialog.get_by_role("button", name="Запланировать").click()
        await expect(dialog.get_by_role("heading", name="Помпаж")).to_be_visible()
        await page.keyboard.press("Escape")
        lesson = room.asked("GET", f"/schedule/lessons?group_id={room.group}")["items"][0]
        path = f"/app/api/schedule/lessons/{lesson['id']}"
        refused.append(path)
        async with page.expect_response(f"**{path}") as moved:
            await _drag(page, _event(page, "Помпаж"), hours=2)
        assert (await moved.value).ok
        await expect(page.locator("#told")).to_have_text("Занятие перенесено")
        now = room.asked("GET", f"/schedule/lessons/{lesson['id']}")
        assert _moment(now["start_time"]) - _moment(lesson["start_time"]) == 2 * _HOUR
        assert _moment(now["end_time"]) - _moment(now["start_time"]) == 1.5 * _HOUR


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_lesson_that_may_not_be_moved_goes_back_and_it_is_said_why(visits: Visits, room: Class) -> None:
    monday, refused = next_monday(9), list[str]()
    first, second = room.lesson(monday, title="Первые"), room.lesson(monday + 3 * _HOUR, title="Вторые")
    refused.append(f"/app/api/schedule/lessons/{first['id']}")
    async with visits.page(refused=refused) as page:
        await sign_in(page, room.teacher)
        await _open(page, _week(monday))
        ask = page.locator("#overlap")
        await _drag(page, _event(page, "Первые"), hours=3)
        await ask.get_by_role("button", name="Оставить на прежнем месте").click()
        await expect(_event(page, "Первые")).to_contain_text("09:00")
        await _drag(page, _event(page, "Первые"), hours=3)
        await ask.get_by_role("button", name="Всё равно перенести").click()
        await expect(page.locator("#told")).to_have_text("Занятие перенесено")
        assert room.asked("GET", f"/schedule/lessons/{first['id']}")["start_time"] == second["start_time"]
        body = {"start_time": (monday - _HOUR).isoformat(), "end_time": monday.isoformat(), "allow_overlap": True}
        room.asked("PUT", f"/schedule/lessons/{first['id']}", json=body)
        await _drag(page, _event(page, "Первые"), hours=2)
        await expect(page.locator("#told")).to_contain_text("уже изменил кто-то другой")
        await expect(_event(page, "Первые")).to_contain_text("08:00")
        refused.append(f"/app/api/schedule/lessons/{second['id']}")
        await page.context.set_offline(True)
        await _drag(page, _event(page, "Вторые"), hours=2)
        await expect(page.locator("#told")).to_have_text("Нет связи. Занятие осталось на прежнем месте.")
        await page.context.set_offline(False)
        await expect(_event(page, "Вторые")).to_contain_text("12:00")


async def test_a_lesson_is_planned_moved_and_cancelled_by_the_keyboard_alone(visits: Visits, room: Class) -> None:
    monday = next_monday(9)
    async with visits.page() as page:
        hands = Keyboard(page)
        await sign_in(page, room.teacher)
        await _open(page, _week(monday))
        await hands.press(page.get_by_role("link", name="Запланировать урок").first)
        dialog = page.locator("#details")
        await expect(dialog.get_by_label("Тема занятия")).to_be_focused()
        await page.keyboard.type("Пуск ГПА")
        await _type_time(page, dialog.get_by_label("С", exact=True), "0900AM")
        await _type_time(page, dialog.get_by_label("До", exact=True), "1000AM")
        await hands.press(dialog.get_by_role("button", name="Запланировать"))
        await expect(dialog.get_by_role("heading", name="Пуск ГПА")).to_be_visible()
        await page.keyboard.press("Escape")
        await hands.press(_event(page, "Пуск ГПА"))
        await hands.press(dialog.locator("summary", has_text="Перенести"))
        await _type_time(page, dialog.get_by_label("До", exact=True), "1145AM")
        await hands.press(dialog.get_by_role("button", name="Сохранить"))
        await expect(dialog.locator(".when")).to_contain_text("09:00–11:45")
        await hands.press(dialog.get_by_role("button", name="Отменить"))
        await expect(dialog.get_by_role("button", name="Всё-таки провести")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(_event(page, "Пуск ГПА")).to_have_count(0)


async def _type_time(page: Page, field: Locator, text: str) -> None:
    """Hours, minutes, and what half of the day it is, where the browser asks for that."""
    await field.focus()
    await page.keyboard.type(text)


async def test_a_rule_is_planned_in_the_same_dialog_and_one_day_of_it_moved(visits: Visits, room: Class) -> None:
    monday = next_monday(9)
    async with visits.page() as page:
        await sign_in(page, room.teacher)
        await _open(page, _week(monday))
        await page.get_by_role("link", name="Запланировать урок").first.click()
        dialog = page.locator("#details")
        await dialog.get_by_label("Тема занятия").fill("Турбины")
        await dialog.get_by_label("С", exact=True).fill("09:00")
        await dialog.get_by_label("До", exact=True).fill("10:30")
        await expect(dialog.get_by_label("День недели")).to_be_hidden()
        await dialog.get_by_label("Повторять", exact=True).select_option("Каждую неделю")
        await expect(dialog.get_by_label("День недели")).to_have_value("0")
        await dialog.get_by_role("button", name="Запланировать").click()
        await page.wait_for_url("**/app/rules/*")
        await expect(page.get_by_role("heading", name="Турбины", level=1)).to_be_visible()
        await _open(page, _week(monday))
        async with page.expect_response("**/exceptions") as moved:
            await _drag(page, _event(page, "Турбины"), hours=1)
        assert (await moved.value).status == 201
        await expect(_event(page, "Турбины")).to_contain_text("10:00")
        await _open(page, _week(monday + timedelta(days=7)))
        await expect(_event(page, "Турбины")).to_contain_text("09:00")


@pytest.mark.parametrize("width", [DESK, PHONE])
async def test_a_teacher_starts_a_lesson_and_a_student_enters_it(visits: Visits, room: Class, width: int) -> None:
    now = datetime.now(UTC)
    lesson = room.lesson(now, title="Сейчас")
    async with visits.page(width=width) as page, visits.page(width=PHONE, theme="dark") as phone:
        await sign_in(page, room.teacher)
        await sign_in(phone, room.student)
        await phone.goto("/app/calendar")
        row = phone.locator(".lesson-row", has_text="Сейчас")
        await expect(row).to_be_visible()
        await expect(phone.locator("lesson-calendar")).to_be_hidden()
        await expect(row.get_by_role("link", name="Войти")).to_have_count(0)
        if width == DESK:
            await _open(page, "/app/calendar")
            await _event(page, "Сейчас").first.click()  # two where it goes past midnight
        else:
            await page.goto("/app/calendar")
            await page.get_by_role("link", name="Сейчас").click()
        start = page.get_by_role("button", name="Начать урок")
        await expect(start).to_have_accessible_description(re.compile(r"Свободно мест: \d из 3"))
        async with page.context.expect_page() as opened:
            await start.click()
        window = await opened.value
        await window.wait_for_url("**/meet?token=*")
        await expect(page.get_by_role("link", name="Открыть комнату").first).to_be_visible()
        # What arrives by itself tells the page so; see `lesson-changed`.
        await phone.evaluate("document.dispatchEvent(new CustomEvent('lesson-changed'))")
        await expect(row.get_by_role("link", name="Войти")).to_have_attribute("href", re.compile(r"^/meet\?token="))
        await row.get_by_role("link", name="Сейчас").click()
        await expect(phone.get_by_role("link", name="Войти")).to_be_visible()
        await page.goto(f"/app/lessons/{lesson['id']}")
        await page.locator("label[title='Опоздание']").click()
        await page.get_by_role("button", name="Сохранить", exact=True).click()
        await expect(page.get_by_text("отмечено 1 из 1")).to_be_visible()
        await page.get_by_role("button", name="Завершить урок").click()
        await expect(page.locator(".when")).to_contain_text("Завершено")
        await phone.evaluate("document.dispatchEvent(new CustomEvent('lesson-changed'))")
        await expect(phone.get_by_role("link", name="Войти")).to_have_count(0)


async def test_without_javascript_a_lesson_is_planned_moved_and_started(visits: Visits, room: Class) -> None:
    async with visits.page(scripts=False) as page:
        await sign_in(page, room.teacher)
        await page.goto("/app/calendar")
        await page.get_by_role("link", name="Запланировать урок").first.click()
        now = datetime.now(UTC)
        await page.get_by_label("Тема занятия").fill("Без скриптов")
        await page.get_by_label("День", exact=True).fill(now.date().isoformat())
        await page.get_by_label("С", exact=True).fill(f"{now:%H:%M}")
        await page.get_by_label("До", exact=True).fill(f"{now + _HOUR:%H:%M}")
        await page.get_by_role("button", name="Запланировать").click()
        await page.locator("summary", has_text="Перенести").click()
        await page.get_by_label("До", exact=True).fill(f"{now + 2 * _HOUR:%H:%M}")
        await page.get_by_role("button", name="Сохранить", exact=True).first.click()
        await expect(page.locator(".when")).to_contain_text(f"{now + 2 * _HOUR:%H:%M}")
        await page.get_by_role("button", name="Начать урок").click()
        await expect(page.get_by_role("link", name="Открыть комнату")).to_be_visible()
        await page.get_by_role("button", name="Завершить урок").click()
        await page.goto("/app/calendar")
        await expect(page.locator(".lesson-row", has_text="Без скриптов")).to_contain_text("Завершено")


async def test_marks_are_given_by_the_keyboard_and_kept_while_there_is_no_connection(
    visits: Visits, room: Class
) -> None:
    lesson, refused = room.lesson(next_monday(9)), list[str]()
    path = f"/app/lessons/{lesson['id']}"
    refused.append(f"{path}/attendance")
    refused.append(f"/app/static/{static_files.version}/htmx/htmx.min.js")  # which says what it could not send
    async with visits.page(refused=refused) as page:
        hands = Keyboard(page)
        await sign_in(page, room.teacher)
        await page.goto(path)
        sheet = page.locator("#attendance")
        # A group of radio buttons is entered at the one that is chosen.
        await sheet.locator("input[type=radio]:checked").focus()
        for _ in range(3):
            await page.keyboard.press("ArrowLeft")
        await expect(sheet.get_by_label("Отсутствует")).to_be_checked()
        await page.context.set_offline(True)
        await hands.press(sheet.get_by_role("button", name="Сохранить", exact=True))
        await expect(page.locator("#told")).to_contain_text("Нет связи. Всё, что вы ввели, осталось на месте")
        await expect(sheet.get_by_label("Отсутствует")).to_be_checked()
        await page.context.set_offline(False)
        await hands.press(sheet.get_by_role("button", name="Сохранить", exact=True))
        await expect(sheet.get_by_role("status")).to_have_text("Сохранено")
        [mark] = room.asked("GET", f"/schedule/lessons/{lesson['id']}/attendance")
        assert mark["status"] == "absent"
        other = [{"student_id": mark["student_id"], "status": "excused"}]
        room.asked("PUT", f"/schedule/lessons/{lesson['id']}/attendance", json=other)
        await sheet.locator("label[title='Присутствует']").click()
        await sheet.get_by_role("button", name="Сохранить", exact=True).click()
        await expect(sheet).to_contain_text("Уже отмечено: Уважительная причина")
        await expect(sheet.get_by_label("Присутствует")).to_be_checked()
