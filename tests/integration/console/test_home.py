"""The start page of teachers and students, and the dashboards, over each store."""

import re
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_adapters.memory.identity.caller_cache import MemoryCallerCache
from atg_entrypoints.container import Container
from tests.classroom import NOON, SINGLE, TEXT
from tests.contracts.databases import on_sqlite, over_each_database
from tests.gradebook_classroom import GradebookClassroom
from tests.integration.console.browsing import another, enter, heading
from tests.people import PASSWORD
from tests.statements import counted


@pytest.fixture
async def client(browser: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Of the API, which stands beside the console."""
    async with another(browser) as client:
        yield client


@pytest.fixture
async def room(client: httpx.AsyncClient, stocked: Container) -> GradebookClassroom:
    return await GradebookClassroom.open(stocked, client)


async def as_(browser: httpx.AsyncClient, name: str) -> httpx.AsyncClient:
    """A browser in which a person of the room is signed in."""
    window = another(browser)
    reply = await window.post("/app/sign-in", data={"login": f"room-{name}", "password": PASSWORD})
    assert reply.status_code == 303, reply.text
    return window


def section(page: str, name: str) -> str:
    """The words of a part of the page; empty where it is not there."""
    found = re.search(rf'id="{name}".*?</(?:section|dl)>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0].partition(">")[2]).split()) if found else ""


async def _lesson_now(room: GradebookClassroom, title: str = "Насосы", *, minutes: int = 0) -> int:
    start = room.now + timedelta(minutes=minutes)
    body = {
        "group_id": room.group,
        "title": title,
        "start_time": start.isoformat(),
        "end_time": (start + timedelta(hours=1)).isoformat(),
        "allow_overlap": True,
    }
    number: int = (await room.teacher.post("/schedule/lessons", body=body))["id"]
    return number


@over_each_database
async def test_a_teacher_sees_the_day_and_starts_a_lesson(browser: httpx.AsyncClient, room: GradebookClassroom) -> None:
    await room.admin.post("/admin/conference-accounts", body={"provider": "local", "label": "1"})
    lesson = await _lesson_now(room)
    await _lesson_now(room, "Позже", minutes=300)
    due = (NOON + timedelta(days=2)).isoformat()
    await room.handed_in(await room.homework(TEXT, due_at=due))
    teacher = await as_(browser, "teacher")
    page = (await teacher.get("/app/")).text
    assert section(page, "summary") == "Уроков сегодня 2 Не начато 1 Проверить 1 Скоро сдавать 1"
    assert "Урок уже должен идти, но ещё не начат. 12:00 – 13:00 Насосы ТК-1 Не начато Начать" in section(page, "today")
    assert "Ждут проверки: 1, самая давняя — с 02.03.2026. Помпаж ТК-1 1" in section(page, "to-mark")
    assert "Помпаж ТК-1 до 04.03.2026 12:00 сдали: 1 из 2" in section(page, "due")
    assert f'action="/app/lessons/{lesson}/start"' in page
    reply = await teacher.post(f"/app/lessons/{lesson}/start")
    assert (reply.status_code, reply.headers["location"]) == (303, f"/app/lessons/{lesson}")
    assert "Идёт Войти" in section((await teacher.get("/app/")).text, "today")


@over_each_database
async def test_a_teacher_starts_a_day_of_a_rule(browser: httpx.AsyncClient, room: GradebookClassroom) -> None:
    await room.admin.post("/admin/conference-accounts", body={"provider": "local", "label": "1"})
    rule = {"group_id": room.group, "title": "Семинар", "day_of_week": 0, "start_time": "12:10", "end_time": "13:00"}
    days = {"start_date": "2026-03-01", "end_date": "2026-05-31", "timezone": "UTC"}
    await room.teacher.post("/schedule/recurring-lessons", body={**rule, **days})
    teacher = await as_(browser, "teacher")
    page = (await teacher.get("/app/")).text
    assert "12:10 – 13:00 Семинар ТК-1 Начать" in section(page, "today")
    [address] = re.findall(r'action="(/app/rules/[^"]+/start)"', page)
    assert "/days/2026-03-02/" in address
    assert (await teacher.post(address)).status_code == 303
    assert "Семинар ТК-1 Идёт Войти" in section((await teacher.get("/app/")).text, "today")


@over_each_database
async def test_a_student_sees_the_way_into_a_live_lesson_what_is_due_and_new_grades(
    browser: httpx.AsyncClient, room: GradebookClassroom
) -> None:
    await room.admin.post("/admin/conference-accounts", body={"provider": "local", "label": "1"})
    lesson = await _lesson_now(room)
    student = await as_(browser, "boris")
    assert "Насосы ТК-1 Ещё не начался" in section((await student.get("/app/")).text, "today")
    await room.teacher.post(f"/schedule/lessons/{lesson}/start", 200)
    first, second = await room.homework(TEXT, title="Первое"), await room.homework(SINGLE, title="Второе")
    await room.homework(TEXT, title="Черновик", publish=False)
    late = (NOON - timedelta(days=1)).isoformat()
    await room.homework(TEXT, title="Поздно", due_at=late, allow_late=True)
    await room.homework(TEXT, title="Закрыто", due_at=late)
    await room.graded(first)
    room.pass_by(minutes=1)
    await room.grade(await room.point(), boris="8.50")
    page = (await student.get("/app/")).text
    assert "Идёт Войти" in section(page, "today")
    assert section(page, "due") == "Нужно сдать Поздно ТК-1 до 01.03.2026 12:00 Второе ТК-1 Все домашние задания"
    assert section(page, "newest-grades").startswith("Новые оценки Зачёт ТК-1 8,5 / 10 02.03.2026 Первое ТК-1 4 / 5")
    assert section(page, "to-mark") == ""
    await room.handed_in(second)
    assert "Второе" not in section((await student.get("/app/")).text, "due")
    outsider = (await (await as_(browser, "oleg")).get("/app/")).text
    assert "Сегодня уроков нет." in section(outsider, "today")
    assert "Здесь появятся ваши оценки." in section(outsider, "newest-grades")


@over_each_database
async def test_whoever_only_learns_sees_courses_alone(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked)
    reply = await browser.get("/app/")
    assert heading(reply) == "Моё обучение"
    assert "Выбрать курс" in reply.text


@over_each_database
async def test_a_context_that_is_not_served_has_no_part(
    browser: httpx.AsyncClient, room: GradebookClassroom, stocked: Container
) -> None:
    teacher = await as_(browser, "teacher")
    settings = stocked.settings()
    stocked.settings.override(providers.Object(structs.replace(settings, contexts=["identity", "schedule"])))
    page = (await teacher.get("/app/")).text
    assert section(page, "today")
    assert section(page, "summary") == "Уроков сегодня 0 Не начато 0"
    assert (section(page, "to-mark"), section(page, "due")) == ("", "")


@over_each_database
async def test_a_groups_dashboard_has_the_numbers_of_its_gradebook(
    browser: httpx.AsyncClient, room: GradebookClassroom
) -> None:
    for day, vera in ((3, "absent"), (4, "absent"), (5, "present")):
        await room.mark(await room.lesson(day), boris="present", vera=vera)
    await room.grade(await room.point(), boris="9.00", vera="5.25")
    late = (NOON - timedelta(days=1)).isoformat()
    for title in ("Первое", "Второе"):
        await room.homework(TEXT, title=title, due_at=late)
    teacher = await as_(browser, "teacher")
    page = (await teacher.get(f"/app/groups/{room.group}/progress")).text
    journal = await room.journal()
    table = {row[0]: row[1:] for row in _rows(page, last=True)}
    for row in journal["rows"]:
        shown = table[row["name"]]
        assert [_decimal(text) for text in shown[:2]] == [Decimal(row["average"]), Decimal(row["attendance_rate"])]
        assert shown[2] == "2"
    newest = _rows(page)[0]
    points = (await room.teacher.get(f"/groups/{room.group}/progress"))["points"]
    assert [_decimal(text) for text in newest[1:]] == [
        Decimal(points[-1]["group_average"]),
        Decimal(points[-1]["group_attendance_rate"]),
    ]
    assert "Средний балл ниже 60 %" in page
    assert "Посещаемость ниже 75 %" in page
    assert page.index("room-vera" if "room-vera" in page else "Vera") < page.index("По дням")
    for name, status in (("colleague", 404), ("boris", 403), ("admin", 200)):
        reply = await (await as_(browser, name)).get(f"/app/groups/{room.group}/progress")
        assert reply.status_code == status, name


@over_each_database
async def test_a_students_own_progress_stands_beside_the_groups(
    browser: httpx.AsyncClient, room: GradebookClassroom
) -> None:
    await room.grade(await room.point(), boris="9.00", vera="5.00")
    page = (await (await as_(browser, "boris")).get("/app/progress")).text
    [newest] = _rows(page)
    assert newest[1:3] == ["90 %", "70 %"]
    assert "Vera" not in page
    assert "Здесь появится ваша успеваемость" in (await (await as_(browser, "teacher")).get("/app/progress")).text


@on_sqlite
async def test_home_and_dashboards_take_few_statements_however_much_there_is(
    browser: httpx.AsyncClient, room: GradebookClassroom, stocked: Container
) -> None:
    stocked.caller_cache.override(MemoryCallerCache())
    teacher, student = await as_(browser, "teacher"), await as_(browser, "boris")
    pages = (
        (teacher, "/app/", 9),
        (student, "/app/", 9),
        (teacher, f"/app/groups/{room.group}/progress", 3),
        (student, "/app/progress", 2),
    )
    for size in (1, 12):
        for number in range(size):
            await _lesson_now(room, f"Урок {size} {number}", minutes=number)
            await room.handed_in(await room.homework(TEXT, title=f"Задание {size} {number}"))
            await room.grade(await room.point(title=f"Зачёт {size} {number}"), boris="9.00")
        for window, path, most in pages:
            await window.get(path)
            with counted(stocked) as statements:
                assert (await window.get(path)).status_code == 200
            assert 1 <= len(statements) <= most, (path, statements)


@on_sqlite
async def test_they_are_made_within_30_milliseconds(browser: httpx.AsyncClient, room: GradebookClassroom) -> None:
    """Of processors' time."""
    for number in range(10):
        await _lesson_now(room, f"Урок {number}", minutes=number)
        await room.handed_in(await room.homework(TEXT, title=f"Задание {number}"))
        await room.grade(await room.point(title=f"Зачёт {number}"), boris="9.00")
    teacher, student = await as_(browser, "teacher"), await as_(browser, "boris")
    for window, path in (
        (teacher, "/app/"),
        (student, "/app/"),
        (teacher, f"/app/groups/{room.group}/progress"),
        (student, "/app/progress"),
    ):
        took = []
        for _ in range(7):
            begun = time.process_time()
            await window.get(path)
            took.append(time.process_time() - begun)
        assert min(took) <= 0.03, path


def _rows(page: str, *, last: bool = False) -> list[list[str]]:
    """The cells of the first table, or of the last one."""
    body = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)[-1 if last else 0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


def _decimal(text: str) -> Decimal:
    return Decimal(text.removesuffix(" %").replace(",", "."))
