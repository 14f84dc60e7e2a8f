"""The matrix of people and courses at the console."""

import re
from html import unescape
from threading import Thread, current_thread, main_thread
from typing import Any
from uuid import uuid4

import httpx
import pytest

from atg_entrypoints.console.pages import page
from atg_entrypoints.console.training import asked
from atg_entrypoints.container import Container
from tests.arranging import insert, rows_of
from tests.integration.console.test_training import FIRST, SECOND, rows
from tests.integration.console.trainings import Company, as_admin, company, completed, manager_of


@pytest.fixture
async def made(browser: httpx.AsyncClient, stocked: Container) -> Company:
    """An administrator is at `browser`; w2 has completed the course."""
    found = await company(stocked)
    await completed(browser, stocked, found, "w2")
    await as_admin(browser, stocked)
    return found


async def test_each_has_what_is_completed_late_and_not_assigned(browser: httpx.AsyncClient, made: Company) -> None:
    asked = {"department": FIRST, "course": str(made.at.course)}
    shown = await browser.get("/app/training/matrix", params=asked)
    states = [(row[0], row[1].partition(" ")[0]) for row in rows(shown)]
    assert states == [(f"=1+1 {FIRST}", "✓"), (f"Ёлкин Пётр {FIRST}", "!")]
    everything = await browser.get("/app/training/matrix", params={"q": "=1"})
    assert "– не назначен" in rows(everything)[0]
    assert everything.text.count('<th scope="col">') > shown.text.count('<th scope="col">')


async def test_its_files_and_pages_keep_filters_and_courses(browser: httpx.AsyncClient, made: Company) -> None:
    shown = (await browser.get(f"/app/training/matrix?course={made.at.course}&course=x&size=1&q=w")).text
    file = re.search(r'href="(/app/api/admin/reports/matrix\.csv\?[^"]+)"', shown)
    assert file
    text = (await browser.get(unescape(file[1]))).text
    assert "Курс S" in text
    assert "Ещё один" not in text
    assert f"course={made.at.course}&amp;page=2" in shown


async def test_a_manager_has_the_matrix_of_own_people(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    async with manager_of(browser, stocked, FIRST) as chief:
        shown = await chief.get("/app/training/matrix")
        assert len(rows(shown)) == 2
        assert SECOND not in shown.text
        assert "/app/api/managed/matrix.xlsx" in shown.text


async def test_it_is_bounded_and_says_what_is_cut_off(
    browser: httpx.AsyncClient, stocked: Container, made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = next(row for row in await rows_of(stocked, "courses") if row["id"] == made.at.course)
    for number in range(200):
        await insert(stocked, "courses", **{**course, "id": uuid4(), "code": f"M-{number}", "title": f"Я {number}"})
    written_in = list[Thread]()

    def written(*given: Any) -> Any:
        written_in.append(current_thread())
        return page(*given)

    monkeypatch.setattr(asked, "page", written)
    monkeypatch.setattr(asked, "MOST_CELLS", 400)
    shown = await browser.get("/app/training/matrix", params={"whole": "true"})
    assert re.search(r"только первые 200 курсов из \d+", shown.text), shown.text
    assert shown.text.count('<th scope="col">') == 201
    assert len(rows(shown)) == 2
    assert "только первые 2 " in shown.text
    assert written_in
    assert main_thread() not in written_in
