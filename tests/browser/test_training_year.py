"""A year of the training department by pages alone: 500 people come by a workbook, are assigned a course, are reminded,
one completes it, the others are late, and the certificate is printed."""

from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from atg_adapters.tabular.xlsx_writer import write_workbook
from tests.browser.hands import Hands, Mouse
from tests.browser.people import Demo, Person
from tests.browser.training_hands import (
    FAULTS,
    HEADER,
    PEOPLE,
    assign,
    people_rows,
    print_one,
    remind,
    upload,
    with_faults,
)
from tests.browser.visits import SECONDS, Visits, sign_in
from tests.people import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)


async def test_500_people_come_learn_and_are_late(visits: Visits, demo: Demo) -> None:
    prefix = f"y{uuid4().hex[:6]}"
    shop, course = f"Цех {prefix}", f"Охрана труда {prefix}"
    _write_course(demo, course)
    # The first of them knows a password already; the others are invited.
    rows = [[*row, PASSWORD if not number else ""] for number, row in enumerate(people_rows(prefix, shop))]
    async with visits.page() as page:
        hands = Mouse()
        await sign_in(page, demo.person(role="training", full_name="Ольга Ким"))
        await _import(page, hands, rows)
        await hands.press(page.locator(".menu").get_by_role("link", name="Обучение", exact=True))
        await assign(page, hands, course, shop)
        await remind(page, hands, shop, PEOPLE)
        async with visits.page() as worker:
            await sign_in(worker, Person(rows[0][0], PASSWORD))
            await expect(worker.locator("#go-on")).to_have_text(course)
            await hands.press(worker.get_by_role("link", name="Начать", exact=True))
            await hands.press(worker.get_by_role("button", name="Отметить изученным"))
            await expect(worker.locator("#completed")).to_contain_text("✓")
        await page.goto(f"/app/training/late?department={shop}")
        await expect(page.get_by_role("status").first).to_have_text(f"Найдено просроченных курсов: {PEOPLE - 1}")
        await expect(page.locator("tbody")).not_to_contain_text("Иванов Иван 0 ")
        await print_one(page, hands, prefix)


async def _import(page: Page, hands: Hands, rows: list[list[str]]) -> None:
    """A workbook with three faults, then the corrected one."""
    header = [*HEADER, "password"]
    await hands.press(page.locator(".menu").get_by_role("link", name="Загрузка", exact=True))
    await upload(page, hands, "люди.xlsx", write_workbook("users", [header, *with_faults(rows)]))
    await page.locator("#import-state[data-state=checked]").wait_for()
    await expect(page.locator(".import-fault th")).to_have_text(FAULTS)
    await hands.press(page.get_by_role("link", name="Загрузить другой файл"))
    await upload(page, hands, "люди-2.xlsx", write_workbook("users", [header, *rows]))
    await hands.press(page.get_by_role("button", name="Записать эти строки"))
    await page.locator("#import-state[data-state=applied]").wait_for()


def _write_course(demo: Demo, title: str) -> None:
    """Of one topic, as an author has written it before."""
    above: dict[str, object] = {}
    for path, body, parent in (
        ("/courses", {"title": title}, "course_id"),
        ("/programs", {"title": "Программа"}, "course_program_id"),
        ("/lessons", {"title": "Урок"}, "lesson_id"),
        ("/topics", {"title": "Тема", "content": "Каску носят все."}, ""),
    ):
        reply = demo.admin.post(path, json={**body, **above})
        assert reply.is_success, reply.text
        above = {parent: reply.json()["id"]}
