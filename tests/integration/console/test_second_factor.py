"""The second factor at the console: set up by who is signed in or must have one, and removed."""

import re
from html import unescape

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.authenticator import Authenticator
from tests.contracts.identity.http_second_factor_setup import required
from tests.integration.console.browsing import enter, heading
from tests.people import PASSWORD, add_person

PAGE = "/app/account/second-factor"


def hidden(reply: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', reply.text)
    assert found, reply.text
    return unescape(found[1])


def shown(reply: httpx.Response) -> Authenticator:
    """The app that has scanned the code; the picture and the key are of the same."""
    secret = re.search(r'<code class="key">([A-Z2-7]+)</code>', reply.text)
    assert secret
    assert f"secret={secret[1]}" in hidden(reply, "uri")
    assert '<path class="qrline"' in reply.text
    assert reply.headers["cache-control"] == "no-store"
    return Authenticator(secret[1])


def codes_in(reply: httpx.Response) -> list[str]:
    return re.findall(r"<li><code>([A-Z0-9-]+)</code>", reply.text)


async def test_it_is_set_up_with_the_password_and_a_code_and_removed_with_both(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked)
    assert "Второй фактор отключён" in (await browser.get(PAGE)).text
    refused = await browser.post(f"{PAGE}/set-up", data={"password": "wrong"})
    assert (refused.status_code, re.findall(r'id="fault-(\w+)"', refused.text)) == (400, ["password"])
    begun = await browser.post(f"{PAGE}/set-up", data={"password": PASSWORD})
    app = shown(begun)
    data = {"uri": hidden(begun, "uri")}
    wrong = await browser.post(f"{PAGE}/confirm", data={**data, "code": "abcdef"})
    assert (wrong.status_code, re.findall(r'id="fault-(\w+)"', wrong.text)) == (400, ["code"])
    assert shown(wrong).secret == app.secret
    done = await browser.post(f"{PAGE}/confirm", data={**data, "code": app.code()})
    codes = codes_in(done)
    assert (done.status_code, heading(done), len(set(codes))) == (200, "Коды восстановления", 10)
    state = (await browser.get(PAGE)).text
    assert "Второй фактор включён" in state
    assert "Осталось кодов восстановления: 10" in state
    assert not any(code in state for code in codes)
    again = await browser.post(f"{PAGE}/confirm", data={**data, "code": app.code(later=1)})
    assert (again.status_code, again.headers["location"]) == (303, PAGE)
    for data, field in (
        ({"password": "wrong", "code": codes[0]}, "password"),
        ({"password": PASSWORD, "code": "AAAA-AAAA"}, "code"),
    ):
        refused = await browser.post(f"{PAGE}/remove", data=data)
        assert (refused.status_code, re.findall(r'id="fault-(\w+)"', refused.text)) == (400, [field])
    removed = await browser.post(f"{PAGE}/remove", data={"password": PASSWORD, "code": codes[0]})
    assert (removed.status_code, removed.headers["location"]) == (303, f"{PAGE}?done=removed")
    assert "Второй фактор отключён" in (await browser.get(PAGE)).text


async def test_what_must_be_set_up_before_signing_in_is_set_up_on_the_way(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await add_person(stocked, role=Role.ADMIN)
    sign_in = {"login": "anna", "password": PASSWORD, "next": "/app/results"}
    with required(stocked, Role.ADMIN):
        needed = await browser.post("/app/sign-in", data=sign_in)
        assert (needed.status_code, heading(needed)) == (200, "Второй фактор")
        data = {"ticket": hidden(needed, "ticket"), "next": hidden(needed, "next")}
        begun = await browser.post("/app/second-factor/set-up", data=data)
        app = shown(begun)
        data |= {"uri": hidden(begun, "uri")}
        wrong = await browser.post("/app/second-factor/confirm", data={**data, "code": "000"})
        assert (wrong.status_code, shown(wrong).secret) == (400, app.secret)
        done = await browser.post("/app/second-factor/confirm", data={**data, "code": app.code()})
        codes = codes_in(done)
        assert (len(codes), "atg_access" in browser.cookies) == (10, False)
        assert 'href="/app/sign-in?next=%2Fapp%2Fresults"' in done.text
        step = await browser.post("/app/sign-in", data=sign_in)
        data = {"ticket": hidden(step, "ticket"), "code": codes[0], "next": hidden(step, "next")}
        entered = await browser.post("/app/second-factor", data=data)
        assert (entered.status_code, entered.headers["location"]) == (303, "/app/results")
        assert "С вашей ролью войти можно только со вторым фактором" in (await browser.get(PAGE)).text


@pytest.mark.parametrize("step", ["set-up", "confirm"])
async def test_a_ticket_that_is_none_leads_to_the_beginning(
    browser: httpx.AsyncClient, stocked: Container, step: str
) -> None:
    data = {"ticket": "none", "code": "123456", "uri": "javascript:alert(1)"}
    refused = await browser.post(f"/app/second-factor/{step}", data=data)
    assert (refused.status_code, heading(refused)) == (401, "Вход")
    assert "javascript:" not in refused.text


async def test_a_code_is_drawn_of_nothing_but_an_address_for_apps(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked)
    await browser.post(f"{PAGE}/set-up", data={"password": PASSWORD})
    for uri in ("javascript:alert(1)?secret=AAAA", "otpauth://totp/x", f"otpauth://totp/x?secret={'A' * 9_000}"):
        refused = await browser.post(f"{PAGE}/confirm", data={"uri": uri, "code": "abcdef"})
        assert (refused.status_code, "<path class" in refused.text, uri in refused.text) == (400, False, False)


async def test_steps_that_are_opened_by_their_address_lead_to_the_beginning(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    for step in ("", "/set-up", "/confirm"):
        reply = await browser.get(f"/app/second-factor{step}")
        assert (reply.status_code, reply.headers["location"]) == (303, "/app/sign-in")
    await enter(browser, stocked)
    for step in ("set-up", "confirm", "remove"):
        reply = await browser.get(f"{PAGE}/{step}")
        assert (reply.status_code, reply.headers["location"]) == (303, PAGE)
