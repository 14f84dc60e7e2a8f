"""Signing in at the console: cookies instead of tokens, for the console's own pages alone."""

import asyncio
from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.authenticator import Authenticator
from tests.integration.console.browsing import enter, heading
from tests.people import PASSWORD, add_person


async def test_who_is_not_signed_in_is_led_to_the_form_and_back_again(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await add_person(stocked)
    away = await browser.get("/app/catalog?q=%D0%B3%D0%B0%D0%B7&page=2")
    assert away.status_code == 303
    form = await browser.get(away.headers["location"])
    assert heading(form) == "Вход"
    assert 'value="/app/catalog?q=%D0%B3%D0%B0%D0%B7&amp;page=2"' in form.text
    data = {"login": " anna ", "password": PASSWORD, "next": "/app/catalog?q=%D0%B3%D0%B0%D0%B7&page=2"}
    back = await browser.post("/app/sign-in", data=data)
    assert (back.status_code, back.headers["location"]) == (303, data["next"])
    assert heading(await browser.get(back.headers["location"])) == "Каталог"


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "/app//evil.example",
        "/app/\\evil.example",
        "/auth/me",
        "/app/../x",
        "",
    ],
)
async def test_nobody_is_led_elsewhere_after_signing_in(
    browser: httpx.AsyncClient, stocked: Container, path: str
) -> None:
    await add_person(stocked)
    reply = await browser.post("/app/sign-in", data={"login": "anna", "password": PASSWORD, "next": path})
    assert (reply.status_code, reply.headers["location"]) == (303, "/app/")


async def test_tokens_are_in_cookies_that_scripts_and_other_sites_do_not_get(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await add_person(stocked)
    data = {"login": "anna", "password": PASSWORD}
    for scheme, prefix in (("http", ""), ("https", "__Secure-")):
        reply = await browser.post(f"{scheme}://atg.test/app/sign-in", data=data)
        cookies = {each.split("=")[0]: each.lower() for each in reply.headers.get_list("set-cookie")}
        for name in (f"{prefix}atg_access", f"{prefix}atg_refresh"):
            assert {"httponly", "path=/app", "samesite=lax"} <= set(cookies[name].split("; "))
            assert ("; secure" in cookies[name]) is (scheme == "https")
        assert "token" not in reply.text


async def test_a_wrong_password_is_told_in_the_language_of_the_browser_and_the_name_stays(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await add_person(stocked)
    for language, word in (("ru", "Неверн"), ("en", "nvalid")):
        data = {"login": "an<na>", "password": "wrong"}
        reply = await browser.post("/app/sign-in", data=data, headers={"accept-language": language})
        assert reply.status_code == 401
        assert 'role="alert"' in reply.text
        assert word in reply.text
        assert 'value="an&lt;na&gt;"' in reply.text
        assert "wrong" not in reply.text
        assert "set-cookie" not in reply.headers


async def test_too_many_tries_are_told_with_the_seconds_to_wait(browser: httpx.AsyncClient, stocked: Container) -> None:
    await add_person(stocked)
    replies = [await browser.post("/app/sign-in", data={"login": "anna", "password": "x"}) for _ in range(6)]
    assert [each.status_code for each in replies] == [401] * 5 + [429]
    assert f"{replies[-1].headers['retry-after']} с" in replies[-1].text


async def test_signing_out_ends_the_session(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked)
    kept = dict(browser.cookies)
    reply = await browser.post("/app/sign-out")
    assert (reply.status_code, reply.headers["location"]) == (303, "/app/sign-in")
    assert not {"atg_access", "atg_refresh"} & set(browser.cookies)
    for name in ("atg_access", "atg_refresh"):
        browser.cookies.set(name, kept[name], domain="atg.test", path="/app")
    assert (await browser.get("/app/")).status_code == 303


async def test_an_access_token_that_ended_is_renewed_for_all_requests_at_once(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked)
    browser.cookies.delete("atg_access")
    replies = await asyncio.gather(*(browser.get("/app/results") for _ in range(10)))
    assert [each.status_code for each in replies] == [200] * 10
    assert all("atg_access=" in each.headers["set-cookie"] for each in replies)
    assert (await browser.get("/app/")).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({}, 403),
        ({"origin": "http://atg.test"}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
    ],
)
async def test_a_form_is_taken_from_own_pages_alone(
    browser: httpx.AsyncClient, stocked: Container, headers: dict[str, str], status: int
) -> None:
    await enter(browser, stocked)
    del browser.headers["sec-fetch-site"]
    for path in ("/app/look", "/app/api/courses/me/enrollments" if status == 403 else "/app/look"):
        reply = await browser.post(path, data={"theme": "dark"}, headers=headers)
        assert reply.status_code == status


async def test_the_api_knows_no_cookie_and_the_consoles_own_scripts_reach_it(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked)
    for name in ("atg_access", "atg_refresh"):
        browser.cookies.set(name, browser.cookies[name], domain="atg.test", path="/")
    assert (await browser.get("/auth/me")).status_code == 401
    told = (await browser.get("/app/api/auth/me")).json()
    assert told["user"]["username"] == "anna"
    bearer = {"authorization": "Bearer nothing"}
    assert (await browser.get("/app/api/auth/me", headers=bearer)).status_code == 200
    browser.cookies.clear()
    assert (await browser.get("/app/api/auth/me")).status_code == 401


async def test_who_has_a_second_factor_gives_its_code_on_the_next_page(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked)
    browser.base_url = httpx.URL("http://atg.test/app/api")
    authenticator = await Authenticator.of(browser, password=PASSWORD)
    browser.base_url = httpx.URL("http://atg.test")
    await browser.post("/app/sign-out")
    data: dict[str, Any] = {"login": "anna", "password": PASSWORD, "next": "/app/results"}
    step = await browser.post("/app/sign-in", data=data)
    assert (step.status_code, heading(step)) == (200, "Второй фактор")
    ticket = step.text.split('name="ticket" value="')[1].split('"')[0]
    data = {"ticket": ticket, "next": "/app/results"}
    wrong = await browser.post("/app/second-factor", data={**data, "code": "000000"})
    assert (wrong.status_code, heading(wrong)) == (401, "Второй фактор")
    right = await browser.post(
        "/app/second-factor", data={"ticket": ticket, "code": authenticator.code(later=1), "next": "/app/results"}
    )
    assert (right.status_code, right.headers["location"]) == (303, "/app/results")


async def test_the_menu_is_that_of_every_role(browser: httpx.AsyncClient, stocked: Container) -> None:
    for role in Role:
        await enter(browser, stocked, f"one-{role}", role=role)
        page = (await browser.get("/app/catalog")).text
        assert page.count('aria-current="page">Каталог</a>') == 1
        for label, roles in (
            ("Задания", {Role.TEACHER, Role.STUDENT}),
            ("Проверка", {Role.TEACHER}),
            ("Станции", set(Role) - {Role.TEACHER, Role.STUDENT}),
        ):
            assert (f">{label}</a>" in page) is (role in roles), (role, label)
        behind = page.partition('popovertarget="more"')[2].partition("</nav>")[0]
        assert behind.count("<a ") == {Role.ADMIN: 6, Role.TRAINING: 2}.get(role, 0), role
        await browser.post("/app/sign-out")


async def test_what_is_refused_before_its_route_is_a_page_for_forms_and_a_problem_for_scripts(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    data = {"login": "anna", "password": "x" * 40_000}
    for path in ("/app/sign-in", "/app/enter", "/app/new-password"):
        reply = await browser.post(path, data=data)
        assert (reply.status_code, heading(reply)) == (413, "Не получилось")
        assert reply.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")
    told = await browser.post("/app/api/auth/login", json=data)
    assert (told.status_code, told.json()["status"]) == (413, 413)


async def test_who_waits_in_vain_is_told_when_to_try_again(browser: httpx.AsyncClient, stocked: Container) -> None:
    limit = stocked.sign_in_concurrency_limit()
    while not limit.is_reached:
        await limit.acquire()
    asked = asyncio.create_task(browser.post("/app/sign-in", data={"login": "anna", "password": "x"}))
    await asyncio.sleep(0.01)
    limit.refuse_waiting()
    reply = await asked
    assert (reply.status_code, heading(reply)) == (503, "Сервис ненадолго недоступен")
    assert f'data-seconds="{reply.headers["retry-after"]}" data-stay' in reply.text
