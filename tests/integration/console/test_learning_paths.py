"""Learning paths at the console: made, filled with courses, put in order, and taken out."""

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.integration.console.browsing import enter, heading
from tests.school import company_course

PATHS = "/app/authoring/paths"
_FORM = {"title": "Оператор", "opening": "in_order", "is_active": "on", "due_days": "90", "code": "", "description": ""}


async def _made(browser: httpx.AsyncClient) -> str:
    made = await browser.post(PATHS, data=_FORM)
    assert made.status_code == 303, made.text
    return made.headers["location"].partition("?")[0]


async def _path(stocked: Container, here: str) -> dict[str, object]:
    return next(row for row in await rows_of(stocked, "learning_paths") if here.endswith(str(row["id"])))


async def _courses(stocked: Container, here: str) -> list[tuple[object, object, object]]:
    key = (await _path(stocked, here))["id"]
    rows = [row for row in await rows_of(stocked, "learning_path_courses") if row["learning_path_id"] == key]
    rows.sort(key=lambda row: row["order_index"])
    return [(row["course_id"], row["due_days"], row["due_from"]) for row in rows]


async def test_a_path_is_made_changed_and_refused_with_the_name_of_its_field(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "author", role=Role.INSTRUCTOR)
    here = await _made(browser)
    page = await browser.get(f"{here}?done=added")
    assert (page.status_code, heading(page)) == (200, "Оператор")
    assert "Добавлено" in page.text
    saved = await browser.post(here, data={**_FORM, "title": "Диспетчер", "opening": "at_once", "due_days": ""})
    assert saved.status_code == 303
    row = await _path(stocked, here)
    assert (row["title"], row["opening"], row["due_days"], row["is_active"]) == ("Диспетчер", "at_once", None, True)
    for wrong, field in (({"title": ""}, "title"), ({"due_days": "x"}, "due_days"), ({"opening": "x"}, "opening")):
        for address in (PATHS, here):
            refused = await browser.post(address, data={**_FORM, **wrong})
            assert (refused.status_code, f'id="fault-{field}"' in refused.text) == (400, True), (address, wrong)
    assert "Диспетчер" in (await browser.get(PATHS)).text
    assert (await browser.get(f"{PATHS}/x")).status_code == 404


async def test_courses_are_added_moved_given_days_and_taken_off(browser: httpx.AsyncClient, stocked: Container) -> None:
    one, two = [await company_course(stocked, name=name, topics=1, final_test=False) for name in "AB"]
    await enter(browser, stocked, "author", role=Role.INSTRUCTOR)
    here = await _made(browser)

    async def arrange(course: object, how: str, **form: str) -> httpx.Response:
        return await browser.post(f"{here}/courses", data={"course": str(course), "how": how, **form})

    for course in (one.id, two.id, two.id):  # sent again, it is the same
        assert (await arrange(course, "add")).status_code == 303
    assert [each for each, _, _ in await _courses(stocked, here)] == [one.id, two.id]
    await arrange(two.id, "up")
    await arrange(two.id, "up")
    await arrange(one.id, "due", due_days="30", due_from="previous")
    assert await _courses(stocked, here) == [(two.id, None, "assignment"), (one.id, 30, "previous")]
    page = (await browser.get(here)).text
    assert page.index(str(two.id)) < page.index(str(one.id))
    for wrong in ({"due_days": "-1", "due_from": "previous"}, {"due_days": "5", "due_from": "x"}):
        assert (await arrange(one.id, "due", **wrong)).status_code == 400
    assert (await arrange("7fffffff-ffff-4fff-8fff-ffffffffffff", "add")).status_code == 400
    assert (await arrange("x", "add")).status_code == 404
    for _ in range(2):
        assert (await arrange(two.id, "remove")).status_code == 303
    assert await _courses(stocked, here) == [(one.id, 30, "previous")]


async def test_courses_that_are_not_listed_are_found_by_their_titles(
    browser: httpx.AsyncClient, stocked: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atg_entrypoints.console.catalog.paths._MOST_OFFERED", 1)
    one, _ = [await company_course(stocked, name=name, topics=1, final_test=False) for name in ("QQ", "ZZ")]
    await enter(browser, stocked, "author", role=Role.INSTRUCTOR)
    here = await _made(browser)
    page = (await browser.get(here)).text
    assert ("введите часть названия" in page, str(one.id) in page) == (True, False)
    page = (await browser.get(f"{here}?q=Курс QQ")).text
    assert ("введите часть названия" in page, str(one.id) in page) == (False, True)
    await browser.post(f"{here}/courses", data={"course": str(one.id), "how": "add"})
    assert "Других подходящих курсов нет" in (await browser.get(f"{here}?q=Курс QQ")).text


async def test_a_path_is_deleted_unless_somebody_has_it(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked, "author", role=Role.INSTRUCTOR)
    free, taken = await _made(browser), await _made(browser)
    assert (await browser.post(f"/app/api/learning-paths/{taken.rpartition('/')[2]}/enroll")).status_code == 200
    assert (await browser.post(f"{free}/delete")).headers["location"] == f"{PATHS}?done=deleted"
    hidden = await browser.post(f"{taken}/delete")
    page = await browser.get(hidden.headers["location"])
    assert "Скрыто от учащихся" in page.text
    assert (await _path(stocked, taken))["is_active"] is False
    assert not [row for row in await rows_of(stocked, "learning_paths") if free.endswith(str(row["id"]))]
