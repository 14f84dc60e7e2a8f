"""The link in an invitation's mail, as it is opened at the console."""

import re

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.integration.console.browsing import another, enter, heading
from tests.mailed import Mailbox, token_in
from tests.people import PASSWORD, add_person

PAVEL = "pavel@example.com"
_NEW = "zwölf Kraniche am Fluss"


@pytest.fixture
async def group(browser: httpx.AsyncClient, stocked: Container) -> str:
    await enter(browser, stocked, "mentor", role=Role.TEACHER, full_name="Ирина Соколова")
    made = await browser.post("/app/groups", data={"name": "10А"})
    return str(made.headers["location"]).partition("?")[0]


@pytest.fixture
async def link(browser: httpx.AsyncClient, stocked: Container, group: str) -> str:
    """As the mail has it, without the host."""
    mailbox = Mailbox(stocked)
    await browser.post(f"{group}/students", data={"emails": PAVEL})
    return re.sub(r"^https?://[^/]+", "", await mailbox.link(PAVEL, "invitation"))


async def test_who_has_no_account_opens_one_on_the_page_and_is_in_the_group(
    browser: httpx.AsyncClient, group: str, link: str
) -> None:
    newcomer = another(browser)
    led = await newcomer.get(link)
    assert (led.status_code, led.headers["location"]) == (303, f"/app{link}")
    page = await newcomer.get(led.headers["location"])
    assert heading(page) == "Приглашение в группу"
    assert "Ирина Соколова приглашает вас в группу «10А»" in page.text
    assert PAVEL in page.text
    data = {"token": token_in(link), "full_name": "Павел"}
    for password in ("", "1234567", PAVEL):
        refused = await newcomer.post("/app/invitations/answer", data={**data, "password": password})
        assert (refused.status_code, re.findall(r'id="fault-(\w+)"', refused.text)) == (400, ["password"])
        assert 'value="Павел"' in refused.text
    done = await newcomer.post("/app/invitations/answer", data={**data, "password": _NEW})
    assert (done.status_code, heading(done)) == (200, "Вы в группе")
    assert f'href="{group}"' in done.text
    asked = await newcomer.get(group)
    signed_in = await newcomer.post(asked.headers["location"], data={"login": PAVEL, "password": _NEW, "next": group})
    assert signed_in.headers["location"] == group
    assert heading(await newcomer.get(group)) == "10А"
    assert "Павел" in (await browser.get(group)).text
    again = await newcomer.get(f"/app{link}")
    assert (again.status_code, heading(again)) == (404, "Приглашение не действует")


async def test_who_has_an_account_with_that_address_needs_no_password(
    browser: httpx.AsyncClient, stocked: Container, group: str, link: str
) -> None:
    await add_person(stocked, "pavel", role=Role.STUDENT, email=PAVEL, email_verified_at=stocked.clock()())
    invited = another(browser)
    assert 'name="password"' not in (await invited.get(f"/app{link}")).text
    done = await invited.post("/app/invitations/answer", data={"token": token_in(link)})
    assert heading(done) == "Вы в группе"
    await invited.post("/app/sign-in", data={"login": "pavel", "password": PASSWORD})
    assert heading(await invited.get(group)) == "10А"


async def test_an_invitation_is_declined_by_its_link(browser: httpx.AsyncClient, group: str, link: str) -> None:
    stranger = another(browser)
    done = await stranger.post("/app/invitations/answer", data={"token": token_in(link), "answer": "decline"})
    assert heading(done) == "Вы отказались"
    assert PAVEL not in (await browser.get(group)).text
    for token in (token_in(link), "", "x"):
        for reply in (
            await stranger.get("/app/invitations/answer", params={"token": token}),
            await stranger.post("/app/invitations/answer", data={"token": token}),
        ):
            assert (reply.status_code, heading(reply)) == (404, "Приглашение не действует")


async def test_programs_and_processes_without_the_console_have_the_page_of_the_api(
    browser: httpx.AsyncClient, link: str
) -> None:
    reply = await another(browser).get(link, headers={"accept": "*/*"})
    assert reply.status_code == 200
    assert 'action="/invitations/answer"' in reply.text
