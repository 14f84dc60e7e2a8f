"""Who leads departments and stations: appointed at the console, and what a manager is led to."""

import re
from http import HTTPStatus

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.integration.console.browsing import another, enter
from tests.integration.console.test_training import FIRST, rows
from tests.integration.console.trainings import Company, as_admin, company

LIST = "/app/training/managers"


@pytest.fixture
async def made(browser: httpx.AsyncClient, stocked: Container) -> Company:
    """An administrator is at `browser`."""
    found = await company(stocked)
    await as_admin(browser, stocked)
    return found


def ticked(reply: httpx.Response) -> list[str]:
    return re.findall(r'value="([^"]+)" checked', reply.text)


async def test_a_manager_is_appointed_by_a_form_and_led_to_their_people(
    browser: httpx.AsyncClient, stocked: Container, made: Company
) -> None:
    async with another(browser) as chief:
        await enter(chief, stocked, "chief", full_name="Иван Начальник")
        assert "Люди, которыми вы руководите" not in (await chief.get("/app/")).text
        [user] = [row["id"] for row in await rows_of(stocked, "users") if row["username"] == "chief"]
        assert "Здесь будут руководители" in (await browser.get(LIST)).text
        one = f"{LIST}/{user}"
        assert f'href="{one}"' in (await browser.get(f"/app/training/people/{user}")).text
        assert ticked(await browser.get(one)) == []
        body = {"departments": [FIRST], "station_ids": [str(made.at.station)]}
        reply = await browser.post(one, data=body)
        assert reply.headers["location"] == f"{one}?done=saved"
        assert ticked(await browser.get(one)) == [FIRST, str(made.at.station)]
        assert rows(await browser.get(LIST)) == [["Иван Начальник", FIRST, "S"]]
        home = (await chief.get("/app/")).text
        assert "Найдено просроченных курсов: 3" in home
        assert 'href="/app/training/late"' in home
        assert len(rows(await chief.get("/app/training/late"))) == 3
        assert (await chief.get(LIST)).status_code == HTTPStatus.FORBIDDEN
        await browser.post(one, data={})
        assert "/app/training" not in (await chief.get("/app/")).text


async def test_what_is_not_there_is_not_led(browser: httpx.AsyncClient, made: Company) -> None:
    one = f"{LIST}/{made.people['w1']}"
    for body in ({"departments": "Цех №99"}, {"station_ids": "999999"}, {"station_ids": "x"}, {"departments": ""}):
        reply = await browser.post(one, data=body)
        assert reply.status_code == HTTPStatus.BAD_REQUEST, body
        assert 'role="alert"' in reply.text
    assert ticked(await browser.get(one)) == []
    for absent in (made.people["w4"], made.at.course, "x"):
        for reply in (await browser.get(f"{LIST}/{absent}"), await browser.post(f"{LIST}/{absent}", data={})):
            assert reply.status_code == HTTPStatus.NOT_FOUND
