"""Control points at the console: made, weighed and deleted by forms."""

from collections.abc import Callable

import httpx
import pytest

from tests.integration.console.gradebook.conftest import Journal

type Look = Callable[[str], httpx.AsyncClient]
NEW = {"title": "Экзамен", "kind": "exam", "date": "2026-05-20", "max_grade": "5", "weight": "1,5"}


async def test_a_control_point_is_added_changed_and_deleted(journal: Journal, look: Look) -> None:
    browser, path = look("teacher"), f"/app/groups/{journal.classroom.group}/control-points"
    assert "Зачёт" in (await browser.get(path)).text
    added = await browser.post(path, data=NEW)
    assert (added.status_code, added.headers["location"]) == (303, f"{path}?done=added")
    points = (await journal.classroom.teacher.get(f"/groups/{journal.classroom.group}/control-points"))["items"]
    assert (points[1]["title"], points[1]["weight"], points[1]["max_grade"]) == ("Экзамен", "1.50", "5.00")
    own = f"{path}/{points[1]['id']}"
    assert 'value="1,5"' in (await browser.get(own)).text
    changed = await browser.post(own, data={**NEW, "weight": "3", "reason": "решили на кафедре"})
    assert changed.headers["location"] == f"{path}?done=saved"
    assert "Сохранено" in (await browser.get(changed.headers["location"])).text
    deleted = await browser.post(f"{path}/{journal.point}/delete", data={})
    assert deleted.headers["location"] == f"{path}?done=deleted"
    [left] = (await journal.classroom.teacher.get(f"/groups/{journal.classroom.group}/control-points"))["items"]
    assert (left["title"], left["weight"]) == ("Экзамен", "3.00")


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", " "), ("date", "вчера"), ("max_grade", "0"), ("max_grade", "x"), ("weight", "-1"), ("kind", "quiz")],
)
async def test_what_is_wrong_stands_beside_its_field(journal: Journal, look: Look, field: str, value: str) -> None:
    browser, path = look("teacher"), f"/app/groups/{journal.classroom.group}/control-points"
    for address in (path, f"{path}/{journal.point}"):
        reply = await browser.post(address, data={**NEW, field: value})
        assert (reply.status_code, f'id="fault-{field}"' in reply.text) == (400, True), address
        assert 'value="2026-05-20"' in reply.text or field == "date"


async def test_a_scale_below_a_grade_is_refused_and_said(journal: Journal, look: Look) -> None:
    browser = look("teacher")
    own = f"/app/groups/{journal.classroom.group}/control-points/{journal.point}"
    reply = await browser.post(own, data={**NEW, "max_grade": "5"})
    assert (reply.status_code, "уже есть оценка выше этой" in reply.text) == (409, True)
