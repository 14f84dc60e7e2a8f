"""Assigning courses and learning paths at the console."""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.integration.console.browsing import heading
from tests.integration.console.test_training import FIRST, SECOND, rows
from tests.integration.console.trainings import Company, as_admin, company, manager_of

NEW, LIST = "/app/training/assignments/new", "/app/training/assignments"


@pytest.fixture
async def made(browser: httpx.AsyncClient, stocked: Container) -> Company:
    """An administrator is at `browser`."""
    found = await company(stocked)
    await as_admin(browser, stocked)
    return found


async def assign(browser: httpx.AsyncClient, made: Company, **fields: Any) -> str:
    """The path of the assignment."""
    given = {"course_id": str(made.at.course), "department": "", "station_id": "", "position": "", **fields}
    reply = await browser.post(LIST, data={"due_at": "", "due_days": "", **given})
    assert reply.status_code == HTTPStatus.SEE_OTHER, reply.text
    return reply.headers["location"].partition("?")[0]  # type: ignore[no-any-return]


async def test_a_course_is_assigned_to_a_department_until_the_end_of_a_day(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    assert heading(await browser.get(NEW)) == "Назначить курс"
    one = await assign(browser, made, audience="group", department=SECOND, due_at="2030-03-01", due_days="14")
    reply = await browser.get(f"{one}?done=made")
    assert heading(reply) == "Курс S"
    assert "Курс назначен" in reply.text
    assert [(row[0], row[1]) for row in rows(reply)] == [("w3", SECOND)]
    [stored] = await rows_of(stocked, "standing_assignments")
    zone = stocked.settings().zone
    assert stored["due_at"] == datetime(2030, 3, 1, 23, 59, tzinfo=zone).astimezone(UTC)
    assert [row[:3] for row in rows(await browser.get(LIST))] == [
        ["Курс S", SECOND, "до 01.03.2030, но не меньше 14 дн."]
    ]


async def test_people_who_are_chosen_in_the_list_are_assigned_a_course(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    chosen = [str(made.people[name]) for name in ("w1", "w3")]
    people = await browser.get("/app/training/people?size=100")
    assert all(f'name="user_id" value="{each}"' in people.text for each in chosen)
    form = await browser.get(NEW, params={"user_id": [*chosen, str(made.people["w4"]), "x"]})
    assert re.findall(r'name="user_ids" value="([^"]+)"', form.text) == [chosen[1], chosen[0]]
    one = await assign(browser, made, audience="users", user_ids=chosen, department=FIRST, due_days="3")
    assert {row[0] for row in rows(await browser.get(one))} == {"Ёлкин Пётр", "w3"}


async def test_the_due_date_is_changed_and_the_assignment_ended(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    one = await assign(browser, made, audience="group", station_id=str(made.at.station), due_days="10")
    reply = await browser.post(one, data={"due_at": "2031-01-02", "due_days": ""})
    assert reply.headers["location"] == f"{one}?done=changed"
    shown = (await browser.get(one)).text
    assert 'value="2031-01-02"' in shown
    assert (await browser.post(f"{one}/end")).headers["location"] == f"{one}?done=ended"
    shown = (await browser.get(f"{one}?done=ended")).text
    assert "Назначение снято" in shown
    assert f'action="{one}"' not in shown
    assert "Таких назначений нет" in (await browser.get(f"{LIST}?course_id={made.at.course}&ended=false")).text
    assert len(rows(await browser.get(f"{LIST}?ended=true"))) == 1
    assert (await browser.post(one, data={"due_at": "", "due_days": ""})).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"course_id": ""}, "course_id"),
        ({"course_id": "00000000-0000-0000-0000-000000000001"}, "course_id"),
        ({"audience": "group"}, "department"),
        ({"audience": "group", "department": "Цех №11"}, "department"),
        ({"audience": "users"}, "user_ids"),
        ({"audience": "nobody"}, "audience"),
        ({"due_at": "31.12"}, "due_at"),
        ({"due_at": "9999-99-99"}, "due_at"),
        ({"due_days": "0"}, "due_days"),
        ({"due_days": "x"}, "due_days"),
        ({"due_days": "99999"}, "due_days"),
    ],
)
async def test_a_fault_stands_beside_its_field_and_what_was_written_stays(
    browser: httpx.AsyncClient, stocked: Container, made: Company, fields: dict[str, str], field: str
) -> None:
    given = {"course_id": str(made.at.course), "audience": "company", "due_days": "7", "position": "", **fields}
    reply = await browser.post(LIST, data=given)
    assert reply.status_code == HTTPStatus.BAD_REQUEST
    assert f'href="#field-{field}"' in reply.text
    assert f'id="field-{field}"' in reply.text
    if field != "due_days":
        assert 'value="7"' in reply.text
    assert await rows_of(stocked, "standing_assignments") == []


async def test_a_manager_assigns_to_own_people_alone_and_ends_own_assignments_alone(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    everybody = await assign(browser, made, audience="company", due_days="30")
    theirs = await assign(browser, made, audience="group", department=FIRST, due_days="30")
    async with manager_of(browser, stocked, FIRST) as chief:
        form = (await chief.get(NEW)).text
        assert 'value="company"' not in form
        assert SECOND not in form
        own = await assign(chief, made, audience="group", department=FIRST, due_days="5")
        assert {row[0] for row in rows(await chief.get(own))} == {"=1+1", "Ёлкин Пётр"}
        assert len(rows(await chief.get(LIST))) == 2
        others = {"audience": "group", "department": SECOND}, {"audience": "company"}
        for fields in others:
            reply = await chief.post(LIST, data={"course_id": str(made.at.course), "due_days": "1", **fields})
            assert reply.status_code == HTTPStatus.NOT_FOUND
        assert (await chief.get(everybody)).status_code == HTTPStatus.NOT_FOUND
        assert (await chief.post(f"{everybody}/end")).status_code == HTTPStatus.NOT_FOUND
        assert "Снять назначение" not in (await chief.get(theirs)).text
        assert (await chief.post(f"{theirs}/end")).status_code == HTTPStatus.FORBIDDEN
        assert (await chief.post(f"{own}/end")).status_code == HTTPStatus.SEE_OTHER
        chosen = await chief.get(NEW, params={"user_id": [str(made.people["w3"]), str(made.people["w1"])]})
        assert "w3" not in chosen.text


async def test_a_learning_path_is_assigned_with_its_own_due_dates(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    await arrange(
        stocked,
        learning_paths=[{"code": "new", "title": "Новый сотрудник", "opening": "at_once"}],
        learning_path_courses=[{"path": "new", "course": "S-C2", "order": "1", "due_days": "10"}],
    )
    path = next(row["id"] for row in await rows_of(stocked, "learning_paths") if row["code"] == "new")
    assert ">Новый сотрудник</option>" in (await browser.get(NEW)).text
    of_path = {"course_id": "", "learning_path_id": str(path), "audience": "group", "department": FIRST}
    shown = await browser.get(await assign(browser, made, **of_path))
    assert heading(shown) == "Новый сотрудник"
    assert {(row[0], row[3]) for row in rows(shown)} == {("=1+1", "Ещё один"), ("Ёлкин Пётр", "Ещё один")}
    assert "Изменить срок" not in shown.text
    assert rows(await browser.get(LIST))[0][:3] == ["Новый сотрудник", FIRST, "по учебному пути"]
    for fault in ({"due_days": "3"}, {"course_id": str(made.at.course)}, {"learning_path_id": str(made.at.course)}):
        reply = await browser.post(LIST, data={"due_days": "", **of_path, **fault})
        assert reply.status_code == HTTPStatus.BAD_REQUEST, fault
        assert 'role="alert"' in reply.text
