"""What the training department does on its pages: people by a workbook, an assignment, reminders, certificates."""

from datetime import date, timedelta

from playwright.async_api import Page, expect

from tests.browser.hands import Hands

PEOPLE = 500
HEADER = ["username", "full_name", "email", "department", "position"]
FAULTS = ["4", "12", "402"]
"""The lines of `with_faults` that have one."""

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def people_rows(prefix: str, department: str) -> list[list[str]]:
    """Of 500 people, without the header."""
    return [
        [f"{prefix}-{each:03}", f"Иванов Иван {each}", f"{prefix}-{each:03}@example.com", department, "Оператор"]
        for each in range(PEOPLE)
    ]


def with_faults(rows: list[list[str]]) -> list[list[str]]:
    """In the lines of FAULTS."""
    wrong = [list(row) for row in rows]
    wrong[2][2] = "нет почты"
    wrong[10][0] = ""
    wrong[400][0] = wrong[0][0]
    return wrong


async def upload(page: Page, hands: Hands, name: str, content: bytes) -> None:
    await page.get_by_label("Файл").set_input_files({"name": name, "mimeType": _XLSX, "buffer": content})
    await hands.press(page.get_by_role("button", name="Загрузить и проверить"))
    await page.wait_for_url("**/app/imports/*-*")
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)


async def assign(page: Page, hands: Hands, course: str, department: str) -> None:
    """To the department, so that everybody is late at once."""
    await hands.press(page.get_by_role("link", name="Назначения"))
    await hands.press(page.get_by_role("link", name="Назначить курс", exact=True))
    await page.get_by_label("Курс", exact=True).select_option(label=course)
    await hands.choose(page.locator("[name=audience][value=group]"))
    await page.get_by_label("Подразделение", exact=True).select_option(label=department)
    await page.get_by_label("Срок для всех").fill((date.today() - timedelta(days=1)).isoformat())  # noqa: DTZ011
    await hands.press(page.get_by_role("button", name="Назначить", exact=True))
    await expect(page.get_by_role("heading", level=1)).to_have_text(course)
    await expect(page.get_by_role("status").first).to_contain_text("Курс назначен")


async def remind(page: Page, hands: Hands, department: str, count: int) -> None:
    await page.goto("/app/training/late")
    await page.locator("[name=department]").select_option(label=department)
    await hands.press(page.get_by_role("button", name="Показать"))
    told = page.get_by_role("status")
    await expect(told.first).to_have_text(f"Найдено просроченных курсов: {count}")
    await hands.press(page.get_by_role("button", name="Напомнить всем найденным"))
    await expect(told.first).to_have_text(f"Отправлено напоминаний: {count}")
    await hands.choose(page.locator("[name=late]").first)
    await hands.press(page.get_by_role("button", name="Напомнить выбранным"))
    await expect(told.first).to_have_text("Всем им сегодня уже напомнили.")


async def print_one(page: Page, hands: Hands, words: str) -> None:
    await page.goto(f"/app/training/certificates?q={words}")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await hands.choose(page.locator("[name=number]"))
    await expect(page.get_by_role("button", name="Напечатать выбранные одним PDF")).to_be_enabled()
    # The browser's own viewer of PDF is an extension, which a visit takes for another host.
    chosen = await page.locator("[name=number]:checked").get_attribute("value")
    reply = await page.request.get(f"/app/training/certificates/print?number={chosen}")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/pdf")
    assert (await reply.body()).startswith(b"%PDF-")
