"""The training department at the console: its people, and who is late."""

import re
from html import unescape
from http import HTTPStatus

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.integration.console.browsing import heading
from tests.integration.console.trainings import Company, as_admin, company, manager_of

FIRST, SECOND = "Цех №1", "Цех №2"


@pytest.fixture
async def made(browser: httpx.AsyncClient, stocked: Container) -> Company:
    """An administrator is at `browser`."""
    found = await company(stocked)
    await as_admin(browser, stocked)
    return found


def rows(reply: httpx.Response) -> list[list[str]]:
    """The texts of the cells of the first table, by row; without boxes to tick."""
    body = reply.text.partition("<tbody>")[2].partition("</tbody>")[0]
    found = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    cells = [re.findall(r"<t[hd](?! class=.pick)[^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells]


async def test_people_are_found_by_department_station_and_name(browser: httpx.AsyncClient, made: Company) -> None:
    reply = await browser.get("/app/training/people", params={"department": FIRST, "q": "", "station_id": ""})
    assert heading(reply) == "Обучение"
    assert rows(reply) == [
        ["=1+1", "—", FIRST, "Вторая", "—", "1", "0", "1"],
        ["Ёлкин Пётр", "T-1", FIRST, "S", "—", "2", "0", "1"],
    ]
    found = await browser.get("/app/training/people", params={"q": "ёлк", "station_id": made.at.station})
    assert [row[0] for row in rows(found)] == ["Ёлкин Пётр"]
    for number in ("1" * 20, "9" * 10, "x"):
        assert len(rows(await browser.get("/app/training/people", params={"q": "ёлк", "station_id": number}))) == 1
    assert "Никто не найден" in (await browser.get("/app/training/people?department=Нет&station_id=x")).text
    assert "w4" not in (await browser.get("/app/training/people?size=100")).text


async def test_one_of_them_has_their_courses_with_what_is_late_first(browser: httpx.AsyncClient, made: Company) -> None:
    reply = await browser.get(f"/app/training/people/{made.people['w1']}")
    assert heading(reply) == "Ёлкин Пётр"
    assert [(row[0], row[1].partition(" ")[0]) for row in rows(reply)] == [
        ("Курс S", "опоздание"),
        ("Ещё один", "в"),
    ]
    for absent in (made.people["w4"], made.at.course, "x"):
        assert (await browser.get(f"/app/training/people/{absent}")).status_code == HTTPStatus.NOT_FOUND


async def test_who_is_late_is_listed_by_name_sorted_and_filtered(browser: httpx.AsyncClient, made: Company) -> None:
    reply = await browser.get("/app/training/late", params={"course_id": made.at.course, "order": "name", "q": "w3"})
    assert [row[:4] for row in rows(reply)] == [["w3", SECOND, "S", "Курс S"]]
    reply = await browser.get("/app/training/late", params={"department": FIRST, "order": "name"})
    assert [row[0] for row in rows(reply)] == ["=1+1", "Ёлкин Пётр T-1"]
    assert 'aria-sort="ascending"><a href="/app/training/late?department=' in reply.text
    assert (
        "Никто из них не опаздывает" in (await browser.get(f"/app/training/late?course_id={made.at.station}&q=?")).text
    )


async def test_the_files_of_a_list_have_its_filters(browser: httpx.AsyncClient, made: Company) -> None:
    reply = await browser.get("/app/training/late", params={"department": FIRST, "course_id": made.at.course})
    for kind in ("csv", "xlsx"):
        found = re.search(rf'href="(/app/api/admin/reports/late\.{kind}\?[^"]+)"', reply.text)
        assert found
        file = await browser.get(unescape(found[1]))
        assert file.status_code == HTTPStatus.OK
        assert kind == "xlsx" or ("T-1" in file.text and SECOND not in file.text and "'=1+1" in file.text)


async def test_a_list_to_print_has_all_its_rows(browser: httpx.AsyncClient, made: Company) -> None:
    paged = await browser.get("/app/training/late?size=1&order=name")
    assert len(rows(paged)) == 1
    assert "page=2" in paged.text
    whole = await browser.get("/app/training/late?size=1&order=name&whole=true")
    assert len(rows(whole)) >= 3
    assert "<print-page>" in whole.text
    assert "page=2" not in whole.text


async def test_a_manager_sees_own_people_and_no_word_of_others(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    async with manager_of(browser, stocked, FIRST) as chief:
        for path in ("people", "late", f"people?department={SECOND}&q=w", f"late?course_id={made.at.course}"):
            shown = (await chief.get(f"/app/training/{path}")).text
            assert "w3" not in shown
            assert f">{SECOND}<" not in shown
        assert [row[0] for row in rows(await chief.get("/app/training/people"))] == ["=1+1", "Ёлкин Пётр"]
        file = await chief.get("/app/api/managed/late.csv")
        assert ("T-1" in file.text, "w3" in file.text) == (True, False)
        assert (await chief.get(f"/app/training/people/{made.people['w1']}")).status_code == HTTPStatus.OK
        assert (await chief.get(f"/app/training/people/{made.people['w3']}")).status_code == HTTPStatus.NOT_FOUND


async def test_who_leads_nothing_is_told_what_would_be_here(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    async with manager_of(browser, stocked) as nobody:
        assert "которыми вы руководите" in (await nobody.get("/app/training/people")).text
        assert "Никто не опаздывает" in (await nobody.get("/app/training/late")).text
        assert "/app/training" not in (await nobody.get("/app/")).text
    assert 'href="/app/training/people"' in (await browser.get("/app/")).text
