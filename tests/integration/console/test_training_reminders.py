"""Reminding who is late, and what was told and will be told."""

from datetime import timedelta

import httpx
import pytest

from atg_core.clock import utc_now
from atg_core.notifier import NoticeKind
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.databases import over_each_database
from tests.integration.console.test_training import FIRST, SECOND, rows
from tests.integration.console.trainings import Company, as_admin, company, manager_of

REMIND = "/app/training/late/remind"


@pytest.fixture
async def made(browser: httpx.AsyncClient, stocked: Container) -> Company:
    """An administrator is at `browser`."""
    found = await company(stocked)
    await as_admin(browser, stocked)
    return found


async def reminded(stocked: Container) -> list[tuple[object, str]]:
    rows = await rows_of(stocked, "notices")
    return [(row["user_id"], row["title"]) for row in rows if row["kind"] == NoticeKind.COURSE_REMINDER]


@over_each_database
async def test_who_was_chosen_is_reminded_once_a_day(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    first = made.people["w1"]
    form = {"late": [f"{first}:{made.at.course}", "x:y", f"{first}:{first}"], "department": FIRST, "order": "name"}
    reply = await browser.post(REMIND, data=form)
    assert reply.headers["location"].startswith("/app/training/late?department=")
    shown = await browser.get(reply.headers["location"])
    assert "Отправлено напоминаний: 1" in shown.text
    assert [row[-1].endswith("напоминание о курсе") for row in rows(shown)] == [False, True]
    again = await browser.get((await browser.post(REMIND, data=form)).headers["location"])
    assert "сегодня уже напомнили" in again.text
    assert await reminded(stocked) == [(first, "Курс S")]
    nobody = await browser.get((await browser.post(REMIND, data={"order": "name"})).headers["location"])
    assert "Отметьте, кому напомнить" in nobody.text


async def test_all_that_the_filters_find_are_reminded_and_nobody_else(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    await browser.post(REMIND, data={"all": "true", "department": FIRST, "course_id": str(made.at.course)})
    assert {user for user, _ in await reminded(stocked)} == {made.people["w1"], made.people["w2"]}


async def test_who_has_completed_the_course_since_is_not_reminded(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    await arrange(stocked, enrollments=[{"username": "w3", "course": "S-C", "due_at": "2099-01-01"}])
    await browser.post(REMIND, data={"late": f"{made.people['w3']}:{made.at.course}"})
    assert await reminded(stocked) == []


async def test_a_manager_reminds_own_people_alone(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    async with manager_of(browser, stocked, FIRST) as chief:
        await chief.post(REMIND, data={"late": [f"{made.people['w3']}:{made.at.course}"]})
        assert await reminded(stocked) == []
        await chief.post(REMIND, data={"all": "true", "department": SECOND})
        assert await reminded(stocked) == []
        await chief.post(REMIND, data={"all": "true"})
        assert {user for user, _ in await reminded(stocked)} == {made.people["w1"], made.people["w2"]}
        shown = (await chief.get("/app/training/reminders")).text
        assert "w3" not in shown


async def test_a_reminder_is_read_in_the_list_of_notices_and_seen_as_read(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    await browser.post(REMIND, data={"all": "true", "course_id": str(made.at.course), "department": FIRST})
    first = made.people["w1"]
    [notice], _ = await stocked.notice_queries().listed(first, unread=True, limit=10, offset=0)
    await stocked.read_notices()(first, [notice.id])
    shown = rows(await browser.get("/app/training/reminders?q=ёлк"))
    assert ["напоминание о курсе ✓ прочитано" in row[4] for row in shown] == [True]


async def test_what_will_be_told_by_itself_is_shown_with_its_day(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    due = utc_now() + timedelta(days=20)
    await arrange(stocked, enrollments=[{"username": "w2", "course": "S-C", "due_at": due.isoformat()}])
    [row] = rows(await browser.get("/app/training/reminders", params={"q": "=1"}))
    first = (due.astimezone(stocked.settings().zone) - timedelta(days=14)).strftime("%d.%m.%Y")
    assert row[4] == "пока ничего"
    assert row[5] == f"{first}: до срока курса 14 дней"
