"""Opening an account at the console, by email or with a provider, and passwords that were forgotten."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import get_args

import httpx
import pytest
from litestar.routes import HTTPRoute
from msgspec import structs

from atg_entrypoints.console.app import _HASHING, create_routes
from atg_entrypoints.container import Container
from atg_entrypoints.settings import Context
from tests.authenticator import Authenticator
from tests.contracts.identity.http_account_emails import NEW
from tests.contracts.identity.http_enter import user_of
from tests.integration.console.browsing import another, enter, heading
from tests.integration.console.test_second_factor import hidden
from tests.mailed import Mailbox
from tests.oauth_authority import Person
from tests.oauth_browser import EMAIL, AtProviders, visit
from tests.oauth_server import OAuthServer
from tests.people import PASSWORD, add_person

GOOD = "a rather long good one"


@contextmanager
def roles_of(container: Container, *roles: str) -> Iterator[None]:
    """As with ATG_ENTER_ROLES."""
    container.settings.override(structs.replace(container.settings(), enter_roles=list(roles)))
    container.enter_roles.reset()
    container.enter.reset()
    container.link_identity.reset()
    container.finish_oauth.reset()
    yield
    container.settings.reset_last_overriding()


async def test_who_is_new_chooses_a_role_and_is_led_to_the_account(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    assert 'href="/app/enter?next=%2Fapp%2F"' in (await browser.get("/app/sign-in")).text
    first = await browser.get("/app/enter?next=/app/catalog")
    assert heading(first) == "Кто вы?"
    ways = re.findall(r'href="(/app/enter\?[^"]*role=\w+)"', first.text)
    assert [way.rpartition("=")[2] for way in ways] == ["student", "teacher"]
    form = await browser.get(unescape(ways[1]))
    data = {"role": hidden(form, "role"), "next": hidden(form, "next"), "email": "Vera@Example.com"}
    assert (data["role"], data["next"]) == ("teacher", "/app/catalog")
    weak = await browser.post("/app/enter", data={**data, "password": "qwerty123"})
    assert (weak.status_code, re.findall(r'id="fault-(\w+)"', weak.text)) == (400, ["password"])
    assert 'value="vera@example.com"' in weak.text.lower()
    made = await browser.post("/app/enter", data={**data, "password": GOOD})
    assert (made.status_code, made.headers["location"]) == (303, "/app/account")
    assert "Укажите имя и должность" in (await browser.get("/app/account")).text
    assert (await user_of(stocked, "vera@example.com"))["role"] == "teacher"
    await browser.post("/app/sign-out")
    again = await browser.post("/app/enter", data={**data, "password": GOOD})
    assert (again.status_code, again.headers["location"]) == (303, "/app/catalog")
    wrong = await browser.post("/app/enter", data={**data, "password": "wrong"})
    assert (wrong.status_code, "Неверн" in wrong.text) == (401, True)
    nowhere = await browser.post("/app/enter", data={**data, "email": "vera", "password": GOOD})
    assert (nowhere.status_code, re.findall(r'id="fault-(\w+)"', nowhere.text)) == (400, ["email"])


async def test_nobody_takes_a_role_that_is_not_offered(browser: httpx.AsyncClient, stocked: Container) -> None:
    for role in ("admin", "user", ""):
        data = {"role": role, "email": "vera@example.com", "password": GOOD}
        refused = await browser.post("/app/enter", data=data)
        assert (refused.status_code, heading(refused)) == (400, "Кто вы?")
    with roles_of(stocked, "student"):
        form = await browser.get("/app/enter?role=teacher")
        assert hidden(form, "role") == "student"
        await browser.post("/app/enter", data={"role": "teacher", "email": "vera@example.com", "password": GOOD})
        assert (await user_of(stocked, "vera@example.com"))["role"] == "student"


async def test_where_nobody_opens_an_account_the_page_is_absent(browser: httpx.AsyncClient, stocked: Container) -> None:
    with roles_of(stocked):
        assert "/app/enter" not in (await browser.get("/app/sign-in")).text
        assert (await browser.get("/app/enter")).status_code == 404
        data = {"role": "student", "email": "vera@example.com", "password": GOOD}
        assert (await browser.post("/app/enter", data=data)).status_code == 404


async def test_only_providers_that_are_configured_are_offered(browser: httpx.AsyncClient) -> None:
    assert "/app/oauth/" not in (await browser.get("/app/sign-in")).text
    assert (await browser.get("/app/oauth/vk/start")).status_code == 404
    assert (await browser.get("/app/oauth/vk/callback")).status_code == 404


class TestProviders(AtProviders):
    """Vera signs in with Yandex, and VK."""

    async def _go(self, browser: httpx.AsyncClient, server: OAuthServer, path: str) -> httpx.Response:
        """To the provider, and back to what the browser is shown then."""
        away = await browser.get(path)
        assert away.status_code == 303, away.text
        back = await browser.get(await visit(server, away.headers["location"]))
        assert back.status_code == 303, back.text
        assert back.headers["location"].startswith(f"{path.partition('/start')[0]}/callback?")
        return await browser.get(back.headers["location"])

    async def test_a_newcomer_chooses_a_role_and_ends_signed_in_where_they_wanted_to_go(
        self, browser: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        page = (await browser.get("/app/sign-in?next=/app/catalog%3Fq%3D%25D0%25B3")).text
        links = [unescape(link) for link in re.findall(r'href="(/app/oauth/[^"]+)"', page)]
        assert [link.split("/")[3] for link in links] == ["vk", "yandex"]
        asked = await self._go(browser, server, links[1])
        assert (asked.status_code, heading(asked)) == (200, "Кто вы?")
        assert "atg_access" not in browser.cookies
        ways = [unescape(way) for way in re.findall(r'href="(/app/oauth/yandex/start\?[^"]*role=\w+)"', asked.text)]
        done = await self._go(browser, server, ways[1])
        assert (done.status_code, done.headers["location"]) == (303, "/app/catalog?q=%D0%B3")
        assert (await browser.get("/app/account")).status_code == 200
        assert (await user_of(stocked, EMAIL))["role"] == "teacher"
        assert not {"atg_oauth", "atg_next", "atg_console"} & set(browser.cookies)
        await browser.post("/app/sign-out")
        again = await self._go(browser, server, "/app/oauth/yandex/start")
        assert (again.status_code, again.headers["location"]) == (303, "/app/")

    async def test_an_attempt_is_bound_to_the_browser_in_which_it_was_begun(
        self, browser: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        away = await browser.get("/app/oauth/yandex/start?role=student")
        back = await visit(server, away.headers["location"])
        other = another(browser)
        assert (await other.get(back)).status_code == 400  # that of the API
        inside = back.replace("/auth/oauth/", "/app/oauth/")
        refused = await other.get(inside)
        assert (refused.status_code, heading(refused)) == (400, "Вход")
        assert "atg_access" not in other.cookies
        assert (await browser.get(inside)).status_code == 303
        assert (await browser.get(inside)).status_code == 400  # it was used

    async def test_an_attempt_that_was_begun_at_the_api_ends_there(
        self, browser: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        await browser.get("/app/oauth/yandex/start?role=student")
        away = await browser.get("/auth/oauth/yandex/start?role=student")
        done = await browser.get(await visit(server, away.headers["location"]))
        assert (done.status_code, done.json()["user"]["role"]) == (200, "student")

    async def test_a_second_factor_works_through_it(
        self, browser: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        await self._go(browser, server, "/app/oauth/yandex/start?role=student")
        browser.base_url = httpx.URL("http://atg.test/app/api")
        set_up = await browser.post("/auth/second-factor/setup", json={})
        app = Authenticator(set_up.json()["secret"])
        confirmed = await browser.post("/auth/second-factor/confirm", json={"code": app.code()})
        browser.base_url = httpx.URL("http://atg.test")
        await browser.post("/app/sign-out")
        step = await self._go(browser, server, "/app/oauth/yandex/start?next=/app/results")
        assert (step.status_code, heading(step)) == (200, "Второй фактор")
        code = confirmed.json()["recovery_codes"][0]
        data = {"ticket": hidden(step, "ticket"), "next": hidden(step, "next"), "code": code}
        done = await browser.post("/app/second-factor", data=data)
        assert (done.status_code, done.headers["location"]) == (303, "/app/results")

    async def test_refusals_are_told_on_the_page_to_sign_in_on(
        self, browser: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        await add_person(stocked, "vera", email=EMAIL)
        server.people["vk"] = Person("2038", EMAIL)
        refused = await self._go(browser, server, "/app/oauth/vk/start?role=student")
        assert (refused.status_code, heading(refused)) == (409, "Вход")
        server.people["yandex"] = None
        refused = await self._go(browser, server, "/app/oauth/yandex/start?role=student")
        assert (refused.status_code, heading(refused)) == (400, "Вход")
        with roles_of(stocked):
            server.people["yandex"] = Person("7", "new@yandex.ru")
            refused = await self._go(browser, server, "/app/oauth/yandex/start?role=student")
            assert (refused.status_code, heading(refused)) == (403, "Вход")
            assert "обратитесь к администратору" in refused.text


async def test_a_forgotten_password_is_replaced_by_the_link_in_a_mail(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked)
    box = Mailbox(stocked)
    assert 'href="/app/forgotten-password"' in (await browser.get("/app/sign-in")).text
    wrong = await browser.post("/app/forgotten-password", data={"email": "anna"})
    assert (wrong.status_code, re.findall(r'id="fault-(\w+)"', wrong.text)) == (400, ["email"])
    told = [
        await browser.post("/app/forgotten-password", data={"email": email})
        for email in ("nobody@example.com", " Anna@Example.com")
    ]
    assert [(each.status_code, heading(each)) for each in told] == [(200, "Проверьте почту")] * 2
    assert told[0].text == told[1].text
    link = await box.link("anna@example.com", "reset-password")
    inside = (await browser.get(link)).headers["location"]
    form = await browser.get(inside)
    assert (heading(form), form.headers["x-robots-tag"]) == ("Новый пароль", "noindex")
    data = {"token": hidden(form, "token")}
    weak = await browser.post("/app/new-password", data={**data, "new": "password"})
    assert (weak.status_code, re.findall(r'id="fault-(\w+)"', weak.text)) == (400, ["new"])
    done = await browser.post("/app/new-password", data={**data, "new": NEW})
    assert (done.status_code, heading(done)) == (200, "Пароль изменён")
    assert "atg_access" not in browser.cookies
    dead = [await browser.get(inside), await browser.post("/app/new-password", data={**data, "new": NEW})]
    assert [(each.status_code, heading(each)) for each in dead] == [(404, "Ссылка не действует")] * 2
    assert (await browser.post("/app/sign-in", data={"login": "anna", "password": NEW})).status_code == 303


async def test_a_foreign_session_is_ended_by_the_link_in_a_mail(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked)
    box = Mailbox(stocked)
    other = another(browser, address="203.0.113.9")
    await other.post("/app/sign-in", data={"login": "anna", "password": PASSWORD})
    asked = await browser.get((await browser.get(await box.link("anna@example.com", "new-device"))).headers["location"])
    assert heading(asked) == "Это были не вы?"
    assert (await other.get("/app/account")).status_code == 200
    done = await browser.post("/app/not-me", data={"token": hidden(asked, "token")})
    assert (done.status_code, heading(done)) == (200, "Сеанс завершён")
    assert (await other.get("/app/account")).status_code == 303
    assert (await browser.get("/app/account")).status_code == 200
    assert await box.link("anna@example.com", "reset-password")


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/auth/password/reset", "/app/new-password"),
        ("/auth/email/confirm", "/app/confirm-email"),
        ("/auth/sessions/revoke", "/app/not-me"),
    ],
)
async def test_links_in_mails_lead_browsers_to_the_console_and_no_others(
    browser: httpx.AsyncClient, path: str, inside: str
) -> None:
    led = await browser.get(f"{path}?token=a%2Bb")
    assert (led.status_code, led.headers["location"]) == (303, f"{inside}?token=a%2Bb")
    assert (led.headers["cache-control"], led.headers["referrer-policy"]) == ("no-store", "no-referrer")
    dead = await browser.get(led.headers["location"])
    assert (dead.status_code, heading(dead)) == (404, "Ссылка не действует")
    assert (await browser.post(inside, data={"token": "none", "new": NEW})).status_code == 404
    assert (await browser.get(f"{path}?token=x", headers={"accept": "*/*"})).status_code == 404


def test_the_limit_of_hashing_names_every_form_by_which_anybody_has_a_password_hashed() -> None:
    own = {path for path in _HASHING if path.startswith("/app/")}
    public = {
        route.path
        for route in create_routes(get_args(Context)).routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if "POST" in handler.http_methods and not handler.opt["policy"].signed_in
    }
    hashes_nothing = {
        *("/app/look", "/app/sign-out", "/app/second-factor", "/app/second-factor/set-up"),
        *("/app/second-factor/confirm", "/app/forgotten-password", "/app/confirm-email", "/app/not-me"),
    }
    limits_itself = {"/app/invitations/answer"}
    assert own == public - hashes_nothing - limits_itself
