"""A student's page for who teaches them: the same numbers as the gradebook, homework with its state, attendance."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import enrol
from tests.classroom import TEXT
from tests.integration.console.browsing import another, enter, heading
from tests.people import PASSWORD, add_person


@pytest.fixture
async def path(browser: httpx.AsyncClient, stocked: Container) -> str:
    """Of a student with nothing recorded, in a group with another one."""
    await enter(browser, stocked, "mentor", role=Role.TEACHER)
    made = await browser.post("/app/groups", data={"name": "10А"})
    group = made.headers["location"].partition("?")[0]
    ids = [
        await add_person(stocked, name, role=Role.STUDENT, full_name=full_name)
        for name, full_name in (("pupil", "Олег Ёжиков"), ("other", "Чужой"))
    ]
    await enrol(stocked, int(group.rpartition("/")[2]), ids)
    return f"{group}/students/{ids[0]}"


def _rows(page: str, heading_id: str) -> list[list[str]]:
    """The texts of the cells of a section's table."""
    section = re.search(rf'<h2 id="{heading_id}">.*?</section>', page, re.DOTALL)
    assert section
    rows = re.findall(r"<tr>(.*?)</tr>", section[0].partition("<tbody>")[2], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


async def test_a_page_says_what_will_be_there(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path)
    assert heading(page) == "Олег Ёжиков"
    for text in ("Здесь будут оценки", "Здесь будут опубликованные домашние задания", "Здесь будут прошедшие занятия"):
        assert text in page.text
    assert "progress.svg" not in page.text
    assert "Чужой" not in page.text


@pytest.mark.parametrize("stocked_url", ["memory", "sqlite"], indirect=True)
async def test_a_page_shows_the_numbers_of_the_gradebook(
    browser: httpx.AsyncClient, stocked: Container, path: str
) -> None:
    group, student = path.split("/")[3], path.rpartition("/")[2]
    now, api = stocked.clock()(), "/app/api"

    async def made(address: str, **body: object) -> int:
        reply = await browser.post(f"{api}{address}", json=body)
        assert reply.status_code == 201, reply.text
        return int(reply.json()["id"])

    for days, status in ((-2, "absent"), (-1, "late"), (3, None)):
        start = now + timedelta(days=days)
        times = {"start_time": start.isoformat(), "end_time": (start + timedelta(hours=1)).isoformat()}
        lesson = await made("/schedule/lessons", title=f"Занятие {days}", group_id=int(group), **times)
        if status:
            marks = [{"student_id": student, "status": status}]
            await browser.put(f"{api}/schedule/lessons/{lesson}/attendance", json=marks)
    day = now.date().isoformat()
    point = await made(f"/groups/{group}/control-points", title="Зачёт", kind="exam", date=day, max_grade=10)
    grades = [{"student_id": student, "grade": "7.5", "comment": "Хорошо"}]
    assert (await browser.put(f"{api}/control-points/{point}/grades", json=grades)).status_code == 200
    for title, due in (("Сданное", now + timedelta(days=1)), ("Забытое", now - timedelta(days=1))):
        body = {"group_id": int(group), "title": title, "due_at": due.isoformat(), "questions": [TEXT]}
        homework = await made("/homework", **body)
        assert (await browser.post(f"{api}/homework/{homework}/publish")).status_code == 200
        if title == "Сданное":
            handed_in = homework
    pupil = another(browser)
    await pupil.post("/app/sign-in", data={"login": "pupil", "password": PASSWORD})
    draft = await pupil.post(f"{api}/homework/{handed_in}/submissions")
    assert draft.status_code == 201, draft.text
    page = (await browser.get(path)).text
    assert [_rows(page, "homework")[0][each] for each in (0, 2, 3)] == ["Сданное", "Выполняется", "–"]
    await pupil.post(f"{api}/submissions/{draft.json()['id']}/submit")

    page = (await browser.get(path)).text
    assert _rows(page, "grades") == [["Зачёт", f"{now:%d.%m.%Y}", "7,5 из 10", "2", "Хорошо"]]
    assert [[row[0], row[2], row[3]] for row in _rows(page, "homework")] == [
        ["Сданное", "Сдано, ждёт проверки", "–"],
        ["Забытое", "Не сдано", "–"],
    ]
    assert f'href="/app/submissions/{draft.json()["id"]}"' in page
    assert [[row[0], row[2]] for row in _rows(page, "attendance")] == [
        ["Занятие -1", "Опоздал(а)"],
        ["Занятие -2", "Не был(а)"],
    ]
    journal = (await browser.get(f"{api}/groups/{group}/gradebook")).json()
    [row] = [row for row in journal["rows"] if row["student_id"] == student]
    assert (row["average"], row["attendance_rate"]) == ("75.00", "50.00")
    assert re.findall(r"<dd>([^<]+)</dd>", page) == ["75 %", "50 %"]
    [chart] = re.findall(r'src="(/app/api/students/[^"]+)"', page)
    assert (await browser.get(chart)).headers["content-type"].startswith("image/svg+xml")


async def test_a_student_of_nobody_here_has_no_page(browser: httpx.AsyncClient, stocked: Container, path: str) -> None:
    group, _, student = path.rpartition("/")
    for other in (UUID(int=7), uuid4(), "x"):
        assert (await browser.get(f"{group}/{other}")).status_code == 404
    colleague = another(browser)
    await enter(colleague, stocked, "colleague", role=Role.TEACHER)
    assert (await colleague.get(path)).status_code == 404
    made = await colleague.post("/app/groups", data={"name": "чужая"})
    foreign = made.headers["location"].partition("?")[0]
    assert (await colleague.get(f"{foreign}/students/{student}")).status_code == 404
    admin = another(browser)
    await enter(admin, stocked, "head", role=Role.ADMIN)
    assert heading(await admin.get(path)) == "Олег Ёжиков"
