"""A teacher's gradebook: by the keyboard alone, two browsers in one grid, without a connection, and with many rows."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_core.identity.model import Role
from atg_entrypoints.container import close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import rows_of
from tests.browser.hands import Keyboard
from tests.browser.people import Demo, Person
from tests.browser.visits import PHONE, SECONDS, Visits, sign_in
from tests.conftest import SECRET
from tests.integration.gradebook.large_groups import a_group
from tests.integration.running import serving
from tests.people import PASSWORD, add_person

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)
GROUP, MEMBERS = "МТК-26/1", 4


@pytest.fixture
def point(demo: Demo) -> Iterator[dict[str, Any]]:
    """A control point of a group of the demo, of this test's own."""
    groups = demo.admin.get("/groups", params={"size": 100}).json()["items"]
    group = next(each["id"] for each in groups if each["name"] == GROUP)
    made = {"title": "Проба", "kind": "test", "date": "2027-06-01", "max_grade": "10"}
    reply = demo.admin.post(f"/groups/{group}/control-points", json=made)
    assert reply.status_code == 201, reply.text
    yield reply.json()
    demo.admin.delete(f"/control-points/{reply.json()['id']}")


def _refused(point: dict[str, Any]) -> tuple[str, ...]:
    """What is answered with 409, or not at all, and so told by the browser's console."""
    return (f"/app/api/control-points/{point['id']}/grades",)


async def _open(page: Page, point: dict[str, Any], person: Person) -> None:
    await sign_in(page, person)
    await page.goto(f"/app/groups/{point['group_id']}/gradebook")
    await page.locator("[role=grid]").wait_for()


def _cell(page: Page, row: int) -> Locator:
    """Of the control point, which is the last column."""
    return page.locator("tr[data-student]").nth(row).locator("td:nth-last-child(3)")


def _average(page: Page, row: int) -> Locator:
    return page.locator("tr[data-student]").nth(row).locator("td:nth-last-child(2)")


def _stored(demo: Demo, point: dict[str, Any]) -> list[str | None]:
    """The grades in the order of the rows, and the averages that the core has found are those of the page."""
    journal = demo.admin.get(f"/groups/{point['group_id']}/gradebook").json()
    place = next(at for at, each in enumerate(journal["columns"]) if each == _column(point))
    return [row["cells"][place] for row in journal["rows"]]


def _column(point: dict[str, Any]) -> dict[str, Any]:
    shown = {name: point[name] for name in ("id", "title", "date", "max_grade", "weight")}
    return {"kind": "control_point", "time": None, **shown}


async def _type(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def test_a_column_is_filled_in_by_the_keyboard_alone(visits: Visits, demo: Demo, point: dict[str, Any]) -> None:
    async with visits.page() as page:
        await _open(page, point, demo.named("teacher"))
        grid = page.locator("[role=grid]")
        await Keyboard(page)._go_to(grid.locator("td[tabindex='0']"))
        await _type(page, "End", "ArrowLeft", "ArrowLeft")
        await expect(_cell(page, 0)).to_be_focused()
        await _type(page, "9", ",", "5", "Enter")
        await expect(_cell(page, 1)).to_be_focused()
        await _type(page, "8", "Tab")
        await expect(_average(page, 1)).to_be_focused()
        await _type(page, "ArrowDown", "ArrowLeft", "Enter", "7", "Escape")
        await expect(_cell(page, 2)).to_have_text("")
        await _type(page, "6", "Enter")
        await expect(page.locator(".state")).to_have_text("Всё сохранено")
        assert _stored(demo, point) == ["9.50", "8.00", "6.00", None]
        journal = demo.admin.get(f"/groups/{point['group_id']}/gradebook").json()
        for row, told in enumerate(journal["rows"]):
            shown = str(float(told["average"])).removesuffix(".0").replace(".", ",")
            await expect(_average(page, row)).to_have_text(shown)
        await _type(page, "ArrowUp", "Delete")
        await expect(_cell(page, 2)).to_have_text("")
        await _type(page, "Control+z")
        await expect(_cell(page, 2)).to_have_text("6")
        await _type(page, "1", "1", "Enter")
        await expect(page.locator("#told")).to_contain_text("Оценка — число от 0 до 10")
        await _type(page, "Escape")
        await expect(_cell(page, 2)).to_have_text("6")
        await expect(page.locator(".state")).to_have_text("Всё сохранено")
        assert _stored(demo, point) == ["9.50", "8.00", "6.00", None]


async def test_attendance_is_one_key(visits: Visits, demo: Demo, point: dict[str, Any]) -> None:
    async with visits.page() as page:
        await _open(page, point, demo.named("teacher"))
        column = page.locator("thead th[data-kind=lesson]").last
        place = await column.evaluate("head => head.cellIndex")
        cells = [page.locator("tr[data-student]").nth(row).locator("td").nth(place - 1) for row in range(MEMBERS)]
        await cells[0].focus()
        await _type(page, "y", ".", "j", "e")  # where the letters н, о and у are
        for cell, letter in zip(cells, ("н", "•", "о", "у"), strict=True):
            await expect(cell).to_have_text(letter)
        await expect(page.locator(".state")).to_have_text("Всё сохранено")
        lesson = await column.get_attribute("data-id")
        marks = demo.admin.get(f"/schedule/lessons/{lesson}/attendance").json()
        assert [each["status"] for each in marks] == ["absent", "present", "late", "excused"]
        await page.get_by_role("link", name="История ячейки").click()
        await expect(page.get_by_role("heading", name="История ячейки")).to_be_visible()
        await expect(page.locator("tbody tr").first).to_contain_text("уважительная причина")


async def test_of_two_who_grade_the_same_neither_loses_a_grade_without_a_word(
    visits: Visits, demo: Demo, point: dict[str, Any]
) -> None:
    refused = _refused(point)
    async with visits.page(refused=refused) as first, visits.page(refused=refused) as second:
        await _open(first, point, demo.named("teacher"))
        await _open(second, point, demo.named("admin"))
        for page, grade in ((first, "5"), (second, "7")):
            await _cell(page, 0).focus()
            await _type(page, grade, "Enter")
            await expect(page.locator(".state")).not_to_contain_text("Ещё не сохранено")
        await expect(first.locator(".state")).to_have_text("Всё сохранено")
        await expect(_cell(second, 0)).to_have_text("7 ≠ 5")
        await expect(second.locator(".state")).to_have_text("Изменено кем-то ещё: 1")
        assert _stored(demo, point)[0] == "5.00"
        await _type(second, "ArrowUp", "Enter")
        await expect(second.get_by_role("button", name="Моё: 7")).to_be_focused()
        await _type(second, "ArrowRight", "Enter")
        await expect(_cell(second, 0)).to_have_text("5")
        await expect(_cell(second, 0)).to_be_focused()
        await _type(second, "6", "Enter")
        await expect(second.locator(".state")).to_have_text("Всё сохранено")
        assert _stored(demo, point)[0] == "6.00"
        await _cell(first, 0).focus()
        await _type(first, "4", "Enter", "3", "Enter")
        await expect(_cell(first, 0)).to_have_text("4 ≠ 6")
        await expect(_cell(first, 1)).to_have_text("3")
        await _type(first, "Control+Home")
        await _cell(first, 0).click()
        await first.get_by_role("button", name="Моё: 4").click()
        await expect(first.locator(".state")).to_have_text("Всё сохранено")
        assert _stored(demo, point)[:2] == ["4.00", "3.00"]


async def test_of_two_who_mark_the_same_student_one_is_asked(visits: Visits, demo: Demo, point: dict[str, Any]) -> None:
    columns = demo.admin.get(f"/groups/{point['group_id']}/gradebook").json()["columns"]
    lesson = next(each["id"] for each in columns if each["kind"] == "lesson")
    refused = (f"/app/api/schedule/lessons/{lesson}/attendance",)
    async with visits.page(refused=refused) as first, visits.page(refused=refused) as second:
        for page, name in ((first, "teacher"), (second, "admin")):
            await _open(page, point, demo.named(name))
        for page, key in ((first, "e"), (second, "y")):
            await page.locator("tr[data-student] td").first.focus()
            await _type(page, key)
            await expect(page.locator(".state")).not_to_contain_text("Ещё не сохранено")
        mark = second.locator("tr[data-student] td").first
        await expect(mark).to_have_text("н ≠ у")
        await mark.click()
        await second.get_by_role("button", name="Чужое: у").click()
        await expect(mark).to_have_text("у")
        marks = demo.admin.get(f"/schedule/lessons/{lesson}/attendance").json()
        assert marks[0]["status"] == "excused"


async def test_what_is_typed_without_a_connection_is_kept_and_sent(
    visits: Visits, demo: Demo, point: dict[str, Any]
) -> None:
    async with visits.page(refused=_refused(point)) as page:
        await _open(page, point, demo.named("teacher"))
        await page.context.set_offline(True)
        await _cell(page, 0).focus()
        await _type(page, "5", "Enter", "6", "Enter")
        await expect(page.locator(".state")).to_contain_text("Нет связи. Не сохранено: 2.")
        assert _stored(demo, point) == [None] * MEMBERS
        await page.context.set_offline(False)
        await expect(page.locator(".state")).to_have_text("Связь появилась: всё сохранено")
        assert _stored(demo, point) == ["5.00", "6.00", None, None]


async def test_what_was_not_sent_is_there_after_the_page_was_closed(
    visits: Visits, demo: Demo, point: dict[str, Any]
) -> None:
    async with visits.page(refused=_refused(point)) as page:
        await _open(page, point, demo.named("teacher"))
        address = page.url
        await page.context.set_offline(True)
        await _cell(page, 3).focus()
        await _type(page, "8", "Enter")
        await expect(page.locator(".state")).to_contain_text("Нет связи")
        await page.goto("about:blank")
        await page.context.set_offline(False)
        await page.goto(address)
        await expect(_cell(page, 3)).to_have_text("8")
        await expect(page.locator(".state")).to_have_text("Всё сохранено")
        assert _stored(demo, point) == [None, None, None, "8.00"]


async def test_who_comes_back_to_the_page_sees_what_others_wrote(
    visits: Visits, demo: Demo, point: dict[str, Any]
) -> None:
    async with visits.page() as page:
        await _open(page, point, demo.named("teacher"))
        journal = demo.admin.get(f"/groups/{point['group_id']}/gradebook").json()
        grade = [{"student_id": journal["rows"][2]["student_id"], "grade": "9.5"}]
        assert demo.admin.put(f"/control-points/{point['id']}/grades", json=grade).is_success
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await expect(_cell(page, 2)).to_have_text("9,5")
        await _cell(page, 2).focus()
        await _type(page, "8", "Enter")
        await expect(page.locator(".state")).to_have_text("Всё сохранено")
        assert _stored(demo, point)[2] == "8.00", "upon the grade that was seen"


async def test_what_is_refused_is_told_with_its_value(visits: Visits, demo: Demo, point: dict[str, Any]) -> None:
    async with visits.page(refused=_refused(point)) as page:
        await _open(page, point, demo.named("teacher"))
        assert demo.admin.delete(f"/control-points/{point['id']}").status_code == 204
        await _cell(page, 0).focus()
        await _type(page, "8", ",", "5", "Enter")
        await expect(page.locator("grade-grid > .alert")).to_contain_text("Проба, 8,5. Контрольная точка не найдена")
        await expect(_cell(page, 0)).to_have_text("")
        await expect(page.locator(".state")).to_have_text("Всё сохранено")


async def test_on_a_phone_one_column_or_student_is_filled_in_at_a_time(
    visits: Visits, demo: Demo, point: dict[str, Any]
) -> None:
    async with visits.page(width=PHONE, theme="dark") as page:
        await sign_in(page, demo.named("teacher"))
        await page.goto(f"/app/groups/{point['group_id']}/gradebook")
        await expect(page.locator("[role=grid]")).to_be_hidden()
        await page.locator(".one-at-a-time").get_by_role("link", name="Проба").click()
        await page.locator("[name^=cell-]").first.fill("7")
        await page.get_by_role("button", name="Сохранить").last.click()
        await expect(page.locator(".notice")).to_have_text("Сохранено")
        await page.get_by_role("link", name="Журнал").click()
        await page.get_by_text("По ученикам").click()
        await page.locator(".one-at-a-time a[href*='/students/']").nth(1).click()
        await page.locator(f"[name=cell-control_point-{point['id']}]").fill("6,5")
        await page.get_by_role("button", name="Сохранить").last.click()
        await expect(page.locator(".notice")).to_have_text("Сохранено")
        assert _stored(demo, point) == ["7.00", "6.50", None, None]


async def test_without_scripts_a_column_is_filled_in_as_a_form(
    visits: Visits, demo: Demo, point: dict[str, Any]
) -> None:
    async with visits.page(scripts=False) as page:
        await sign_in(page, demo.named("teacher"))
        await page.goto(f"/app/groups/{point['group_id']}/gradebook")
        await page.locator("thead").get_by_role("link", name="Проба").click()
        await page.locator("[name^=cell-]").nth(1).fill("9,5")
        await page.get_by_role("button", name="Сохранить").first.click()
        await expect(page.locator(".notice")).to_have_text("Сохранено")
        assert _stored(demo, point) == [None, "9.50", None, None]


@pytest.fixture
def large(tmp_path: Path, chromium: str) -> Iterator[tuple[str, int]]:
    """A server with a group of 200 students and 100 columns: its address, and the group."""
    url = f"sqlite:///{tmp_path / 'large.db'}"

    async def prepared() -> int:
        database = Database(url)
        await schema.migrate(database)
        await database.close()
        container = create_container(Settings(database_url=url, secret_key=SECRET))
        await add_person(container, "journalist", role=Role.TEACHER)
        [teacher] = [row["id"] for row in await rows_of(container, "users")]
        group = await a_group(container, teacher, 200, 100)
        await close(container)
        return group

    group = asyncio.run(prepared())
    with serving(tmp_path, ATG_DATABASE_URL=url, ATG_SECRET_KEY=SECRET, ATG_RATE_LIMIT="0") as server:
        yield server.url, group


async def test_a_journal_of_200_students_and_100_columns_is_smooth(browser: Browser, large: tuple[str, int]) -> None:
    """Rows are drawn as they come into view, and read in parts."""
    url, group = large
    async with Visits(browser, url).page() as page:
        await sign_in(page, Person("journalist", PASSWORD))
        await page.goto(f"/app/groups/{group}/gradebook")
        await page.locator("[role=grid]").wait_for()
        rows, scroll = page.locator("tr[data-student]"), page.locator("grade-grid .scroll")
        assert await rows.count() <= 40
        await page.locator("tr[data-student] td").first.focus()
        for last in (50, 100, 150, 200):
            async with asyncio.timeout(SECONDS):
                while await page.locator("tr.chosen").get_attribute("aria-rowindex") != str(last + 1):
                    await _type(page, "Control+End")
                    await asyncio.sleep(0.1)
            assert await rows.count() <= 40
        await expect(rows.last).to_have_attribute("aria-rowindex", "201")
        # 10 where the machine does nothing else; what it does can only make one slower.
        assert min([await _milliseconds_of_a_frame(page, scroll) for _ in range(3)]) <= 100
        assert await rows.count() <= 40
        await _type(page, "Control+Home", "End", "Control+End")
        await expect(page.locator("tr.chosen")).to_have_attribute("aria-rowindex", "201")


async def _milliseconds_of_a_frame(page: Page, scroll: Locator) -> float:
    """While one scrolls from the end to the start, a quarter of the window a frame; of the page's thread alone."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    async def busy() -> float:
        metrics = (await devtools.send("Performance.getMetrics"))["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

    before = await busy()
    frames = await scroll.evaluate("""async area => {
      let frames = 0;
      for (let top = area.scrollHeight; top > 0; top -= 240, frames += 1) {
        area.scrollTop = top;
        await new Promise(done => requestAnimationFrame(done));
      }
      return frames;
    }""")
    return (await busy() - before) * 1000 / frames
