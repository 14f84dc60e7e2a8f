"""500 people come by a workbook: three faults are shown by line, a corrected file is applied, and undone."""

import csv
import io

import pytest
from playwright.async_api import expect

from atg_adapters.tabular.xlsx_writer import write_workbook
from tests.browser.hands import Keyboard, Mouse
from tests.browser.people import Demo
from tests.browser.training_hands import FAULTS, HEADER, PEOPLE, people_rows, upload, with_faults
from tests.browser.visits import DESK, PHONE, SECONDS, Visits, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)


@pytest.mark.parametrize(
    ("width", "theme", "by_keyboard"),
    [(DESK, "light", False), (PHONE, "dark", True)],
    ids=["desk-light", "phone-dark-keyboard-alone"],
)
async def test_people_come_by_a_workbook_with_faults_and_go_again(
    visits: Visits, demo: Demo, width: int, theme: str, by_keyboard: bool
) -> None:
    prefix = f"worker{width}"
    async with visits.page(width=width, theme=theme) as page:
        hands = Keyboard(page) if by_keyboard else Mouse()
        await sign_in(page, demo.person(role="training", full_name="Ольга Ким"))
        await page.goto("/app/imports")
        await upload(
            page, hands, "люди.xlsx", write_workbook("users", [HEADER, *with_faults(people_rows(prefix, "Цех № 1"))])
        )
        await page.locator("#import-state[data-state=checked]").wait_for()
        faults = page.locator(".import-fault")
        await expect(faults.locator("th")).to_have_text(FAULTS)
        await expect(faults.nth(0)).to_contain_text("не адрес почты")
        await expect(page.get_by_role("button", name="Записать эти строки")).to_have_count(0)
        await hands.press(page.get_by_role("link", name="Загрузить другой файл"))
        await upload(page, hands, "люди.csv", _as_csv(people_rows(prefix, "Цех № 1")))
        await hands.press(page.get_by_role("button", name="Записать эти строки"))
        await page.locator("#import-state[data-state=applied]").wait_for()
        assert _found(demo, prefix) == PEOPLE
        await hands.press(page.get_by_role("button", name="Отменить загрузку"))
        await page.locator("#import-state[data-state=undone]").wait_for()
        await expect(page.get_by_role("status").first).to_contain_text("Загрузка отменена")
        assert _found(demo, prefix) == 0


def _as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([HEADER, *rows])
    return text.getvalue().encode("utf-8-sig")


def _found(demo: Demo, prefix: str) -> int:
    total: int = demo.admin.get("/admin/users", params={"q": f"{prefix}-"}).json()["total"]
    return total
